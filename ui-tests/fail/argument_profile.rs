//! `profile` takes what is to be measured.

#![allow(unused)]

use feagi_observability::observe;

#[observe(profile = "cpu")]
fn value() {}

#[observe(profile())]
fn empty() {}

#[observe(profile(cpu, heap))]
fn unknown() {}

#[observe(profile(cpu = true))]
fn option_value() {}

#[observe(profile(alloc, alloc))]
fn twice() {}

#[observe(profile(alloc), fields(alloc.bytes = 7))]
fn taken_key() {}

fn main() {}
