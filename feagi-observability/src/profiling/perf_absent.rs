//! Stands in for perf where there is none: says so.

use super::perf_status::{PerfStatus, PerfUnavailable};
use crate::config::ProfilingConfig;
use std::time::Duration;

/// Records nothing.
pub(crate) struct PerfRecorder;

impl PerfRecorder {
    pub(crate) fn new(_: &ProfilingConfig) -> Self {
        PerfRecorder
    }

    pub(crate) fn start(&self) {
        tracing::warn!(target: "feagi_observability::profiling", "nothing is recorded with perf: {}", PerfUnavailable::NotLinux);
    }

    #[allow(clippy::unused_self, reason = "the other one stops something")]
    pub(crate) fn stop(&self, _: Duration) {}

    #[allow(clippy::unused_self, reason = "the other one knows more")]
    pub(crate) fn status(&self) -> PerfStatus {
        PerfStatus::Unavailable(PerfUnavailable::NotLinux)
    }
}
