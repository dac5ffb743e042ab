//! Starting and stopping: one call that sets everything up or changes nothing, and a manager that ends it.

use crate::collect::{Accounting, Collector, CollectorCounts, Outputs, Stats};
use crate::config::{ObservabilityConfig, TelemetryConfig};
use crate::error::ObservabilityError;
use crate::instrument::{MetricFacts, SiteFacts, clock, registry, signals};
use crate::logging::{CaptureLayer, Filter};
use crate::plan::Plan;
use crate::profiling::{CpuProfiler, MemoryProfiler, ProfilingError};
use crate::telemetry::{MetricsRegistry, TelemetryCollector};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed, Ordering::SeqCst};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tracing_subscriber::layer::SubscriberExt;

pub use crate::compat::init_logging::{LoggingGuard, init_logging, init_logging_default};

/// How long `Drop` waits for what is queued.
const DROP_TIMEOUT: Duration = Duration::from_secs(5);

/// Once per process: global hooks cannot be taken back.
static INITIALIZED: AtomicBool = AtomicBool::new(false);

/// Starts observability: checks all of `config` first, then starts everything or nothing. Once per process.
///
/// Before it, and after [`ObservabilityManager::shutdown`], instrumentation does nothing.
///
/// ```
/// use feagi_observability::{ObservabilityConfig, init_observability};
/// let observability = init_observability(&ObservabilityConfig::default())?;
/// // … the program …
/// let report = observability.shutdown(std::time::Duration::from_secs(5));
/// assert!(!report.timed_out);
/// # Ok::<(), feagi_observability::ObservabilityError>(())
/// ```
///
/// # Errors
/// What is wrong with the configuration, a file that cannot be written, an address that is taken, a global subscriber,
/// logger or recorder that is set already, or a second call.
pub fn init_observability(
    config: &ObservabilityConfig,
) -> Result<ObservabilityManager, ObservabilityError> {
    if INITIALIZED.swap(true, SeqCst) {
        return Err(ObservabilityError::AlreadyInitialized);
    }
    let started = start(config);
    if started.is_err() {
        INITIALIZED.store(false, SeqCst);
    }
    started
}

fn start(config: &ObservabilityConfig) -> Result<ObservabilityManager, ObservabilityError> {
    if tracing::dispatcher::has_been_set() {
        return Err(ObservabilityError::GlobalAlreadySet { what: "`tracing` subscriber" });
    }
    let plan = Plan::new(config)?;
    let counts = Arc::new(CollectorCounts::default());
    let sinks = plan.lines.iter().chain(&plan.spans).map(|sink| (sink.name(), sink.counters())).collect();
    let accounting = Accounting { collector: Arc::clone(&counts), sinks };
    let mut metrics = MetricsRegistry { accounting: Some(accounting.clone()), ..Default::default() };
    let upkeep = install_recorder(&mut metrics, &config.telemetry)?;
    let telemetry = Arc::new(TelemetryCollector::with_registry(metrics));
    let capture = Arc::new(AtomicBool::new(false));
    install_subscriber(&plan.filter, &capture)?;
    clock::calibrate();
    let has_spans = !plan.spans.is_empty() || config.telemetry.tracing_enabled;
    let outputs =
        Outputs { lines: plan.lines, spans: plan.spans, rate_limit: config.logging.rate_limit, upkeep };
    let collector = Collector::start(outputs, counts).map_err(ObservabilityError::Thread)?;
    #[cfg(feature = "server")]
    let server = plan
        .listener
        .map(|listener| crate::routes::serve(listener, &config.telemetry, &telemetry))
        .transpose()
        .map_err(ObservabilityError::Thread)?;
    capture.store(true, Relaxed);
    registry::set_policy(Some(policy(plan.filter, has_spans, config.telemetry.metrics_enabled)));
    Ok(ObservabilityManager {
        telemetry,
        profiler: plan.profiler,
        memory_profiler: plan.memory_profiler,
        running: Mutex::new(Some(Running {
            collector,
            capture,
            #[cfg(feature = "server")]
            server,
        })),
        accounting,
    })
}

/// Which signals a site feeds.
fn policy(filter: Filter, has_spans: bool, metrics_enabled: bool) -> registry::Policy {
    Box::new(move |facts: &SiteFacts| {
        let mut wanted = 0;
        if filter.enables(facts.target, facts.level) {
            wanted |= signals::LINE;
        }
        if filter.enables(facts.target, crate::Level::Error) {
            wanted |= signals::ERROR_LINE;
        }
        if has_spans {
            wanted |= signals::SPAN;
        }
        if metrics_enabled && (facts.metric != MetricFacts::Off || !facts.instruments.is_empty()) {
            wanted |= signals::METRICS;
        }
        wanted
    })
}

