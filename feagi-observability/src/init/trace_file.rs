//! One trace as a file, when somebody asks for it.

use super::ObservabilityManager;
use crate::config::ObservabilityConfig;
use crate::context::TraceId;
use crate::error::ObservabilityError;
use crate::export::{OneTrace, write_one_trace};
use std::path::Path;

/// What a file of one trace has in common with that of the run.
#[derive(Default)]
pub(super) struct TraceFiles {
    process: String,
    limit: u64,
}

impl TraceFiles {
    pub(super) fn new(config: &ObservabilityConfig) -> Self {
        let (process, limit) = (config.telemetry.service_name.clone(), config.profiling.chrome_max_bytes);
        TraceFiles { process, limit }
    }
}

/// What [`ObservabilityManager::write_trace`] has written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WrittenTrace {
    /// Spans, events and log records that are in the file.
    pub records: u64,
    /// Those that are not: the file would have grown beyond `profiling.chrome_max_bytes`, or could not be written.
    pub left_out: u64,
}

impl ObservabilityManager {
    /// Writes what is still known of one trace to a Chrome trace file of its own, over a file that is there: its spans, events and log
    /// records among the last `logging.recent`. Polls of futures are in the file of the run alone. `profiling.chrome_tracing` need not be
    /// on; a trace of which nothing is known makes a file without events.
    ///
    /// ```no_run
    /// # let observability = feagi_observability::init_observability(&Default::default()).unwrap();
    /// # let trace_id = feagi_observability::current_context().unwrap().trace_id();
    /// let written = observability.write_trace(trace_id, "slow_burst.json")?;
    /// println!("{} records", written.records);
    /// # Ok::<(), feagi_observability::ObservabilityError>(())
    /// ```
    ///
    /// # Errors
    /// [`ObservabilityError::Write`] if the file cannot be made, [`ObservabilityError::FeatureMissing`] without the feature
    /// `chrome-tracing`.
    pub fn write_trace(
        &self,
        trace_id: TraceId,
        path: impl AsRef<Path>,
    ) -> Result<WrittenTrace, ObservabilityError> {
        let TraceFiles { process, limit } = &self.trace_files;
        let trace = OneTrace { process, limit: *limit, records: self.recent.whole_trace(trace_id) };
        let (records, left_out) = write_one_trace(path.as_ref(), &trace)?;
        Ok(WrittenTrace { records, left_out })
    }
}
