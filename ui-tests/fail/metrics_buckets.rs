//! Bounds are finite numbers that ascend, at least one, at most 22, for a histogram.

#![allow(unused)]

use feagi_observability::{Counter, Gauge, Histogram, Metrics};

const BOUND: f64 = 1.0;

#[derive(Metrics)]
struct Buckets {
    #[metric(buckets)]
    bare: Histogram,
    #[metric(buckets = 0.1)]
    one: Histogram,
    #[metric(buckets = [])]
    empty: Histogram,
    #[metric(buckets = [0.1, 0.01])]
    descending: Histogram,
    #[metric(buckets = [1, 1.0])]
    twice: Histogram,
    #[metric(buckets = [-1, -2])]
    negative: Histogram,
    #[metric(buckets = [1, f64::INFINITY])]
    infinite: Histogram,
    #[metric(buckets = [1e999])]
    too_large: Histogram,
    #[metric(buckets = [0.1, BOUND, "1ms"])]
    not_numbers: Histogram,
    #[metric(buckets = [1, 2 3, 4])]
    no_comma: Histogram,
    #[metric(buckets = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24])]
    many: Histogram,
}

#[derive(Metrics)]
struct OtherKinds {
    #[metric(buckets = [1, 2])]
    counter: Counter,
    #[metric(buckets = [1, 2])]
    gauge: Gauge,
}

fn main() {}
