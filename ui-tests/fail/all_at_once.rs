//! All mistakes of one annotation are reported at once, and the function stays usable.

#![allow(unused)]

use feagi_observability::observe;

#[observe("", levle = "info", metric = "a.b", fields(a, a, self.x(), %b = 1), err, profile = 3)]
const fn everything(a: u32) {}

fn user() {
    everything(1);
}

fn main() {}
