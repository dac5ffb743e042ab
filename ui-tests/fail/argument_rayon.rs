//! `rayon` is for calls that wait for a pool and have a context.

#![allow(unused)]

use feagi_observability::{observe, observe_block};
use std::future::Future;
use std::pin::Pin;

#[observe(rayon = true)]
fn value() {}

#[observe(rayon(global))]
fn list() {}

#[observe(rayon, rayon)]
fn twice() {}

#[observe(rayon)]
async fn suspended() {}

#[observe(rayon)]
fn by_hand() -> Pin<Box<dyn Future<Output = ()>>> {
    Box::pin(async move {})
}

#[observe(rayon, sample = 1/16)]
fn counted_only() {}

struct Engine;

#[observe(rayon)]
impl Engine {
    fn step(&self) {}
}

fn blocks() {
    observe_block! { name = "block", rayon, sample = 1/16; }
}

fn main() {}
