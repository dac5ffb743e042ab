//! What the compiler says of a type is said at the author's own words.

#![allow(unused)]

use feagi_observability::instrument;

struct Opaque;

#[instrument]
fn argument(opaque: Opaque) {}

#[instrument(skip_all, fields(%opaque))]
fn display(opaque: Opaque) {}

#[instrument(skip_all, fields(k = opaque))]
fn value(opaque: Opaque) {}

#[instrument(skip_all, parent = opaque)]
fn parent(opaque: Opaque) {}

#[instrument(skip_all, follows_from = opaque)]
fn follows_from(opaque: Opaque) {}

#[instrument(err)]
fn error() -> Result<(), Opaque> {
    Ok(())
}

#[instrument(ret)]
fn ret() -> Opaque {
    Opaque
}

#[instrument]
fn body() -> u32 {
    "not a number"
}

fn main() {}
