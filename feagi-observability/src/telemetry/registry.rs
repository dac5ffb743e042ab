//! Every metric of the process in one place: our own, those of the `metrics` facade, the system's, and our accounting.

use super::exposition::{Exposition, Page};
use super::{meter, own, system};
use crate::collect::Accounting;
use std::fmt;
#[cfg(feature = "prometheus")]
use std::sync::Arc;

#[cfg(feature = "prometheus")]
use super::facade::Facade;

/// Every metric of the process.
#[derive(Default)]
pub struct MetricsRegistry {
    pub(crate) accounting: Option<Accounting>,
    #[cfg(feature = "prometheus")]
    pub(crate) facade: Option<Arc<Facade>>,
}

impl MetricsRegistry {
    /// All metrics in the Prometheus text format 0.0.4.
    pub fn prometheus_text(&self) -> String {
        self.page(Exposition::Classic).text
    }

    /// All metrics in the OpenMetrics text format 1.0.0, with exemplars.
    pub fn openmetrics_text(&self) -> String {
        self.page(Exposition::OpenMetrics).text
    }

    pub(crate) fn page(&self, format: Exposition) -> Page {
        let mut families = meter::families();
        families.extend(system::families());
        if let Some(accounting) = &self.accounting {
            families.extend(own::families(&accounting.stats()));
        }
        #[cfg(feature = "prometheus")]
        if let Some(facade) = &self.facade {
            families.extend(facade.families());
        }
        format.encode(families)
    }
}

impl fmt::Debug for MetricsRegistry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MetricsRegistry").finish_non_exhaustive()
    }
}
