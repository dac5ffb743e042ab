//! Gauges: what goes up and down.

use super::{Cells, Handle, HandleFacts, Unlabelled};
use crate::instrument::Labels;
use std::fmt;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// A number that goes up and down, one for each combination of its labels; a field of a struct with
/// [`#[derive(Metrics)]`](macro@crate::Metrics).
///
/// [`set`](Gauge::set) costs one atomic store, [`add`](Gauge::add) and [`sub`](Gauge::sub) an atomic exchange that is made again
/// where another thread was faster: no lock, no allocation. Infinite values and those that are not a number stand on the page as
/// they are. It holds its value from its registration on, before [`init_observability`](crate::init_observability) and after
/// shutdown, too.
///
/// ```
/// use feagi_observability::{Gauge, LabelValue, Labels, Metrics, TelemetryCollector, TelemetryConfig};
///
/// #[derive(LabelValue)]
/// enum Pool {
///     Fast,
///     Slow,
/// }
///
/// #[derive(Labels)]
/// struct PoolLabels {
///     pool: Pool,
/// }
///
/// #[derive(Metrics)]
/// struct Pools {
///     /// Workers that there are.
///     workers: Gauge,
///     /// Workers that have something to do.
///     busy: Gauge<PoolLabels>,
/// }
///
/// let pools = Pools::register();
/// pools.workers.set(8.0);
/// let busy = pools.busy.with(&PoolLabels { pool: Pool::Slow });
/// busy.add(3.0);
/// busy.sub(1.0);
///
/// let page = TelemetryCollector::new(&TelemetryConfig::default())?.export_metrics();
/// # if cfg!(all(feature = "enabled", not(any(feagi_observability_off, feagi_observability_off = "metrics")))) {
/// assert!(page.contains("workers 8\n") && page.contains("busy{pool=\"slow\"} 2\n"));
/// assert!(!page.contains("pool=\"fast\""), "a series is not shown before it is used");
/// # }
/// # Ok::<(), feagi_observability::ObservabilityError>(())
/// ```
pub struct Gauge<L: Labels = ()> {
    cells: Cells<GaugeCell>,
    labels: PhantomData<fn() -> L>,
}

impl<L: Labels> Gauge<L> {
    /// Sets the value.
    #[inline]
    pub fn set(&self, value: f64)
    where
        L: Unlabelled,
    {
        if let Some(cell) = self.cells.first() {
            cell.set(value);
        }
    }

    /// Adds to the value.
    #[inline]
    pub fn add(&self, by: f64)
    where
        L: Unlabelled,
    {
        if let Some(cell) = self.cells.first() {
            cell.add(by);
        }
    }

    /// Takes from the value.
    #[inline]
    pub fn sub(&self, by: f64)
    where
        L: Unlabelled,
    {
        self.add(-by);
    }

    /// The gauge of these labels.
    #[inline]
    #[must_use]
    pub fn with(&self, labels: &L) -> Gauge {
        Gauge { cells: self.cells.one(|| labels.index()), labels: PhantomData }
    }
}

impl<L: Labels> Handle for Gauge<L> {
    fn register(facts: &'static HandleFacts) -> Self {
        Gauge { cells: Cells::register::<L>(facts), labels: PhantomData }
    }
}

impl<L: Labels> Clone for Gauge<L> {
    fn clone(&self) -> Self {
        Gauge { cells: self.cells.clone(), labels: PhantomData }
    }
}

impl<L: Labels> fmt::Debug for Gauge<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gauge").finish_non_exhaustive()
    }
}

/// One series of a gauge: the bits of its value.
pub(super) struct GaugeCell(AtomicU64);

/// A pattern of NaN that no value is stored as: nobody has used the gauge yet.
const UNUSED: u64 = 0x7ff8_0000_0b5e_71ed;

impl Default for GaugeCell {
    fn default() -> Self {
        GaugeCell(AtomicU64::new(UNUSED))
    }
}

/// What is not a number is stored as one pattern alone.
fn bits(value: f64) -> u64 {
    if value.is_nan() { f64::NAN.to_bits() } else { value.to_bits() }
}

impl GaugeCell {
    #[inline]
    fn set(&self, value: f64) {
        // Relaxed: nothing is published with a value; of two that are set at once either may hold.
        self.0.store(bits(value), Relaxed);
    }

    #[inline]
    fn add(&self, by: f64) {
        let sum = |before| Some(bits(value(before).unwrap_or(0.0) + by));
        // Relaxed: as above; an addition that another thread was faster than is made again. It cannot fail, as `sum` always gives one.
        let _ = self.0.fetch_update(Relaxed, Relaxed, sum);
    }

    /// Nothing if it has never been used.
    pub(super) fn value(&self) -> Option<f64> {
        // Relaxed: a page that misses a change by nanoseconds is as good as an earlier one.
        value(self.0.load(Relaxed))
    }
}

fn value(bits: u64) -> Option<f64> {
    (bits != UNUSED).then(|| f64::from_bits(bits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_knows_that_it_was_used_even_at_zero() {
        let cell = GaugeCell::default();
        assert_eq!(cell.value(), None);
        cell.add(0.0);
        assert_eq!(cell.value(), Some(0.0));
    }

    #[test]
    fn no_value_looks_like_an_unused_one() {
        let cell = GaugeCell::default();
        cell.set(f64::from_bits(UNUSED));
        assert!(cell.value().is_some_and(f64::is_nan));
        cell.add(f64::from_bits(UNUSED));
        assert!(cell.value().is_some_and(f64::is_nan));
        cell.set(f64::INFINITY);
        assert_eq!(cell.value(), Some(f64::INFINITY));
    }
}
