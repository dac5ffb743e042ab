//! Buckets are an ascending list of durations.

#![allow(unused)]

use feagi_observability::observe;

#[observe(buckets)]
fn no_value() {}

#[observe(buckets = 0.1)]
fn no_list() {}

#[observe(buckets = [])]
fn empty() {}

#[observe(buckets = [0.1, 0.1, 0.01])]
fn descending() {}

#[observe(buckets = [0, -1.0, "soon", seconds, "0ms", true])]
fn no_durations() {}

#[observe(buckets = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23])]
fn many() {}

#[observe(buckets = [0.1], metric = false)]
fn without_metric() {}

#[observe(buckets = [0.1], buckets = [0.2])]
fn twice() {}

fn main() {}
