//! `log` says when a line is written, and how often.

#![allow(unused)]

use feagi_observability::observe;

#[observe(log)]
fn no_list() {}

#[observe(log = "never")]
fn value() {}

#[observe(log())]
fn empty() {}

#[observe(log(on = "errors", rate = "10/d"))]
fn words() {}

#[observe(log(on = never, rate = 10))]
fn no_strings() {}

#[observe(log(when = "exit", rate))]
fn options() {}

#[observe(log(rate = "0/s"))]
fn zero() {}

#[observe(log(on = "never", rate = "1/s"))]
fn conflict() {}

#[observe(log(on = "exit", on = "error"))]
fn twice() {}

#[observe(log(on = "exit"), log(rate = "1/s"))]
fn two_lists() {}

fn main() {}
