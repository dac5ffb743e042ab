//! What `#[label(…)]` takes on an enum and on its variants.

#![allow(unused)]

use feagi_observability::LabelValue;

#[derive(LabelValue)]
#[label]
enum Bare {
    A,
}

#[derive(LabelValue)]
#[label = "x"]
enum Value {
    #[label()]
    A,
}

#[derive(LabelValue)]
#[label(rename = "x", renameall = "kebab-case", "kebab-case")]
enum UnknownOnTheEnum {
    #[label(renam = "x", skip)]
    A,
}

#[derive(LabelValue)]
#[label(rename_all, crate)]
enum WithoutValue {
    #[label(rename)]
    A,
    #[label(rename = )]
    B,
}

#[derive(LabelValue)]
#[label(rename_all = kebab, crate = "feagi_observability")]
enum WrongForm {
    #[label(rename = 1)]
    A,
    #[label(rename("x"))]
    B,
}

#[derive(LabelValue)]
#[label(rename_all = "kebab-case")]
#[label(rename_all = "snake_case")]
enum Twice {
    #[label(rename = "a", rename = "b")]
    A,
}

fn main() {}
