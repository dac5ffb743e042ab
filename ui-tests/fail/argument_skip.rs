//! `skip` leaves a function out of what is annotated around it.

#![allow(unused)]

use feagi_observability::observe;

#[observe(skip)]
fn alone() {}

#[observe(skip = true)]
fn value() {}

fn main() {}
