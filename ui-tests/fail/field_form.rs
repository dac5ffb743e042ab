//! A field that is not one says what it could be.

#![allow(unused)]

use feagi_observability::observe;

#[observe(fields(self.len()))]
fn call_without_key() {}

#[observe(fields(%a = b, "key", k =, 5, a b))]
fn several(a: u32, b: u32) {}

#[observe(fields(k = a +))]
fn expression(a: u32) {}

fn main() {}
