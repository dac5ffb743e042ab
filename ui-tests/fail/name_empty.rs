//! Names are not empty.

#![allow(unused)]

use feagi_observability::observe;

#[observe("")]
fn empty() {}

#[observe(name = "  ", target = "")]
fn blank() {}

#[observe(fields("" = 1))]
fn field() {}

fn main() {}
