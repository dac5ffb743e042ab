//! Starting and stopping: one call that sets everything up or changes nothing, and a manager that ends it.

mod collectors;
mod ending;
mod foreign;
mod levels;
mod lines;
mod lookup;
mod manager;
#[cfg(all(test, feagi_observability_model))]
mod models;
mod plan;
mod samples;
#[cfg(feature = "server")]
mod serve;
mod trace_file;
mod windows;

use crate::collect::{Accounting, Collector, CollectorCounts, Outputs, Recent};
use crate::compat::ring_layer::show_recent;
use crate::config::{ObservabilityConfig, TelemetryConfig};
use crate::context::{compiled, sampling};
use crate::error::ObservabilityError;
use crate::instrument::{Level, LogWhen, MetricFacts, SiteFacts, clock, pace, registry, signals};
use crate::logging::{Intake, LiveFilter};
use crate::profiling::PerfRecorder;
use crate::telemetry::{MetricsRegistry, TelemetryCollector, ask_for_examples};
use manager::Running;
use plan::Plan;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::{Duration, Instant};
use windows::Windows;

pub use crate::compat::init_logging::{LoggingGuard, init_logging, init_logging_default};
pub use lookup::TraceRecords;
pub use manager::{ObservabilityManager, ShutdownReport};
pub use trace_file::WrittenTrace;

/// How old the examples of handles become before new ones are asked for.
const EXAMPLE_AGE: Duration = Duration::from_secs(1);

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
/// What is wrong with the configuration, a file that cannot be written, an address that is taken, a global `tracing` subscriber
/// that is set already (unless `telemetry.subscriber` says that it is the host's), or a second call. A `log` logger or `metrics` recorder of
/// the host's own stays in its place.
pub fn init_observability(config: &ObservabilityConfig) -> Result<ObservabilityManager, ObservabilityError> {
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
    let subscriber = config.telemetry.subscriber;
    foreign::check(subscriber)?;
    let plan = Plan::new(config)?;
    let counts = Arc::new(CollectorCounts::default());
    let accounting = Accounting { collector: Arc::clone(&counts), sinks: plan.counters() };
    let metrics = MetricsRegistry::with_accounting(accounting.clone());
    metrics.add_source(Box::new(samples::families));
    let upkeep = install_recorder(&metrics, &config.telemetry);
    let telemetry = Arc::new(TelemetryCollector::with_registry(metrics));
    let has_spans = compiled::TRACE && (!plan.spans.is_empty() || config.telemetry.tracing_enabled);
    let has_bridge = config.telemetry.opentelemetry_context;
    let intake = Arc::new(Intake::new(plan.levels.any(), has_spans, has_bridge));
    foreign::install(subscriber, &intake)?;
    clock::calibrate();
    let watched = Arc::clone(&telemetry);
    let layer = foreign::LayerWatch::new(subscriber, &intake, &telemetry);
    let windows =
        Windows::open(plan.window_profiler, &config.profiling).map_err(ObservabilityError::Thread)?;
    let recent = Arc::new(Recent::new(config.logging.recent));
    let outputs = Outputs {
        lines: plan.lines,
        spans: plan.spans,
        recent: Arc::clone(&recent),
        rate_limit: config.logging.rate_limit,
        over_budget: windows.hook(),
        pulse: pulse(watched, layer, has_spans),
        upkeep,
    };
    let collector = Collector::start(outputs, counts).map_err(ObservabilityError::Thread)?;
    #[cfg(feature = "otlp")]
    let metrics =
        plan.metrics.map(|metrics| metrics.start(Arc::clone(telemetry.metrics_registry()))).transpose()?;
    #[cfg(feature = "server")]
    let server = plan
        .listener
        .map(|listener| serve::serve(listener, &config.telemetry, &telemetry))
        .transpose()
        .map_err(ObservabilityError::Thread)?;
    if compiled::LOG {
        show_recent(&recent);
    }
    intake.turn(true);
    sampling::keep(if has_spans { config.telemetry.sample_ratio } else { 0.0 });
    sampling::follow_advice(config.telemetry.remote_traces_per_second);
    pace::limit(config.telemetry.spans_per_second);
    let has_polls = has_spans && config.profiling.chrome_tracing;
    registry::set_policy(Some(policy(plan.levels.any(), (has_spans, has_polls), &config.telemetry)));
    foreign::warn_of(subscriber, crate::config::take_warnings());
    let running = Running {
        collector,
        windows,
        intake,
        #[cfg(feature = "otlp")]
        metrics,
        #[cfg(feature = "server")]
        server,
    };
    let mut manager = ObservabilityManager::new(
        telemetry,
        (plan.profiler, plan.memory_profiler),
        config.profiling.clone(),
        running,
        accounting,
        recent,
        plan.levels,
    );
    manager.trace_files = trace_file::TraceFiles::new(config);
    if compiled::PROFILE && config.profiling.perf_profiling {
        let perf = PerfRecorder::new(&config.profiling);
        perf.start();
        manager.perf = Some(perf);
    }
    Ok(manager)
}

