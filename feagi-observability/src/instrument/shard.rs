//! Shards: one set of counters for each site and thread, with a single writer, so that counting takes a load and a store.

use super::Outcome;
use super::alloc::Allocated;
use super::facts::{InstrumentFacts, InstrumentKind};
use super::histogram::HistogramCells;
use super::ring::add;
use crate::sync::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

/// Upper bounds of the duration buckets in nanoseconds: 1, 2.5 and 5 of each decade from 1 µs to 10 s.
pub(crate) const BOUNDS: [u64; 22] = [
    1_000,
    2_500,
    5_000,
    10_000,
    25_000,
    50_000,
    100_000,
    250_000,
    500_000,
    1_000_000,
    2_500_000,
    5_000_000,
    10_000_000,
    25_000_000,
    50_000_000,
    100_000_000,
    250_000_000,
    500_000_000,
    1_000_000_000,
    2_500_000_000,
    5_000_000_000,
    10_000_000_000,
];

/// Buckets with the last, unbounded one.
pub(crate) const BUCKETS: usize = BOUNDS.len() + 1;

/// For each number of significant bits the first bucket that such a duration can fall into, and the bound of that bucket. Bounds
/// are at least a factor of two apart, so that no second one lies within the same power of two.
static LADDER: [(u64, usize); 64] = ladder();

const fn ladder() -> [(u64, usize); 64] {
    let mut table = [(u64::MAX, BOUNDS.len()); 64];
    let mut bits = 0;
    while bits < 64 {
        let smallest = 1u64 << bits;
        let mut bucket = 0;
        while bucket < BOUNDS.len() && BOUNDS[bucket] < smallest {
            bucket += 1;
        }
        if bucket < BOUNDS.len() {
            table[bits] = (BOUNDS[bucket], bucket);
        }
        bits += 1;
    }
    table
}

/// The bucket of a duration: bounds are inclusive, as Prometheus's `le` is.
#[inline(always)]
pub(crate) fn bucket_of(nanos: u64) -> usize {
    let bits = (nanos | 1).ilog2() as usize;
    let (bound, bucket) = LADDER[bits & 63];
    bucket + usize::from(nanos > bound)
}

/// The bucket of a duration among these bounds; by the common ladder if there are none.
#[inline]
pub(crate) fn bucket_within(nanos: u64, bounds: &[u64]) -> usize {
    if bounds.is_empty() { bucket_of(nanos) } else { bounds.partition_point(|bound| *bound < nanos) }
}

/// The counters of one series of a call site on one thread.
#[derive(Default)]
pub(crate) struct CallCells {
    pub(crate) outcomes: [AtomicU64; 4],
    pub(crate) sum_nanos: AtomicU64,
    pub(crate) buckets: [AtomicU64; BUCKETS],
    /// Calls that have begun, where calls in progress are counted.
    pub(crate) started: AtomicU64,
    pub(crate) over_budget: AtomicU64,
    pub(crate) allocated_bytes: AtomicU64,
    pub(crate) allocations: AtomicU64,
}

/// What one thread has counted at one site. Values only grow, also when another thread goes on with it.
pub(crate) struct Shard {
    pub(crate) call: CallCells,
    /// The second series and those that follow; the last is for what has no other.
    more: Box<[CallCells]>,
    /// Those of an event: one for each series and instrument; others than counters' stay 0.
    pub(crate) counters: Box<[AtomicU64]>,
    /// One for each series and instrument of an event that has a histogram; others are `None`.
    pub(crate) histograms: Box<[Option<HistogramCells>]>,
    /// Calls until one is timed.
    untimed: AtomicU64,
}

/// Series that a site may have; one more is for all others.
const MAX_SERIES: usize = 1000;

/// How many series these labels make, the one for all others included; 1 without labels.
pub(crate) fn series_of(labels: &[&'static [&'static str]]) -> usize {
    if labels.is_empty() {
        return 1;
    }
    labels.iter().fold(1, |product: usize, values| product.saturating_mul(values.len())).min(MAX_SERIES) + 1
}

impl Shard {
    pub(crate) fn new(instruments: &'static [InstrumentFacts], series: usize) -> Self {
        // An event has no cells of calls but the first ones, which are part of every shard.
        let calls = if instruments.is_empty() { series } else { 1 };
        let is_histogram = |facts: &InstrumentFacts| facts.kind == InstrumentKind::Histogram;
        let histogram = |facts| is_histogram(facts).then(|| HistogramCells::new(facts));
        let histograms = if instruments.iter().any(is_histogram) { series } else { 0 };
        Shard {
            call: CallCells::default(),
            more: (1..calls).map(|_| CallCells::default()).collect(),
            counters: (0..instruments.len() * series).map(|_| AtomicU64::new(0)).collect(),
            histograms: (0..histograms).flat_map(|_| instruments.iter().map(histogram)).collect(),
            untimed: AtomicU64::new(0),
        }
    }

