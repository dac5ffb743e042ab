//! What all threads together have allocated and freed, and how much was live at most.

use super::IS_ON;
use super::cells::{cells, own_cell};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering::Relaxed};

/// Whether anything was ever counted: that is how an allocator without a constructor at run time makes itself known.
static COUNTS: AtomicBool = AtomicBool::new(false);
/// Live bytes, as the threads have told so far.
static LIVE: AtomicI64 = AtomicI64::new(0);
static PEAK: AtomicI64 = AtomicI64::new(0);
/// The mean distance of the heap profile's samples, in bytes; 0 where there is no profile.
static SAMPLE_INTERVAL: AtomicU64 = AtomicU64::new(0);

/// Since the process began; exact while its threads rest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct AllocTotals {
    pub(crate) allocations: u64,
    pub(crate) deallocations: u64,
    pub(crate) allocated_bytes: u64,
    pub(crate) freed_bytes: u64,
    /// The most bytes that were live at once: less than 64 KiB a thread too little.
    pub(crate) peak_bytes: u64,
}

impl AllocTotals {
    pub(crate) fn live_bytes(&self) -> u64 {
        self.allocated_bytes.saturating_sub(self.freed_bytes)
    }
}

pub(super) fn begin() {
    // Relaxed: a flag, on which nothing else depends.
    COUNTS.store(true, Relaxed);
}

/// Whether allocations are counted in this process.
pub(crate) fn is_counting() -> bool {
    IS_ON && COUNTS.load(Relaxed)
}

/// So many more live bytes.
pub(super) fn change(more: i64) {
    let live = LIVE.fetch_add(more, Relaxed).wrapping_add(more);
    if live > PEAK.load(Relaxed) {
        PEAK.fetch_max(live, Relaxed);
    }
}

/// The sums of all threads.
pub(crate) fn totals() -> AllocTotals {
    let mut totals = AllocTotals::default();
    // What has gone first: so that nothing goes that has not come.
    for [deallocations, bytes] in cells().map(|cell| cell.gone()) {
        totals.deallocations = totals.deallocations.wrapping_add(deallocations);
        totals.freed_bytes = totals.freed_bytes.wrapping_add(bytes);
    }
    for [allocations, bytes] in cells().map(|cell| cell.come()) {
        totals.allocations = totals.allocations.wrapping_add(allocations);
        totals.allocated_bytes = totals.allocated_bytes.wrapping_add(bytes);
    }
    let peak = u64::try_from(PEAK.load(Relaxed)).unwrap_or(0);
    totals.peak_bytes = peak.max(totals.live_bytes());
    totals
}

pub(super) fn sample_interval() -> u64 {
    SAMPLE_INTERVAL.load(Relaxed)
}

/// Has blocks sampled, so many bytes apart in the mean; 0 ends it. This thread heeds it at once, others within 64 KiB at the latest.
pub(crate) fn sample_every(bytes: u64) {
    SAMPLE_INTERVAL.store(bytes, Relaxed);
    cells().for_each(|cell| cell.hurry());
    if let Some(cell) = own_cell() {
        cell.settle_now();
    }
}
