//! Metrics that are declared where an event is reported.

#![allow(unused)]

use feagi_observability::{burst_info, feagi_warn};

fn calls(text: &str, n: u8) {
    burst_info!(counter.x = %n, gauge.y = ?n);
    burst_info!(counter.x = text, gauge.y = text, histogram.z = text);
    burst_info!(counter.a.b = 1);
    burst_info!(gauge.x_total = 1, histogram.x_sum = 1);
    burst_info!(counter.x = 1, gauge.x = 2);
    burst_info!(x = 1, histogram.x = 2);
    burst_info!(counter.x = 1, counter.x = 2);
    feagi_warn!(counter.x_count = 1; "message");
}

fn main() {}