    /// The cells of a series; what has none of its own shares the last ones.
    #[inline]
    pub(crate) fn cells(&self, series: u32) -> &CallCells {
        match (series as usize).checked_sub(1) {
            None => &self.call,
            Some(index) => self.more.get(index).or(self.more.last()).unwrap_or(&self.call),
        }
    }

    /// All series in order.
    pub(crate) fn series(&self) -> impl Iterator<Item = &CallCells> {
        std::iter::once(&self.call).chain(&self.more)
    }

    /// Counts one call; the caller is the shard's only writer.
    #[inline(always)]
    pub(crate) fn record_call(&self, outcome: Outcome, nanos: u64) {
        self.call.record(outcome, nanos, &[]);
    }

    /// Whether the next call that is to be timed is still to come; then this one was counted off. The caller is the only writer.
    #[inline(always)]
    pub(crate) fn passes_over(&self) -> bool {
        let left = self.untimed.load(Relaxed);
        let passes = left > 0;
        if passes {
            self.untimed.store(left - 1, Relaxed);
        }
        passes
    }

    /// Whether this call, of every `every` calls one, is to be timed: the first is. The caller is the only writer.
    #[inline(always)]
    pub(crate) fn is_timed(&self, every: u32) -> bool {
        let left = self.untimed.load(Relaxed);
        self.untimed.store(if left == 0 { u64::from(every.saturating_sub(1)) } else { left - 1 }, Relaxed);
        left == 0
    }
}

impl CallCells {
    /// Counts one call; the caller is the only writer.
    #[inline(always)]
    pub(crate) fn record(&self, outcome: Outcome, nanos: u64, bounds: &[u64]) {
        self.count(outcome);
        add(&self.sum_nanos, nanos);
        if let Some(bucket) = self.buckets.get(bucket_within(nanos, bounds)) {
            add(bucket, 1);
        }
    }

    /// Counts one call that was not timed; the caller is the only writer.
    #[inline(always)]
    pub(crate) fn count(&self, outcome: Outcome) {
        add(&self.outcomes[outcome as usize & 3], 1);
    }

    /// A call begins; the caller is the only writer.
    pub(crate) fn start(&self) {
        add(&self.started, 1);
    }

    /// A call was over its budget; the caller is the only writer.
    pub(crate) fn exceed(&self) {
        add(&self.over_budget, 1);
    }

    /// A call has allocated this; the caller is the only writer.
    pub(crate) fn allocate(&self, allocated: Allocated) {
        add(&self.allocated_bytes, allocated.bytes);
        add(&self.allocations, allocated.count);
    }

    /// Counts one call where several threads may write.
    pub(crate) fn record_shared(&self, outcome: Outcome, nanos: u64, bounds: &[u64]) {
        self.count_shared(outcome);
        self.sum_nanos.fetch_add(nanos, Relaxed);
        if let Some(bucket) = self.buckets.get(bucket_within(nanos, bounds)) {
            bucket.fetch_add(1, Relaxed);
        }
    }

    pub(crate) fn count_shared(&self, outcome: Outcome) {
        self.outcomes[outcome as usize & 3].fetch_add(1, Relaxed);
    }

    pub(crate) fn start_shared(&self) {
        self.started.fetch_add(1, Relaxed);
    }

    pub(crate) fn exceed_shared(&self) {
        self.over_budget.fetch_add(1, Relaxed);
    }

    pub(crate) fn allocate_shared(&self, allocated: Allocated) {
        self.allocated_bytes.fetch_add(allocated.bytes, Relaxed);
        self.allocations.fetch_add(allocated.count, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_bound_belongs_to_its_own_bucket_and_the_next_nanosecond_to_the_next() {
        for (index, bound) in BOUNDS.iter().enumerate() {
            assert_eq!(bucket_of(*bound), index);
            assert_eq!(bucket_of(bound + 1), index + 1);
            assert_eq!(bucket_of(bound - 1), index);
        }
        assert!(BOUNDS.windows(2).all(|pair| pair[1] >= 2 * pair[0]), "what the ladder is built on");
        assert_eq!(bucket_of(0), 0);
        assert_eq!(bucket_of(u64::MAX), BOUNDS.len());
    }
}
