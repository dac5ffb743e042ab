//! `sample` is one of so many calls.

#![allow(unused)]

use feagi_observability::observe;

#[observe(sample)]
fn no_value() {}

#[observe(sample = 0.1)]
fn float() {}

#[observe(sample = 16)]
fn number() {}

#[observe(sample = 1/0)]
fn zero() {}

#[observe(sample = 2/16)]
fn two() {}

#[observe(sample = 1/1000001)]
fn too_many() {}

#[observe(sample = 1/N)]
fn constant() {}

#[observe(sample = "1/16")]
fn text() {}

#[observe(sample = 1/16, budget = "1ms")]
fn with_budget() {}

fn main() {}
