//! What `init_observability` returns: the handle to everything that runs, and its end.

use super::ending::Ending;
use super::levels::Levels;
use super::trace_file::TraceFiles;
use crate::collect::{Accounting, Collector, Recent, Stats};
use crate::config::{ObservabilityConfig, ProfilingConfig};
use crate::error::ObservabilityError;
use crate::instrument::registry;
use crate::logging::{Intake, ObservabilityLayer};
use crate::profiling::{CpuProfile, CpuProfiler, MemoryProfiler, PerfRecorder, PerfStatus, ProfilingError};
use crate::telemetry::TelemetryCollector;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long the end of profiling waits for perf's files.
const PERF_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a change of the level waits for lines from before.
const LEVEL_TIMEOUT: Duration = Duration::from_secs(1);
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
    running: Ending<Running>,
    accounting: Accounting,
    pub(super) recent: Arc<Recent>,
    intake: Arc<Intake>,
    levels: Levels,
    pub(super) trace_files: TraceFiles,
    pub(super) perf: Option<PerfRecorder>,
}

/// What is to be stopped.
pub(super) struct Running {
    pub(super) collector: Collector,
    pub(super) windows: super::windows::Windows,
    /// Where foreign events and spans enter.
    pub(super) intake: Arc<Intake>,
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
        levels: Levels,
    ) -> Self {
        let intake = Arc::clone(&running.intake);
        let running = Ending::new(running);
        let trace_files = TraceFiles::default();
        ObservabilityManager {
            telemetry,
            profiler,
            memory_profiler,
            profiling,
            running,
            accounting,
            recent,
            intake,
            levels,
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

    /// The layer that records a host's events and spans, for a host that has a `tracing` subscriber of its own; say
    /// `telemetry.subscriber = "host"` in the configuration. It filters by `logging.level`, for itself alone; its spans and ours stand in
    /// one trace, each the other's parent where it stands inside it.
    ///
    /// Put in twice, it records once. After [`shutdown`](Self::shutdown) it does nothing. A subscriber that is at work already takes it
    /// through `tracing_subscriber::reload`. More in [the guide](https://docs.rs/feagi-observability).
    ///
    /// ```
    /// use feagi_observability::{ObservabilityConfig, TelemetryConfig, TracingSubscriber, init_observability};
    /// use tracing_subscriber::prelude::*;
    ///
    /// let observability = init_observability(&ObservabilityConfig {
    ///     telemetry: TelemetryConfig { subscriber: TracingSubscriber::Host, ..Default::default() },
    ///     ..Default::default()
    /// })?;
    /// tracing_subscriber::registry()
    ///     .with(tracing_subscriber::fmt::layer().with_writer(std::io::stderr))
    ///     .with(observability.layer())
    ///     .init();
    /// tracing::info!("seen by both");
    /// # Ok::<(), feagi_observability::ObservabilityError>(())
    /// ```
    pub fn layer<S>(&self) -> ObservabilityLayer<S>
    where
        S: tracing::Subscriber + for<'a> tracing_subscriber::registry::LookupSpan<'a>,
    {
        ObservabilityLayer::new(&self.intake)
    }

    /// Metrics and health.
    pub fn telemetry(&self) -> &Arc<TelemetryCollector> {
        &self.telemetry
    }

    /// What lines are recorded unless an output has a level of its own: `logging.level`, or what was set since.
    pub fn level(&self) -> String {
        self.levels.text()
    }

    /// Changes what `logging.level` says, from now on: a level such as `debug`, or a list such as `info,feagi_api=debug`. Outputs with a level of
    /// their own keep it; where there are any, this waits until what was recorded before has been handed to all, a second at most.
    ///
    /// ```
    /// use feagi_observability::{ObservabilityConfig, init_observability};
    ///
    /// let observability = init_observability(&ObservabilityConfig::default())?;
    /// observability.set_level("info,feagi_api=debug")?;
    /// assert_eq!(observability.level(), "info,feagi_api=debug");
    /// # Ok::<(), feagi_observability::ObservabilityError>(())
    /// ```
    ///
    /// # Errors
    /// [`ObservabilityError::Config`] for what cannot be read; then nothing has changed.
    pub fn set_level(&self, level: &str) -> Result<(), ObservabilityError> {
        let flush = || {
            self.flush(LEVEL_TIMEOUT);
        };
        self.levels.set(level, flush)
    }

    /// Begins to sample the CPU where `profiling.cpu_profiling` asks for it, and the heap where `profiling.memory_profiling` does and the
    /// program has installed [`FeagiAlloc`](crate::FeagiAlloc). Starts perf again if it was stopped and `profiling.perf_profiling` is true.
    ///
    /// # Errors
    /// What a profiler refuses, such as a second start; then nothing has begun.
    pub fn start_profiling(&self) -> Result<(), ProfilingError> {
        self.profiler.as_ref().map_or(Ok(()), CpuProfiler::start)?;
        match self.memory_profiler.as_ref().map_or(Ok(()), MemoryProfiler::start) {
            // The report says so, and has the figures of the system.
            Ok(()) | Err(ProfilingError::AllocatorNotInstalled | ProfilingError::MissingFeature { .. }) => {}
            Err(error) => {
                // What is stopped was never looked at: its files are of no use, and neither is what may be wrong with them.
                let _ = self.profiler.as_ref().map(CpuProfiler::stop);
                return Err(error);
            }
        }
        if let Some(perf) = &self.perf {
            perf.start();
        }
        Ok(())
    }

    /// Ends what [`start_profiling`](Self::start_profiling) has begun, writes the profiles, and returns the path of the CPU's, or of the
    /// heap's where it is the only one; `None` where the configuration asks for neither. Ends perf, too, which may take some seconds to
    /// write its files; [`perf_status`](Self::perf_status) names them.
    ///
    /// # Errors
    /// What a profiler refuses, such as a stop without a start, or a folder that cannot be written; both have ended all the same.
    pub fn stop_profiling(&self) -> Result<Option<PathBuf>, ProfilingError> {
        let heap = match self.memory_profiler.as_ref().map(MemoryProfiler::stop).transpose() {
            // It was not begun, as there is no allocator; or nothing was, which the other says.
            Err(ProfilingError::HeapNotRunning) => Ok(None),
            stopped => stopped,
        };
        let cpu = self.profiler.as_ref().map(CpuProfiler::stop).transpose();
        if let Some(perf) = &self.perf {
            perf.stop(PERF_TIMEOUT);
        }
        Ok(cpu?.or(heap?))
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
        self.running.see(|running| Some(running.server.as_ref()?.address()))?
    }

    /// Waits until everything recorded so far has been handed to the outputs; `false` if it took longer than `timeout`.
    pub fn flush(&self, timeout: Duration) -> bool {
        // Not seen while waiting: a shutdown has its own time limit.
        let flusher = self.running.see(|running| running.collector.flusher());
        let deadline = deadline_in(timeout);
        // Where it is being shut down already, that hands everything on.
        flusher.map_or_else(|| self.running.wait(deadline), |flusher| flusher.flush(deadline))
    }

    /// What became of everything that was recorded so far.
    pub fn stats(&self) -> Stats {
        self.accounting.stats()
    }

    /// Turns instrumentation off, hands on what is queued, for at most `timeout` in all, and says what became of it.
    /// Calling it again only repeats the report; called at the same time from elsewhere, it waits for the first.
    pub fn shutdown(&self, timeout: Duration) -> ShutdownReport {
        let deadline = deadline_in(timeout);
        if let Some(perf) = &self.perf {
            // What it has to say is still a record.
            perf.stop(deadline.saturating_duration_since(Instant::now()));
        }
        let timed_out = !self.running.stop(deadline, |running| running.stop(deadline));
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
        self.intake.turn(false);
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
