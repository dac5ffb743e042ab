//! A field that cannot be recorded is pointed at.

#![allow(unused)]

use feagi_observability::burst_info;

struct Opaque;

fn main_body(value: Opaque) {
    burst_info!(value);
    burst_info!(%value);
    burst_info!(key = ?value, burst_id = missing);
}

fn main() {}
