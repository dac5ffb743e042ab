//! Two metrics never share a sample on the page: the second is pointed at, the first named.

#![allow(unused)]

use feagi_observability::{Counter, Gauge, Histogram, Metrics};

#[derive(Metrics)]
struct CounterBesideGauge {
    neurons_total: Counter,
    neurons: Gauge,
}

#[derive(Metrics)]
struct CounterBesideHistogram {
    wait: Histogram,
    #[metric(name = "wait")]
    waits: Counter,
}

#[derive(Metrics)]
struct Twice {
    jobs: Counter,
    jobs_total: Counter,
    #[metric(name = "jobs")]
    again: Counter,
}

#[derive(Metrics)]
struct ByUnit {
    #[metric(unit = "seconds")]
    wait: Histogram,
    wait_seconds: Gauge,
}

fn main() {}
