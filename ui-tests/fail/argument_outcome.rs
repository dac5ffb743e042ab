//! `ok_if` and `error_if` are predicates of the returned value.

#![allow(unused)]

use feagi_observability::observe;

#[observe(ok_if)]
fn no_value() -> u8 {
    1
}

#[observe(ok_if = |n| *n > 1, error_if = |n| *n < 1)]
fn both() -> u8 {
    1
}

#[observe(error_if = |_| true)]
fn nothing() {}

#[observe(ok_if = |_| true)]
#[track_caller]
fn of_caller() -> u8 {
    1
}

#[observe(error_if = 5)]
fn no_function() -> u8 {
    1
}

#[observe(error_if = |n| n + 1)]
fn no_bool() -> u8 {
    1
}

#[observe(error_if = |n: &String| n.is_empty())]
fn other_type() -> u8 {
    1
}

fn main() {}
