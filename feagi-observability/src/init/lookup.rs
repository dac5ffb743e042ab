//! What is known of one trace, across all signals.

use super::ObservabilityManager;
use crate::collect::RecentRecord;
use crate::context::TraceId;
use crate::telemetry::{TraceExemplar, exemplars_of};

/// Everything that is still known about one trace; see [`ObservabilityManager::trace`].
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct TraceRecords {
    /// Its lines and spans, in the order of their beginnings.
    pub records: Vec<RecentRecord>,
    /// Where it stands as an example on the metrics page now, in the order of time.
    pub exemplars: Vec<TraceExemplar>,
}

impl ObservabilityManager {
    /// Everything that is still known about one trace: the last lines and spans, of which `logging.recent` says how many are kept, and
    /// exemplars. Other traces' records are not looked at.
    /// What was recorded within the last 100 ms may not have been collected yet; [`flush`](Self::flush) waits for it.
    ///
    /// ```
    /// use feagi_observability::{ObservabilityConfig, current_context, init_observability, observe};
    /// use std::time::Duration;
    ///
    /// #[observe]
    /// fn burst() -> Option<feagi_observability::TraceId> {
    ///     tracing::info!(neurons = 42, "fired");
    ///     current_context().map(|context| context.trace_id())
    /// }
    ///
    /// let observability = init_observability(&ObservabilityConfig::default())?;
    /// let trace_id = burst().unwrap();
    /// observability.flush(Duration::from_secs(5));
    /// let trace = observability.trace(trace_id);
    /// assert_eq!(trace.records.len(), 2);
    /// assert!(trace.records[0].duration > Duration::ZERO, "the call began first");
    /// # Ok::<(), feagi_observability::ObservabilityError>(())
    /// ```
    pub fn trace(&self, trace_id: TraceId) -> TraceRecords {
        let exemplars = exemplars_of(trace_id, &self.telemetry.metrics_registry().families());
        TraceRecords { records: self.recent.of_trace(trace_id), exemplars }
    }

    /// The last `count` log lines, in the order in which they were written; no more than `logging.recent` are kept.
    ///
    /// ```no_run
    /// # let observability = feagi_observability::init_observability(&Default::default()).unwrap();
    /// for line in observability.recent(10) {
    ///     println!("{:?} {}", line.level, line.message.unwrap_or(line.name));
    /// }
    /// ```
    pub fn recent(&self, count: usize) -> Vec<RecentRecord> {
        self.recent.last_lines(count)
    }
}
