//! An event's grammar is that of `tracing::info!`.

#![allow(unused)]

use feagi_observability::burst_info;

fn main_body(a: u32, b: u32) {
    burst_info!(target: 5, a);
    burst_info!(name: "x", a);
    burst_info!(a, target: "x");
    burst_info!(a b);
    burst_info!("message {}", a, b = 1);
    burst_info!(a + b);
    burst_info!(a, a = 1, "x" = 2, "x" = 3);
    burst_info!("message {missing}");
    burst_info!(%a = 1);
    burst_info!(target: "", a);
}

fn main() {}
