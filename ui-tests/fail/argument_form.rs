//! Each argument says what form it needs.

#![allow(unused)]

use feagi_observability::observe;

#[observe(name = 5)]
fn name() {}

#[observe(target)]
fn target() {}

#[observe(help =)]
fn help() {}

#[observe(metric = 5)]
fn metric() {}

#[observe(profile = "cpu")]
fn profile() {}

#[observe(fields = a)]
fn fields(a: u32) {}

#[observe(crate = "path")]
fn path() {}

#[observe(level = "info" target = "x")]
fn comma() {}

fn main() {}
