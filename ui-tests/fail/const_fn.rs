//! A `const fn` cannot be observed.

#![allow(unused)]

use feagi_observability::observe;

#[observe]
const fn constant() -> u32 {
    1
}

// The function itself stays: this is no second error.
const ONE: u32 = constant();

fn main() {}
