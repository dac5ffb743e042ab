//! Fields are written as `tracing` writes them.

#![allow(unused)]

use feagi_observability::instrument;

#[instrument(fields(1))]
fn number() {}

#[instrument(fields(a =))]
fn no_value() {}

#[instrument(fields(%"text"))]
fn text_without_value() {}

#[instrument(fields(?{ KEY }))]
fn constant_without_value() {}

#[instrument(fields(a.))]
fn half_a_name() {}

#[instrument(fields(a = 1; b = 2))]
fn semicolon() {}

fn main() {}
