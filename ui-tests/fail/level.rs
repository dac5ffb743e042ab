//! A level is a word, a path that ends in one, or a number from 1 to 5.

#![allow(unused)]

use feagi_observability::observe;

use feagi_observability::Level;

#[observe(level = "loud")]
fn word() {}

#[observe(level = 6)]
fn number() {}

#[observe(level = Level::Loud)]
fn path() {}

#[observe(level = info())]
fn call() {}

#[observe(level = Level::INFO)]
fn resolved_by_the_compiler(level: Level) {}

fn main() {}
