//! A histogram of an event: one set of buckets for each series and thread, with a single writer, so that a value takes a search among
//! at most 22 bounds, two loads and two stores.

use super::facts::InstrumentFacts;
use super::ladder;
use super::refused;
use super::ring::add;
use crate::sync::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

/// What one thread has sorted into one series of one histogram.
pub(crate) struct HistogramCells {
    bounds: &'static [f64],
    /// Values of each bucket alone; one more than there are bounds.
    buckets: Box<[AtomicU64]>,
    /// The bits of the sum.
    sum: AtomicU64,
}

/// The bucket of a value: bounds are inclusive, as Prometheus's `le` is.
pub(crate) fn bucket_of(value: f64, bounds: &[f64]) -> usize {
    bounds.partition_point(|bound| *bound < value)
}

impl InstrumentFacts {
    /// The bounds of a histogram's buckets: its author's, else those that fit its unit.
    pub(crate) fn bounds(&self) -> &'static [f64] {
        ladder::bounds(self.buckets, self.unit)
    }
}

impl HistogramCells {
    pub(super) fn new(facts: &InstrumentFacts) -> Self {
        let bounds = facts.bounds();
        let buckets = (0..=bounds.len()).map(|_| AtomicU64::new(0)).collect();
        HistogramCells { bounds, buckets, sum: AtomicU64::new(0) }
    }

    fn bucket(&self, value: f64) -> Option<&AtomicU64> {
        let bucket = self.buckets.get(bucket_of(value, self.bounds)).filter(|_| value.is_finite());
        if bucket.is_none() {
            refused::count();
        }
        bucket
    }

    /// Sorts a value in; the caller is the only writer.
    pub(super) fn record(&self, value: f64) {
        let Some(bucket) = self.bucket(value) else { return };
        add(bucket, 1);
        let sum = f64::from_bits(self.sum.load(Relaxed)) + value;
        self.sum.store(sum.to_bits(), Relaxed);
    }

    /// Sorts a value in where several threads may write.
    pub(super) fn record_shared(&self, value: f64) {
        let Some(bucket) = self.bucket(value) else { return };
        bucket.fetch_add(1, Relaxed);
        let sum = |before| Some((f64::from_bits(before) + value).to_bits());
        // It cannot fail, as `sum` always gives one.
        let _ = self.sum.fetch_update(Relaxed, Relaxed, sum);
    }

    /// Adds what is in here to `counts` and returns the sum.
    pub(crate) fn add_to(&self, counts: &mut [u64]) -> f64 {
        for (total, bucket) in counts.iter_mut().zip(&self.buckets) {
            *total += bucket.load(Relaxed);
        }
        f64::from_bits(self.sum.load(Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instrument::InstrumentKind;

    fn cells(buckets: &'static [f64]) -> HistogramCells {
        HistogramCells::new(&InstrumentFacts {
            name: "",
            help: "",
            kind: InstrumentKind::Histogram,
            unit: "",
            buckets,
            field: "",
        })
    }

    #[test]
    fn both_ways_to_record_sort_alike() {
        let (own, shared) = (cells(&[-1.0, 0.0, 2.5]), cells(&[-1.0, 0.0, 2.5]));
        for value in [-2.0, -1.0, -0.0, 0.0, 2.5, 2.75, 1e9] {
            own.record(value);
            shared.record_shared(value);
        }
        let ([mut a, mut b], expected) = ([[0; 4]; 2], [2, 2, 1, 2]);
        assert_eq!(own.add_to(&mut a).to_bits(), shared.add_to(&mut b).to_bits());
        assert_eq!((a, b), (expected, expected));
    }

    #[test]
    fn what_would_spoil_the_sum_is_left_out_and_counted() {
        let (cells, before) = (cells(&[]), refused::total());
        for value in [1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            cells.record(value);
            cells.record_shared(value);
        }
        let mut counts = [0; 23];
        assert_eq!((cells.add_to(&mut counts), counts.iter().sum::<u64>()), (2.0, 2));
        assert!(refused::total() - before >= 6);
    }
}
