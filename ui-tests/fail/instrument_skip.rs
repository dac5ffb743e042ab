//! What is skipped must be there, once.

#![allow(unused)]

use feagi_observability::instrument;

#[instrument(skip(pasword))]
fn slip(password: &str) {}

#[instrument(skip(a, stranger))]
fn stranger(a: u8, b: u8) {}

#[instrument(skip(a))]
fn nothing_to_skip() {}

#[instrument(skip(a, a))]
fn twice(a: u8) {}

#[instrument(skip(a), skip_all)]
fn some_and_all(a: u8) {}

#[instrument(skip(outer))]
fn only_what_is_bound((a, b): (u8, u8)) {}

struct S;

impl S {
    #[instrument(skip(self))]
    fn no_self(a: u8) {}
}

fn main() {}