/// What is done at each look of the collector.
fn pulse(
    telemetry: Arc<TelemetryCollector>,
    mut layer: foreign::LayerWatch,
    has_spans: bool,
) -> Box<dyn FnMut() + Send> {
    let mut last_asked: Option<Instant> = None;
    Box::new(move || {
        telemetry.look_for_heartbeats();
        layer.look();
        // Without spans no trace is kept, and nothing has an example.
        if has_spans && last_asked.is_none_or(|last| last.elapsed() >= EXAMPLE_AGE) {
            last_asked = Some(Instant::now());
            ask_for_examples();
        }
    })
}

/// Which signals a site feeds.
fn policy(
    filter: Arc<LiveFilter>,
    (has_spans, has_polls): (bool, bool),
    config: &TelemetryConfig,
) -> registry::Policy {
    let (metrics_enabled, is_thinned) = (config.metrics_enabled, has_spans && config.spans_per_second > 0);
    Box::new(move |facts: &SiteFacts| {
        let enables = |level| filter.get().enables(facts.target(), level);
        let has_metrics = facts.metric != MetricFacts::Off || !facts.instruments.is_empty();
        // Whoever is to be missed is counted, with or without metrics.
        let is_counted = (metrics_enabled && has_metrics) || facts.heartbeat > 0;
        let answers = [
            (signals::LINE, facts.log == LogWhen::Exit && enables(facts.level)),
            (signals::ERROR_LINE, facts.log != LogWhen::Never && enables(facts.error_level)),
            (signals::SLOW_LINE, facts.log != LogWhen::Never && facts.budget > 0 && enables(Level::Warn)),
            (signals::RET, facts.ret.is_some_and(enables)),
            (signals::SPAN, has_spans),
            (signals::THINNED, is_thinned),
            (signals::POLLS, has_polls && facts.is_async),
            (signals::METRICS, is_counted),
        ];
        let wanted = answers.iter().filter(|(_, yes)| *yes).fold(0, |wanted, (signal, _)| wanted | signal);
        let wanted = wanted & signals::COMPILED;
        // What a site measures besides is of use only if something else is on.
        if wanted != 0 && facts.extras { wanted | signals::EXTRAS } else { wanted }
    })
}

type Upkeep = Box<dyn FnMut() + Send>;

#[cfg(feature = "prometheus")]
fn install_recorder(metrics: &MetricsRegistry, config: &TelemetryConfig) -> Upkeep {
    if !compiled::METRICS || !config.metrics_enabled {
        return Box::new(|| {});
    }
    let (recorder, facade) = crate::telemetry::Facade::build();
    // A host with a recorder of its own keeps it, and its values go where it wants them.
    if metrics::set_global_recorder(recorder).is_err() {
        return Box::new(|| {});
    }
    let facade = Arc::new(facade);
    let (upkeep, names) = (Arc::clone(&facade), Arc::clone(&facade));
    metrics.add_source(Box::new(move || facade.families()));
    metrics.add_source(Box::new(move || {
        let help = "Names and labels of foreign metrics that cannot stand on the page.";
        vec![crate::telemetry::counted("obs_invalid_total", help, names.refused())]
    }));
    Box::new(move || upkeep.upkeep())
}

#[cfg(not(feature = "prometheus"))]
fn install_recorder(_: &MetricsRegistry, _: &TelemetryConfig) -> Upkeep {
    Box::new(|| {})
}
