//! A metric's name is one that Prometheus takes, without the endings that the formats keep for themselves.

#![allow(unused)]

use feagi_observability::{Counter, Gauge, Histogram, Metrics};

#[derive(Metrics)]
struct Grammar {
    #[metric(name = "http.requests")]
    marks: Counter,
    #[metric(name = "2nd")]
    digit: Gauge,
    #[metric(name = "é")]
    nothing_can_stay: Gauge,
    #[metric(name = "")]
    empty: Gauge,
    größe: Gauge,
}

#[derive(Metrics)]
#[metrics(prefix = "x")]
struct WithPrefix {
    #[metric(name = "a-b")]
    marks: Counter,
    #[metric(name = "")]
    empty: Counter,
}

#[derive(Metrics)]
struct Endings {
    depth_total: Gauge,
    wait_total: Histogram,
    jobs_count: Counter,
    #[metric(name = "bytes_sum_total")]
    sum: Counter,
    wait_bucket: Histogram,
    born_created: Gauge,
    build_info: Counter,
    #[metric(name = "x_total_total")]
    twice: Counter,
    #[metric(name = "_count")]
    nothing_left: Gauge,
}

fn main() {}
