//! Shards: one set of counters for each site and thread, with a single writer, so that counting takes a load and a store.

use super::Outcome;
use super::ring::add;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

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

/// The counters of one call site on one thread.
#[derive(Default)]
pub(crate) struct CallCells {
    pub(crate) outcomes: [AtomicU64; 4],
    pub(crate) sum_nanos: AtomicU64,
    pub(crate) buckets: [AtomicU64; BUCKETS],
}

/// What one thread has counted at one site. Values only grow, also when another thread goes on with it.
pub(crate) struct Shard {
    pub(crate) call: CallCells,
    /// One for each instrument of an event; gauges' stay 0.
    pub(crate) counters: Box<[AtomicU64]>,
}

impl Shard {
    pub(crate) fn new(instruments: usize) -> Self {
        Shard { call: CallCells::default(), counters: (0..instruments).map(|_| AtomicU64::new(0)).collect() }
    }

    /// Counts one call; the caller is the shard's only writer.
    #[inline(always)]
    pub(crate) fn record_call(&self, outcome: Outcome, nanos: u64) {
        add(&self.call.outcomes[outcome as usize & 3], 1);
        add(&self.call.sum_nanos, nanos);
        if let Some(bucket) = self.call.buckets.get(bucket_of(nanos)) {
            add(bucket, 1);
        }
    }

    /// Counts one call where several threads may write.
    pub(crate) fn record_call_shared(&self, outcome: Outcome, nanos: u64) {
        self.call.outcomes[outcome as usize & 3].fetch_add(1, Relaxed);
        self.call.sum_nanos.fetch_add(nanos, Relaxed);
        if let Some(bucket) = self.call.buckets.get(bucket_of(nanos)) {
            bucket.fetch_add(1, Relaxed);
        }
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
