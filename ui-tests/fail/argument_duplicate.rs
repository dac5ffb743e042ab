//! A second argument is pointed at, and the first is named.

#![allow(unused)]

use feagi_observability::observe;

#[observe(level = "info", level = "debug")]
fn twice() {}

#[observe("first", name = "second")]
fn shorthand() {}

#[observe(fields(a), metric, fields(b), metric = "x", profile, profile)]
fn thrice(a: u32, b: u32) {}

fn main() {}
