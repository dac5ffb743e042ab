//! A metric's name must be one that Prometheus takes, without what is put behind it.

#![allow(unused)]

use feagi_observability::observe;

#[observe(metric = "")]
fn empty() {}

#[observe(metric = "http.server-requests")]
fn marks() {}

#[observe(metric = "2nd")]
fn digit() {}

#[observe(metric = "ü")]
fn nothing_can_stay() {}

#[observe(metric = "burst_total")]
fn total() {}

#[observe(metric = "burst_duration_seconds")]
fn seconds() {}

#[observe(metric = "_count")]
fn only_a_suffix() {}

#[observe(metric = false, help = "helps nobody")]
fn help_for_nothing() {}

fn main() {}