fn install_subscriber(filter: &Filter, on: &Arc<AtomicBool>) -> Result<(), ObservabilityError> {
    let layer = CaptureLayer::new(filter.clone(), Arc::clone(on));
    let subscriber = tracing_subscriber::registry().with(layer);
    tracing::subscriber::set_global_default(subscriber)
        .map_err(|_| ObservabilityError::GlobalAlreadySet { what: "`tracing` subscriber" })?;
    // A host with a `log` logger of its own keeps it: its records go where it wants them, not here.
    let _ = tracing_log::LogTracer::init();
    Ok(())
}

type Upkeep = Box<dyn FnMut() + Send>;

#[cfg(feature = "prometheus")]
fn install_recorder(metrics: &mut MetricsRegistry, config: &TelemetryConfig) -> Result<Upkeep, ObservabilityError> {
    if !config.metrics_enabled {
        return Ok(Box::new(|| {}));
    }
    let (recorder, facade) = crate::telemetry::Facade::build();
    metrics::set_global_recorder(recorder)
        .map_err(|_| ObservabilityError::GlobalAlreadySet { what: "`metrics` recorder" })?;
    let facade = Arc::new(facade);
    let upkeep = Arc::clone(&facade);
    metrics.facade = Some(facade);
    Ok(Box::new(move || upkeep.upkeep()))
}

#[cfg(not(feature = "prometheus"))]
#[allow(clippy::unnecessary_wraps, reason = "with the feature it can fail")]
fn install_recorder(_: &mut MetricsRegistry, _: &TelemetryConfig) -> Result<Upkeep, ObservabilityError> {
    Ok(Box::new(|| {}))
}

/// Everything that `init_observability` has started. Dropping it shuts down like [`shutdown`](Self::shutdown) does.
pub struct ObservabilityManager {
    /// Metrics and health.
    pub telemetry: Arc<TelemetryCollector>,
    /// The CPU profiler, where `profiling.cpu_profiling` asks for it.
    pub profiler: Option<CpuProfiler>,
    /// The memory profiler, where `profiling.memory_profiling` asks for it.
    pub memory_profiler: Option<MemoryProfiler>,
    running: Mutex<Option<Running>>,
    accounting: Accounting,
}

struct Running {
    collector: Collector,
    capture: Arc<AtomicBool>,
    #[cfg(feature = "server")]
    server: Option<crate::server::Server>,
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
    /// The same as [`init_observability`].
    ///
    /// # Errors
    /// Those of [`init_observability`].
    pub fn init(config: &ObservabilityConfig) -> Result<Self, ObservabilityError> {
        init_observability(config)
    }

    /// Metrics and health.
    pub fn telemetry(&self) -> &Arc<TelemetryCollector> {
        &self.telemetry
    }

    /// Begins to sample the CPU; does nothing where `profiling.cpu_profiling` is false.
    ///
    /// # Errors
    /// What the profiler refuses, such as a second start.
    pub fn start_profiling(&self) -> Result<(), ProfilingError> {
        self.profiler.as_ref().map_or(Ok(()), CpuProfiler::start)
    }

    /// Ends sampling and returns the profile's path; `None` where `profiling.cpu_profiling` is false.
    ///
    /// # Errors
    /// What the profiler refuses, such as a stop without a start, or a folder that cannot be written.
    pub fn stop_profiling(&self) -> Result<Option<PathBuf>, ProfilingError> {
        self.profiler.as_ref().map(CpuProfiler::stop).transpose()
    }

    /// Waits until everything recorded so far has been handed to the outputs; `false` if it took longer than `timeout`.
    pub fn flush(&self, timeout: Duration) -> bool {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.as_ref().is_none_or(|running| running.collector.flush(Instant::now() + timeout))
    }

    /// What became of everything that was recorded so far.
    pub fn stats(&self) -> Stats {
        self.accounting.stats()
    }

    /// Turns instrumentation off, hands on what is queued, for at most `timeout` in all, and says what became of it.
    /// Calling it again only repeats the report.
    pub fn shutdown(&self, timeout: Duration) -> ShutdownReport {
        let deadline = Instant::now() + timeout;
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner).take();
        let timed_out = running.is_some_and(|running| !running.stop(deadline));
        let stats = self.stats();
        ShutdownReport {
            exported: stats.sinks.iter().map(|sink| (sink.name.clone(), sink.exported)).collect(),
            dropped: stats.dropped(),
            timed_out,
        }
    }
}

impl Running {
    /// Whether everything was done in time.
    fn stop(mut self, deadline: Instant) -> bool {
        registry::set_policy(None);
        self.capture.store(false, Relaxed);
        #[cfg(feature = "server")]
        if let Some(server) = self.server.take() {
            server.stop(deadline);
        }
        self.collector.close(deadline)
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

