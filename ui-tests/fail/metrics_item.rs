//! Metrics are the named fields of a struct of which there is one.

#![allow(unused)]

use feagi_observability::{Counter, Labels, Metrics};

#[derive(Metrics)]
enum Enum {
    A(Counter),
}

#[derive(Metrics)]
union Union {
    a: u8,
}

#[derive(Metrics)]
struct Tuple(Counter);

#[derive(Metrics)]
struct Unit;

#[derive(Metrics)]
struct Empty {}

#[derive(Metrics)]
struct Generic<L: Labels> {
    a: Counter<L>,
}

/// Those who use a type with a mistake are told nothing more.
fn used() {
    let _ = (Tuple::register(), Unit::register(), Empty::register(), Generic::<()>::register());
}

fn main() {}
