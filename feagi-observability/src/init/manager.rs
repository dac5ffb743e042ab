//! What `init_observability` returns: the handle to everything that runs, and its end.

use super::trace_file::TraceFiles;
use crate::collect::{Accounting, Collector, Recent, Stats};
use crate::config::{ObservabilityConfig, ProfilingConfig};
use crate::error::ObservabilityError;
use crate::instrument::registry;
use crate::profiling::{CpuProfile, CpuProfiler, MemoryProfiler, PerfRecorder, PerfStatus, ProfilingError};
use crate::telemetry::TelemetryCollector;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long the end of profiling waits for perf's files.
const PERF_TIMEOUT: Duration = Duration::from_secs(30);
/// How long `Drop` waits for what is queued.
const DROP_TIMEOUT: Duration = Duration::from_secs(5);

/// Everything that `init_observability` has started. Dropping it shuts down like [`shutdown`](Self::shutdown) does.
pub struct ObservabilityManager {
    /// Metrics and health.
    pub telemetry: Arc<TelemetryCollector>,
    /// The CPU profiler, where `profiling.cpu_profiling` asks for it.
    pub profiler: Option<CpuProfiler>,
    /// The memory profiler, where `profiling.memory_profiling` asks for it.
    pub memory_profiler: Option<MemoryProfiler>,
    profiling: ProfilingConfig,
    running: Mutex<Option<Running>>,
    accounting: Accounting,
    pub(super) recent: Arc<Recent>,
    pub(super) trace_files: TraceFiles,
    pub(super) perf: Option<PerfRecorder>,
}

/// What is to be stopped.
pub(super) struct Running {
    pub(super) collector: Collector,
    pub(super) windows: super::windows::Windows,
    /// Whether foreign events are taken.
    pub(super) capture: Arc<AtomicBool>,
    #[cfg(feature = "otlp")]
    pub(super) metrics: Option<crate::export::MetricsExport>,
    #[cfg(feature = "server")]
    pub(super) server: Option<crate::server::Server>,
}

/// What became of everything when observability was shut down.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ShutdownReport {
    /// Records that have arrived, by output.
    pub exported: BTreeMap<String, u64>,
    /// Records that were lost, by `output/reason`; empty when nothing was.
    pub dropped: BTreeMap<String, u64>,
    /// Whether the time was up before everything was handed on.
    pub timed_out: bool,
}

impl ObservabilityManager {
    pub(super) fn new(
        telemetry: Arc<TelemetryCollector>,
        (profiler, memory_profiler): (Option<CpuProfiler>, Option<MemoryProfiler>),
        profiling: ProfilingConfig,
        running: Running,
        accounting: Accounting,
        recent: Arc<Recent>,
    ) -> Self {
        let running = Mutex::new(Some(running));
        let trace_files = TraceFiles::default();
        ObservabilityManager {
            telemetry,
            profiler,
            memory_profiler,
            profiling,
            running,
            accounting,
            recent,
            trace_files,
            perf: None,
        }
    }

    /// The same as [`init_observability`](crate::init_observability).
    ///
    /// # Errors
    /// Those of [`init_observability`](crate::init_observability).
    pub fn init(config: &ObservabilityConfig) -> Result<Self, ObservabilityError> {
        super::init_observability(config)
    }

    /// Metrics and health.
    pub fn telemetry(&self) -> &Arc<TelemetryCollector> {
        &self.telemetry
    }

    /// Begins to sample the CPU; does nothing where `profiling.cpu_profiling` is false. Starts perf again if it was stopped and
    /// `profiling.perf_profiling` is true.
    ///
    /// # Errors
    /// What the profiler refuses, such as a second start.
    pub fn start_profiling(&self) -> Result<(), ProfilingError> {
        if let Some(perf) = &self.perf {
            perf.start();
        }
        self.profiler.as_ref().map_or(Ok(()), CpuProfiler::start)
    }

    /// Ends sampling and returns the profile's path; `None` where `profiling.cpu_profiling` is false. Ends perf, too, which may take some
    /// seconds to write its files; [`perf_status`](Self::perf_status) names them.
    ///
    /// # Errors
    /// What the profiler refuses, such as a stop without a start, or a folder that cannot be written.
    pub fn stop_profiling(&self) -> Result<Option<PathBuf>, ProfilingError> {
        let stopped = self.profiler.as_ref().map(CpuProfiler::stop).transpose();
        if let Some(perf) = &self.perf {
            perf.stop(PERF_TIMEOUT);
        }
        stopped
    }

