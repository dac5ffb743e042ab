//! There must be a function with a body that runs.

#![allow(unused)]

use feagi_observability::instrument;

#[instrument]
const fn constant() {}

#[instrument]
struct Item;

trait Trait {
    #[instrument]
    fn without_body(&self);
}

#[instrument(metric = "x_total")]
fn metric_name() {}

fn main() {}
