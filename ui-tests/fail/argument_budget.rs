//! Budgets and heartbeats are durations.

#![allow(unused)]

use feagi_observability::observe;

#[observe(budget)]
fn no_value() {}

#[observe(budget = 33)]
fn number() {}

#[observe(budget = "33")]
fn no_unit() {}

#[observe(slow = "0ms")]
fn zero() {}

#[observe(heartbeat = "often")]
fn word() {}

#[observe(heartbeat = "99999h")]
fn too_long() {}

#[observe(budget = "1s", slow = "2s")]
fn two_words_for_it() {}

#[observe(heartbeat = "1s", heartbeat = "2s")]
fn twice() {}

fn main() {}