    /// What `perf record` does for this process, which `profiling.perf_profiling` asks for: whether it records, what it has left, or why it
    /// cannot.
    ///
    /// ```
    /// use feagi_observability::{ObservabilityConfig, PerfStatus, init_observability};
    ///
    /// let observability = init_observability(&ObservabilityConfig::default())?;
    /// assert_eq!(observability.perf_status(), PerfStatus::Off);
    /// # Ok::<(), feagi_observability::ObservabilityError>(())
    /// ```
    pub fn perf_status(&self) -> PerfStatus {
        self.perf.as_ref().map_or(PerfStatus::Off, PerfRecorder::status)
    }

    /// Samples the CPU for so long, while the calling thread sleeps, and hands the profile over, whether or not
    /// `profiling.cpu_profiling` is set. Touches no file.
    ///
    /// ```no_run
    /// use feagi_observability::{ObservabilityConfig, init_observability};
    /// use std::time::Duration;
    /// let observability = init_observability(&ObservabilityConfig::default())?;
    /// let profile = observability.profile(Duration::from_secs(2))?;
    /// print!("{}", profile.folded());
    /// # Ok::<(), feagi_observability::ObservabilityError>(())
    /// ```
    ///
    /// # Errors
    /// What the profiler refuses, such as a second profile at the same time.
    pub fn profile(&self, duration: Duration) -> Result<CpuProfile, ProfilingError> {
        CpuProfiler::new(&self.profiling)?.window(duration)
    }

    /// Where metrics and health are served, with the port that the system has chosen; `None` without a server.
    #[cfg(feature = "server")]
    pub fn server_address(&self) -> Option<std::net::SocketAddr> {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        Some(running.as_ref()?.server.as_ref()?.address())
    }

    /// Waits until everything recorded so far has been handed to the outputs; `false` if it took longer than `timeout`.
    pub fn flush(&self, timeout: Duration) -> bool {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let flusher = running.as_ref().map(|running| running.collector.flusher());
        // Not held while waiting: a shutdown has its own time limit.
        drop(running);
        flusher.is_none_or(|flusher| flusher.flush(deadline_in(timeout)))
    }

    /// What became of everything that was recorded so far.
    pub fn stats(&self) -> Stats {
        self.accounting.stats()
    }

    /// Turns instrumentation off, hands on what is queued, for at most `timeout` in all, and says what became of it.
    /// Calling it again only repeats the report.
    pub fn shutdown(&self, timeout: Duration) -> ShutdownReport {
        let deadline = deadline_in(timeout);
        if let Some(perf) = &self.perf {
            // What it has to say is still a record.
            perf.stop(deadline.saturating_duration_since(Instant::now()));
        }
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner).take();
        let timed_out = running.is_some_and(|running| !running.stop(deadline));
        let stats = self.stats();
        let mut exported = BTreeMap::new();
        for sink in &stats.sinks {
            *exported.entry(sink.name.clone()).or_default() += sink.exported;
        }
        ShutdownReport { exported, dropped: stats.lost(), timed_out }
    }
}

/// "For ever" is an hour: the end of time cannot be computed.
fn deadline_in(timeout: Duration) -> Instant {
    Instant::now() + timeout.min(Duration::from_secs(3600))
}

impl Running {
    /// Whether everything was done in time.
    fn stop(mut self, deadline: Instant) -> bool {
        registry::set_policy(None);
        self.capture.store(false, Relaxed);
        #[cfg(feature = "server")]
        if let Some(server) = self.server.take() {
            server.stop(deadline.saturating_duration_since(Instant::now()));
        }
        #[cfg(feature = "otlp")]
        if let Some(metrics) = &self.metrics {
            // While the collector hands on the rest.
            metrics.closing(deadline);
        }
        self.windows.close();
        let closed = self.collector.close(deadline);
        #[cfg(feature = "otlp")]
        if let Some(metrics) = &self.metrics {
            metrics.close(deadline);
        }
        closed
    }
}

impl Drop for ObservabilityManager {
    fn drop(&mut self) {
        self.shutdown(DROP_TIMEOUT);
    }
}

impl fmt::Debug for ObservabilityManager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObservabilityManager").field("stats", &self.stats()).finish_non_exhaustive()
    }
}
