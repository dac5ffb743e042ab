//! The heap as [`FeagiAlloc`](crate::FeagiAlloc) sees it; no families where the program has not installed it.
//!
//! `process_heap_bytes` is a name of the Prometheus client guidelines.

use super::family::{Family, Kind, SeriesValue};
use crate::instrument::alloc::{is_counting, totals};

pub(super) fn families() -> Vec<Family> {
    if !is_counting() {
        return Vec::new();
    }
    let totals = totals();
    let bytes = |name, help, bytes: u64| {
        Family::new(Kind::Gauge, name, help).with_unit("bytes").with_value(SeriesValue::Gauge(bytes as f64))
    };
    let counter =
        |name, help, count: u64| Family::new(Kind::Counter, name, help).with_value(SeriesValue::count(count));
    let allocated = counter(
        "process_heap_allocated_bytes_total",
        "Bytes that were allocated since the start.",
        totals.allocated_bytes,
    );
    vec![
        bytes("process_heap_bytes", "Bytes that are allocated and not freed.", totals.live_bytes()),
        bytes("process_heap_peak_bytes", "The most that `process_heap_bytes` has been.", totals.peak_bytes),
        allocated.with_unit("bytes"),
        counter(
            "process_heap_allocations_total",
            "Blocks that were allocated since the start.",
            totals.allocations,
        ),
        counter(
            "process_heap_deallocations_total",
            "Blocks that were freed since the start.",
            totals.deallocations,
        ),
    ]
}
