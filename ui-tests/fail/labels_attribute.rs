//! What `#[label(…)]` takes on a struct and on its fields.

#![allow(unused)]

use feagi_observability::Labels;

#[derive(Labels)]
#[label]
struct Bare {
    #[label]
    a: bool,
}

#[derive(Labels)]
#[label(rename = "x", rename_all = "kebab-case", create = feagi_observability)]
struct Unknown {
    #[label(renamed = "x", skip, = 3)]
    a: bool,
}

#[derive(Labels)]
#[label(crate = 3, crate)]
struct WrongForm {
    #[label(rename)]
    a: bool,
    #[label(rename = c)]
    b: bool,
    #[label(rename = "x" "y")]
    c: bool,
}

#[derive(Labels)]
#[label(crate = feagi_observability, crate = ::feagi_observability)]
struct Twice {
    #[label(rename = "x")]
    #[label(rename = "y")]
    a: bool,
}

fn main() {}
