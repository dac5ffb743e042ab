//! `in_flight` is on or off, and about the metrics.

#![allow(unused)]

use feagi_observability::observe;

#[observe(in_flight = 3)]
fn number() {}

#[observe(in_flight(true))]
fn list() {}

#[observe(in_flight, metric = false)]
fn without_metric() {}

fn main() {}
