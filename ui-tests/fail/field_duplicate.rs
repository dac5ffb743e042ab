//! A key stands once.

#![allow(unused)]

use feagi_observability::observe;

#[observe(fields(a, b, a = b + 1, %b, "b" = 2, c.d = 1, c.d = 2))]
fn keys(a: u32, b: u32) {}

fn main() {}
