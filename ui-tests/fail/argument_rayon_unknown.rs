//! Without the runtime's feature nobody knows which threads are those of a pool.

#![allow(unused)]

use feagi_observability::{observe, observe_block, profile};

#[observe(level = "debug", rayon)]
fn function() {}

fn blocks() {
    observe_block! { name = "block", rayon; }
    profile!("profile", rayon, {});
}

fn main() {}
