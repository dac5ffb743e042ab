//! `log` says when a call writes its line.

#![allow(unused)]

use feagi_observability::instrument;

#[instrument(log)]
fn without_list() {}

#[instrument(log())]
fn empty_list() {}

#[instrument(log = "never")]
fn with_value() {}

#[instrument(log(of = "never"))]
fn option_slip() {}

#[instrument(log(on))]
fn on_without_value() {}

#[instrument(log(on = never))]
fn on_is_a_word() {}

#[instrument(log(on = "nevr"))]
fn moment_slip() {}

#[instrument(log(on = "exit", on = "never"))]
fn two_moments() {}

fn main() {}
