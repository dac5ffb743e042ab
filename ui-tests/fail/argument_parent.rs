//! A parent is a context.

#![allow(unused)]

use feagi_observability::observe;

#[observe(parent)]
fn no_value() {}

#[observe(follows_from)]
fn no_causes() {}

#[observe(parent = "span")]
fn text() {}

#[observe(parent = None)]
fn unnamed_none() {}

#[observe(follows_from = 5)]
fn no_list() {}

#[observe(follows_from = [1, 2])]
fn numbers() {}

#[observe(parent = a, parent = b)]
fn twice() {}

fn main() {}
