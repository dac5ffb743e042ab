//! The derives assume nothing of the standard prelude, and what shadows its names is not met.

#![no_implicit_prelude]
#![allow(dead_code, non_camel_case_types, unused_macros)]

mod core {}
mod std {}
struct Option;
struct Some;
struct str;
struct usize;
struct f64;
struct OnceLock;
macro_rules! module_path { () => {}; }
macro_rules! concat { () => {}; }

#[derive(::feagi_observability::LabelValue)]
enum Phase {
    Inject,
    #[label(rename = "x")]
    Some,
}

#[derive(::feagi_observability::Labels)]
struct Labels<'a> {
    phase: &'a Phase,
    other: ::core::primitive::bool,
}

#[derive(::feagi_observability::Metrics)]
struct Metrics {
    jobs: ::feagi_observability::Counter<Labels<'static>>,
    depth: ::feagi_observability::Gauge,
    #[metric(buckets = [1, 2.5])]
    wait: ::feagi_observability::Histogram,
}

fn main() {
    let metrics = Metrics::register();
    metrics.jobs.with(&Labels { phase: &Phase::Some, other: true }).increment(1);
    metrics.wait.record(1.0);
}
