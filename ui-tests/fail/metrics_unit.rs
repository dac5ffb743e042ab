//! A unit is a base unit, and the name ends in it or in none.

#![allow(unused)]

use feagi_observability::{Counter, Gauge, Histogram, Metrics};

#[derive(Metrics)]
struct Units {
    #[metric(unit = "ms")]
    other: Histogram,
    #[metric(unit = "Kilobytes")]
    capital: Gauge,
    #[metric(unit = "percent")]
    percent: Gauge,
    #[metric(unit = "second")]
    single: Gauge,
    #[metric(unit = "secnods")]
    slip: Gauge,
    #[metric(unit = "neurons")]
    unknown: Gauge,
    #[metric(unit = "")]
    empty: Gauge,
}

#[derive(Metrics)]
struct Contradictions {
    #[metric(unit = "seconds")]
    wait_ms: Histogram,
    #[metric(unit = "seconds")]
    size_bytes: Gauge,
    #[metric(unit = "bytes", name = "sent_kilobytes_total")]
    sent: Counter,
}

fn main() {}
