//! Metrics of one event that would be one family of the page.

#![allow(unused)]

use feagi_observability::{Event, burst_info};

#[derive(Event)]
#[event(name = "job")]
struct Job {
    #[event(counter = "x", gauge = "x")]
    a: u8,
    #[event(counter, histogram)]
    b: u8,
    #[event(gauge = "y")]
    c: u8,
    #[event(gauge = "y")]
    d: u8,
    #[event(histogram = "job")]
    e: u8,
    #[event(counter = "job_total")]
    f: u8,
}

fn ad_hoc() {
    burst_info!(counter.neurons_fired = 1);
    burst_info!(histogram.neurons_fired = 1, neurons_fired = 2);
    burst_info!(gauge.neurons_fired = 1, counter.burst_id = 2);
    burst_info!(gauge.x = 1, counter.last_x = 1);
}

fn main() {}
