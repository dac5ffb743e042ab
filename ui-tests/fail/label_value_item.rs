//! A label's type has few values, known when compiling: an enum without fields.

#![allow(unused)]

use feagi_observability::LabelValue;

#[derive(LabelValue)]
struct Struct(u8);

#[derive(LabelValue)]
union Union {
    a: u8,
}

#[derive(LabelValue)]
enum Empty {}

#[derive(LabelValue)]
enum WithFields {
    Fine,
    Tuple(u8),
    Named { id: u64 },
}

#[derive(LabelValue)]
enum Generic<const N: usize> {
    A,
}

/// Those who use a type with a mistake are told nothing more.
fn used() {
    let _ = (WithFields::VALUES, Empty::CARDINALITY, Struct(1).index());
}

fn main() {}
