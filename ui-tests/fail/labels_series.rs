//! More than 1000 series of one metric are a mistake.

#![allow(unused)]

use feagi_observability::{LabelValue, Labels};

#[derive(LabelValue)]
#[rustfmt::skip]
enum Digit {
    A, B, C, D, E, F, G, H, I, J, K,
}

#[derive(Labels)]
struct TooMany {
    a: Digit,
    b: Digit,
    c: Digit,
}

fn main() {}
