//! `slo` takes a latency, its percentile and a share of successes.

#![allow(unused)]

use feagi_observability::observe;

#[observe(slo)]
fn no_list() {}

#[observe(slo())]
fn empty() {}

#[observe(slo(latency = 250))]
fn number() {}

#[observe(slo(latency = "fast"))]
fn word() {}

#[observe(slo(p = 99))]
fn without_latency() {}

#[observe(slo(latency = "1s", p = 0))]
fn nobody() {}

#[observe(slo(success = 100.1))]
fn more_than_all() {}

#[observe(slo(success = "99"))]
fn text() {}

#[observe(slo(succes = 99))]
fn slip() {}

#[observe(slo(success = 99, success = 98))]
fn twice() {}

#[observe(slo(success = 99), metric = false)]
fn without_metric() {}

fn main() {}
