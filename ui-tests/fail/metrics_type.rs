//! A metric is a handle of this library.

#![allow(unused)]

use feagi_observability::{Counter, Labels, Metrics};

mod foreign {
    pub struct Gauge;
}

#[derive(Metrics)]
struct NoHandles {
    number: u64,
    many: Vec<Counter>,
    pair: (Counter, Counter),
    reference: &'static Counter,
}

#[derive(Metrics)]
struct Foreign {
    gauge: foreign::Gauge,
}

#[derive(Labels)]
struct JobLabels {
    retried: bool,
}

#[derive(Metrics)]
struct Labelled {
    jobs: Counter<JobLabels>,
}

fn used() {
    let labelled = Labelled::register();
    labelled.jobs.increment(1);
    labelled.jobs.with(&true).increment(1);
    labelled.jobs.with(&JobLabels { retried: true }).increment(-1);
}

fn main() {}
