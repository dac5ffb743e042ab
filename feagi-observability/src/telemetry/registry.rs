//! Every metric of the process in one place: our own, the system's, our accounting, and what others hand in.

use super::exposition::{Exposition, Page};
use super::family::{Family, Kind, SeriesValue};
use super::{exposition, handles, heap, meter, own, system};
use crate::collect::Accounting;
use crate::context::compiled;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{PoisonError, RwLock};

/// Gives families for one page.
pub(crate) type Source = Box<dyn Fn() -> Vec<Family> + Send + Sync>;

/// Every metric of the process.
#[derive(Default)]
pub struct MetricsRegistry {
    accounting: Option<Accounting>,
    sources: RwLock<Vec<Source>>,
    /// Families and series that the last page had to leave out.
    left_out: [AtomicU64; 2],
}

impl MetricsRegistry {
    pub(crate) fn with_accounting(accounting: Accounting) -> Self {
        MetricsRegistry { accounting: Some(accounting), ..Default::default() }
    }

    /// Has `source` asked for every page from now on. On a name that is ours, ours wins.
    pub(crate) fn add_source(&self, source: Source) {
        self.sources.write().unwrap_or_else(PoisonError::into_inner).push(source);
    }

    /// All metrics in the Prometheus text format 0.0.4.
    pub fn prometheus_text(&self) -> String {
        self.page(Exposition::Classic).text
    }

    /// All metrics in the OpenMetrics text format 1.0.0, with exemplars.
    pub fn openmetrics_text(&self) -> String {
        self.page(Exposition::OpenMetrics).text
    }

    pub(crate) fn page(&self, format: Exposition) -> Page {
        let page = format.encode(self.gathered());
        self.left_out[0].store(page.dropped_families + handles::clashes(), Relaxed);
        self.left_out[1].store(page.dropped_series, Relaxed);
        page
    }

    /// What a page would show now: each family and series once, nothing impossible.
    pub(crate) fn families(&self) -> Vec<Family> {
        exposition::merge(self.gathered())
    }

    /// What every source gives now.
    fn gathered(&self) -> Vec<Family> {
        let mut families = if compiled::METRICS { meter::families() } else { Vec::new() };
        families.extend(handles::families());
        families.extend(system::families());
        families.extend(heap::families());
        if let Some(accounting) = &self.accounting {
            families.extend(own::families(&accounting.stats()));
            families.push(self.left_out());
        }
        for source in self.sources.read().unwrap_or_else(PoisonError::into_inner).iter() {
            families.extend(source());
        }
        families
    }

    fn left_out(&self) -> Family {
        let help = "Families and series that the last page left out, because their names or labels clash or are none.";
        let mut family = Family::new(Kind::Gauge, "obs_page_left_out", help);
        for (what, count) in ["families", "series"].into_iter().zip(&self.left_out) {
            family.push(vec![("what".into(), what.into())], SeriesValue::Gauge(count.load(Relaxed) as f64));
        }
        family
    }
}

impl fmt::Debug for MetricsRegistry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MetricsRegistry").finish_non_exhaustive()
    }
}
