//! Counters: what only grows.

use super::examples::{Examples, Wanted};
use super::{Cells, Handle, HandleFacts, Unlabelled};
use crate::instrument::Labels;
use crate::instrument::clock::WallClock;
use crate::telemetry::family::Exemplar;
use std::fmt;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

/// A number that only grows, one for each combination of its labels; a field of a struct with
/// [`#[derive(Metrics)]`](macro@crate::Metrics).
///
/// A use costs one atomic addition: no lock, no allocation. Within a kept trace it becomes the series' example on the OpenMetrics page, about
/// once a second. It counts from its registration on, before
/// [`init_observability`](crate::init_observability) and after shutdown, too. Past `u64::MAX` it begins again at zero, as a
/// counter does whose process has started anew; Prometheus' `rate` takes it so.
///
/// ```
/// use feagi_observability::{Counter, LabelValue, Labels, Metrics, TelemetryCollector, TelemetryConfig};
///
/// #[derive(LabelValue)]
/// enum Kind {
///     Image,
///     Text,
/// }
///
/// #[derive(Labels)]
/// struct JobLabels {
///     kind: Kind,
///     retried: bool,
/// }
///
/// #[derive(Metrics)]
/// struct Jobs {
///     /// Jobs taken from the queue.
///     taken: Counter,
///     /// Jobs done.
///     done: Counter<JobLabels>,
/// }
///
/// let jobs = Jobs::register();
/// jobs.taken.increment(2);
/// jobs.done.with(&JobLabels { kind: Kind::Image, retried: true }).increment(1);
/// // In a hot loop the series is looked up once.
/// let texts = jobs.done.with(&JobLabels { kind: Kind::Text, retried: false });
/// texts.increment(3);
///
/// let page = TelemetryCollector::new(&TelemetryConfig::default())?.export_metrics();
/// # if cfg!(all(feature = "enabled", not(any(feagi_observability_off, feagi_observability_off = "metrics")))) {
/// assert!(page.contains("taken_total 2\n"));
/// assert!(page.contains("done_total{kind=\"image\",retried=\"true\"} 1\n"));
/// assert!(page.contains("done_total{kind=\"text\",retried=\"false\"} 3\n"));
/// # }
/// # Ok::<(), feagi_observability::ObservabilityError>(())
/// ```
pub struct Counter<L: Labels = ()> {
    cells: Cells<CounterCell>,
    labels: PhantomData<fn() -> L>,
}

impl<L: Labels> Counter<L> {
    /// Adds `by`.
    #[inline]
    pub fn increment(&self, by: u64)
    where
        L: Unlabelled,
    {
        if let Some(cell) = self.cells.first() {
            cell.add(by);
        }
    }

    /// The counter of these labels.
    #[inline]
    #[must_use]
    pub fn with(&self, labels: &L) -> Counter {
        Counter { cells: self.cells.one(|| labels.index()), labels: PhantomData }
    }
}

impl<L: Labels> Handle for Counter<L> {
    fn register(facts: &'static HandleFacts) -> Self {
        Counter { cells: Cells::register::<L>(facts), labels: PhantomData }
    }
}

impl<L: Labels> Clone for Counter<L> {
    fn clone(&self) -> Self {
        Counter { cells: self.cells.clone(), labels: PhantomData }
    }
}

impl<L: Labels> fmt::Debug for Counter<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Counter").finish_non_exhaustive()
    }
}

/// One series of a counter.
#[derive(Default)]
pub(super) struct CounterCell {
    total: AtomicU64,
    /// Only set where the total does not show it: zero was added, or the total is back at zero.
    touched: AtomicBool,
    wanted: Wanted,
    examples: Examples,
}

impl CounterCell {
    #[inline]
    fn add(&self, by: u64) {
        // Relaxed: nothing is published with a count, and additions to one atomic are never lost.
        if self.total.fetch_add(by, Relaxed).wrapping_add(by) == 0 {
            // Relaxed: a page that misses it by nanoseconds is as good as an earlier one.
            self.touched.store(true, Relaxed);
        }
        self.wanted.offer(|| (by > 0).then_some(by as f64));
    }

    /// Has one of the next additions be the example.
    pub(super) fn ask(&self, clock: &WallClock) {
        self.examples.ask(std::iter::once(&self.wanted), clock);
    }

    pub(super) fn example(&self, clock: &WallClock) -> Option<Exemplar> {
        self.examples.latest(clock).pop().flatten()
    }

    /// Nothing if it has never been used.
    pub(super) fn total(&self) -> Option<u64> {
        // Relaxed: as above.
        let total = self.total.load(Relaxed);
        (total != 0 || self.touched.load(Relaxed)).then_some(total)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_knows_that_it_was_used_even_at_zero() {
        let cell = CounterCell::default();
        assert_eq!(cell.total(), None);
        cell.add(0);
        assert_eq!(cell.total(), Some(0));
    }

    #[test]
    fn past_the_largest_count_it_begins_again_and_stays_in_sight() {
        let cell = CounterCell::default();
        cell.add(u64::MAX);
        assert_eq!(cell.total(), Some(u64::MAX));
        cell.add(1);
        assert_eq!(cell.total(), Some(0));
        cell.add(5);
        assert_eq!(cell.total(), Some(5));
    }
}
