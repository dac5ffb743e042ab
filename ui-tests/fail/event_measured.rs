//! A field that is also a metric takes a number.

#![allow(unused)]

use feagi_observability::burst_info;

fn main_body(n: u32, text: &str) {
    burst_info!(neurons_fired = %n);
    burst_info!(?n, synapses_activated = ?n);
    burst_info!(neurons_fired = text);
    burst_info!(neurons_fired = -1, synapses_activated = Some(1));
}

fn main() {}
