//! Names, units and buckets of the metrics that fields feed.

#![allow(unused)]

use feagi_observability::Event;

#[derive(Event)]
#[event(name = "grammar")]
struct Grammar {
    #[event(counter = "a.b", gauge = "")]
    a: u8,
    #[event(gauge = "jobs_total", histogram = "jobs_bucket")]
    b: u8,
    #[event(counter)]
    ärger: u8,
    #[event(histogram)]
    wait_sum: u8,
    #[event(counter = "x_total_total")]
    c: u8,
}

#[derive(Event)]
#[event(name = "units")]
struct Units {
    #[event(gauge, unit = "parsecs")]
    a: u8,
    #[event(counter, unit = "ms")]
    b: u8,
    #[event(histogram = "wait_ms", unit = "seconds")]
    c: u8,
    #[event(gauge, unit = "bytes")]
    wait_seconds: u8,
    #[event(unit = "seconds")]
    d: u8,
}

#[derive(Event)]
#[event(name = "buckets")]
struct Buckets {
    #[event(histogram, buckets = [])]
    a: u8,
    #[event(histogram, buckets = [1, 0.5, "x"])]
    b: u8,
    #[event(counter, buckets = [1])]
    c: u8,
    #[event(buckets = [1, 2])]
    d: u8,
}

fn main() {}
