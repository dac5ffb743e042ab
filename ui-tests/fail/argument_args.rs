//! `args` takes names of the function's arguments.

#![allow(unused)]

use feagi_observability::observe;

struct Opaque;

#[observe(args(cuont, missing))]
fn unknown(count: u32, name: &str) {}

#[observe(args(count))]
fn none() {}

#[observe(args(self))]
fn no_receiver(count: u32) {}

#[observe(args)]
fn no_list(count: u32) {}

#[observe(args())]
fn empty(count: u32) {}

#[observe(args(%count, count.len()))]
fn expressions(count: u32) {}

#[observe(args(count, count), fields(count = 1))]
fn twice(count: u32) {}

#[observe(args(opaque))]
fn no_debug(opaque: Opaque) {}

fn main() {}
