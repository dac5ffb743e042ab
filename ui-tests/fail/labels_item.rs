//! Labels are the named fields of a struct.

#![allow(unused)]

use feagi_observability::Labels;

#[derive(Labels)]
enum Enum {
    A,
}

#[derive(Labels)]
union Union {
    a: bool,
}

#[derive(Labels)]
struct Tuple(bool, bool);

#[derive(Labels)]
struct Unit;

#[derive(Labels)]
struct Empty {}

/// Those who use a type with a mistake are told nothing more.
fn used() {
    let _ = (Tuple::KEYS, Unit::CARDINALITY, Empty {}.index());
}

fn main() {}
