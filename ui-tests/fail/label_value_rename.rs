//! Every value has a text of its own.

#![allow(unused, non_camel_case_types)]

use feagi_observability::LabelValue;

#[derive(LabelValue)]
#[label(rename_all = "kebab_case")]
enum UnknownCase {
    A,
}

#[derive(LabelValue)]
#[label(rename_all = "Title Case")]
enum NoCase {
    A,
}

#[derive(LabelValue)]
enum SameByCase {
    InFlight,
    In_Flight,
}

#[derive(LabelValue)]
#[label(rename_all = "lowercase")]
enum SameByName {
    Other,
    #[label(rename = "other")]
    Unlike,
    #[label(rename = "other")]
    Third,
}

#[derive(LabelValue)]
enum EmptyText {
    #[label(rename = "")]
    A,
}

fn main() {}
