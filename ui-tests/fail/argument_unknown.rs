//! An unknown argument is pointed at; a slip is recognised.

#![allow(unused)]

use feagi_observability::observe;

#[observe(levle = "info")]
fn slip() {}

#[observe(timeout = "33ms")]
fn stranger() {}

#[observe(%a)]
fn sigil(a: u32) {}

#[observe(rett = 1, lables(a = 1), ret)]
fn several() {}

fn main() {}
