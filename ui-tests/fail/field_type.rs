//! A value that cannot be recorded is pointed at, and the remedy named.

#![allow(unused)]

use feagi_observability::observe;

struct Opaque;

#[observe(fields(value))]
fn plain(value: Opaque) {}

#[observe(fields(%value))]
fn display(value: Opaque) {}

#[observe(fields(key = ?value))]
async fn debug(value: Opaque) {}

#[observe(fields(missing))]
fn unknown() {}

fn main() {}
