//! An unknown argument is pointed at; a slip is recognised.

#![allow(unused)]

use feagi_observability::observe;

#[observe(levle = "info")]
fn slip() {}

#[observe(budget = "33ms")]
fn stranger() {}

#[observe(%a)]
fn sigil(a: u32) {}

#[observe(ret, rett = 1, labels(a = 1))]
fn several() {}

fn main() {}
