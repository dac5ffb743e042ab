//! An unknown argument is pointed at, a second one names the first, and all mistakes are told at once.

#![allow(unused)]

use feagi_observability::instrument;

#[instrument(levle = "info")]
fn slip() {}

#[instrument(budget = "33ms")]
fn of_observe() {}

#[instrument(%a)]
fn sigil(a: u32) {}

#[instrument("one", name = "two")]
fn two_names() {}

#[instrument(level = 1, level = "info")]
fn two_levels() {}

#[instrument(parent = None, parent = None, follows_from = [], follows_from = [])]
fn two_parents() {}

#[instrument(err, err(Debug), ret, ret)]
fn twice() -> Result<u8, String> {
    Ok(1)
}

#[instrument(fields(a = 1), fields(b = 2))]
fn two_lists_of_fields() {}

#[instrument(metric = "x", metric = false)]
fn two_metrics() {}

#[instrument(name, level = "loud", target = 7, skip(b), metric = "a.b", rett)]
fn many(a: u32) {}

fn main() {
    // On an error the item stays.
    slip();
    many(1);
}
