//! Histograms: how often values of which size occur.

use super::examples::{Examples, Wanted};
use super::{Cells, Handle, HandleFacts, Unlabelled};
use crate::instrument::clock::WallClock;
use crate::instrument::{Labels, ladder, refused};
use crate::telemetry::family::Exemplar;
use std::fmt;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Values sorted into buckets by size, one set for each combination of its labels; a field of a struct with
/// [`#[derive(Metrics)]`](macro@crate::Metrics).
///
/// The buckets are those of `buckets = […]`; without it they fit the unit: 1, 2.5 and 5 of each decade from a microsecond to ten
/// seconds, powers of four from 64 bytes to a gibibyte, twentieths of a ratio, and otherwise 1, 2.5 and 5 of each decade from one
/// to ten million. A use costs a search among at most 22 bounds, an atomic addition and an atomic exchange that is made again where
/// another thread was faster: no lock, no allocation. Within a kept trace it becomes the example of its bucket on the OpenMetrics page, about
/// once a second. Buckets and count are exact; the sum may lag behind them by the values that
/// are being recorded at that moment.
///
/// A value that is infinite or not a number would spoil the sum for ever: it is left out, and counted in
/// `obs_refused_values_total`.
///
/// ```
/// use feagi_observability::{Histogram, Metrics, TelemetryCollector, TelemetryConfig};
/// use std::time::Duration;
///
/// #[derive(Metrics)]
/// struct Queue {
///     /// Time that a job waits.
///     #[metric(unit = "seconds", buckets = [0.001, 0.01, 0.1])]
///     wait: Histogram,
/// }
///
/// let queue = Queue::register();
/// queue.wait.record(Duration::from_millis(5).as_secs_f64());
/// queue.wait.record(0.5);
///
/// let page = TelemetryCollector::new(&TelemetryConfig::default())?.export_metrics();
/// # if cfg!(all(feature = "enabled", not(any(feagi_observability_off, feagi_observability_off = "metrics")))) {
/// assert!(page.contains("wait_seconds_bucket{le=\"0.01\"} 1\n"));
/// assert!(page.contains("wait_seconds_bucket{le=\"+Inf\"} 2\n"));
/// assert!(page.contains("wait_seconds_sum 0.505\n"));
/// # }
/// # Ok::<(), feagi_observability::ObservabilityError>(())
/// ```
pub struct Histogram<L: Labels = ()> {
    cells: Cells<HistogramCell>,
    labels: PhantomData<fn() -> L>,
}

impl<L: Labels> Histogram<L> {
    /// Adds a value, in the metric's unit.
    #[inline]
    pub fn record(&self, value: f64)
    where
        L: Unlabelled,
    {
        if let Some(cell) = self.cells.first() {
            cell.record(value);
        }
    }

    /// The histogram of these labels.
    #[inline]
    #[must_use]
    pub fn with(&self, labels: &L) -> Histogram {
        Histogram { cells: self.cells.one(|| labels.index()), labels: PhantomData }
    }
}

impl<L: Labels> Handle for Histogram<L> {
    fn register(facts: &'static HandleFacts) -> Self {
        Histogram { cells: Cells::register::<L>(facts), labels: PhantomData }
    }
}

impl<L: Labels> Clone for Histogram<L> {
    fn clone(&self) -> Self {
        Histogram { cells: self.cells.clone(), labels: PhantomData }
    }
}

impl<L: Labels> fmt::Debug for Histogram<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Histogram").finish_non_exhaustive()
    }
}

/// One series of a histogram.
pub(super) struct HistogramCell {
    /// Ascending and inclusive.
    bounds: &'static [f64],
    /// Values of each bucket alone; one more than there are bounds.
    buckets: Box<[AtomicU64]>,
    /// The bits of the sum.
    sum: AtomicU64,
    /// As many as there are buckets. Apart from them: these are hardly ever written to, and so every core has them.
    wanted: Box<[Wanted]>,
    examples: Examples,
}

impl HistogramCell {
    pub(super) fn new(facts: &HandleFacts) -> Self {
        let bounds = ladder::bounds(facts.bounds, facts.unit);
        let buckets = (0..=bounds.len()).map(|_| AtomicU64::new(0)).collect();
        let wanted = (0..=bounds.len()).map(|_| Wanted::default()).collect();
        let sum = AtomicU64::new(0_f64.to_bits());
        HistogramCell { bounds, buckets, sum, wanted, examples: Examples::default() }
    }

    fn record(&self, value: f64) {
        let number = self.bounds.partition_point(|bound| *bound < value);
        let Some(bucket) = self.buckets.get(number).filter(|_| value.is_finite()) else {
            return refused::count();
        };
        // Relaxed: additions to one atomic are never lost, and buckets and sum need not be seen together.
        bucket.fetch_add(1, Relaxed);
        let sum = |before| Some((f64::from_bits(before) + value).to_bits());
        // Relaxed: as above. It cannot fail, as `sum` always gives one.
        let _ = self.sum.fetch_update(Relaxed, Relaxed, sum);
        // SAFETY: there are as many as there are buckets, from the beginning on, and this bucket is one.
        unsafe { self.wanted.get_unchecked(number) }.offer(|| Some(value));
    }

    /// Has one of the next values of each bucket be its example.
    pub(super) fn ask(&self, clock: &WallClock) {
        self.examples.ask(self.wanted.iter(), clock);
    }

    /// By bucket.
    pub(super) fn examples(&self, clock: &WallClock) -> Vec<Option<Exemplar>> {
        self.examples.latest(clock)
    }

    /// Values of each bucket alone, and their sum.
    pub(super) fn values(&self) -> (Vec<u64>, f64) {
        // Relaxed: a page that misses a value by nanoseconds is as good as an earlier one.
        let counts = self.buckets.iter().map(|bucket| bucket.load(Relaxed)).collect();
        (counts, f64::from_bits(self.sum.load(Relaxed)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_inclusive_and_what_is_greater_than_all_has_a_bucket() {
        let bounds: &[f64] = &[-1.0, 0.0, 2.5];
        let cell = HistogramCell::new(&HandleFacts { owner: "", name: "", help: "", unit: "", bounds });
        for value in [-2.0, -1.0, -0.0, 0.0, 2.5, 2.6, f64::MAX] {
            cell.record(value);
        }
        assert_eq!(cell.values().0, [2, 2, 1, 2]);
    }

    #[test]
    fn what_would_spoil_the_sum_is_left_out_and_counted() {
        let cell =
            HistogramCell::new(&HandleFacts { owner: "", name: "", help: "", unit: "seconds", bounds: &[] });
        let before = refused::total();
        for value in [1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            cell.record(value);
        }
        let (counts, sum) = cell.values();
        assert_eq!((counts.iter().sum::<u64>(), sum), (1, 1.0));
        assert!(refused::total() - before >= 3);
    }
}
