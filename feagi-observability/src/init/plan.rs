//! From configuration to parts: everything that can be wrong is found here, before anything of the process is changed.

use super::levels::Levels;
use super::{collectors, lines};
use crate::collect::{Sink, SinkCounters};
use crate::config::ObservabilityConfig;
use crate::context::compiled;
use crate::error::ObservabilityError;
#[cfg(feature = "chrome-tracing")]
use crate::instrument::{
    alloc::{is_counting, totals},
    clock::unix_nanos,
};
use crate::profiling::{CpuProfiler, MemoryProfiler};
use std::sync::Arc;

/// Parts that are ready to be put to work.
pub(crate) struct Plan {
    pub(super) levels: Levels,
    pub(crate) lines: Vec<Box<dyn Sink>>,
    pub(crate) spans: Vec<Box<dyn Sink>>,
    pub(crate) profiler: Option<CpuProfiler>,
    pub(crate) memory_profiler: Option<MemoryProfiler>,
    /// For calls over their budget.
    pub(crate) window_profiler: Option<CpuProfiler>,
    #[cfg(feature = "otlp")]
    pub(crate) metrics: Option<crate::export::PreparedMetrics>,
    #[cfg(feature = "server")]
    pub(crate) listener: Option<std::net::TcpListener>,
}

impl Plan {
    /// Checks all fields first; then opens what is to be opened.
    pub(crate) fn new(config: &ObservabilityConfig) -> Result<Plan, ObservabilityError> {
        let levels = Levels::parse(&config.logging)?;
        check(config)?;
        lines::check(config)?;
        let profiling = &config.profiling;
        let profiler = profiling.cpu_profiling.then(|| CpuProfiler::new(profiling)).transpose()?;
        let memory_profiler =
            profiling.memory_profiling.then(|| MemoryProfiler::with_config(profiling)).transpose()?;
        let wants_windows = compiled::PROFILE && profiling.window_on_budget > 0;
        let window_profiler = wants_windows.then(|| CpuProfiler::new(profiling)).transpose()?;
        Ok(Plan {
            memory_profiler,
            window_profiler,
            #[cfg(feature = "server")]
            listener: config.telemetry.listen.as_deref().map(listen).transpose()?,
            #[cfg(feature = "otlp")]
            metrics: collectors::metrics(&config.telemetry)?,
            lines: lines::open(config, &levels)?,
            levels,
            spans: span_sinks(config, profiler.as_ref())?,
            profiler,
        })
    }
}

impl Plan {
    /// The counters of all outputs, by name.
    pub(crate) fn counters(&self) -> Vec<(&'static str, Arc<SinkCounters>)> {
        let sinks = self.lines.iter().chain(&self.spans).map(|sink| (sink.name(), sink.counters()));
        #[cfg(feature = "otlp")]
        let sinks = sinks.chain(self.metrics.as_ref().map(|metrics| metrics.counters()));
        sinks.collect()
    }
}

fn check(config: &ObservabilityConfig) -> Result<(), ObservabilityError> {
    let refuse = |text: String| Err(ObservabilityError::Config(text));
    check_compiled(config)?;
    config.telemetry.check_paths()?;
    crate::telemetry::check_metrics()?;
    let profiling = &config.profiling;
    if !(0.0..=1.0).contains(&profiling.sample_rate) {
        return refuse(format!(
            "`profiling.sample_rate` is {}; write a fraction from 0.0 to 1.0",
            profiling.sample_rate
        ));
    }
    if !(0.0..=1.0).contains(&config.telemetry.sample_ratio) {
        return refuse(format!(
            "`telemetry.sample_ratio` is {}; write a fraction from 0.0 to 1.0",
            config.telemetry.sample_ratio
        ));
    }
    if profiling.perf_profiling && !cfg!(feature = "profiling") {
        return Err(ObservabilityError::FeatureMissing {
            field: "profiling.perf_profiling",
            feature: "profiling",
        });
    }
    if config.telemetry.listen.is_some() && !cfg!(feature = "server") {
        return Err(ObservabilityError::FeatureMissing { field: "telemetry.listen", feature: "server" });
    }
    if config.telemetry.opentelemetry_context && !cfg!(feature = "tracing-opentelemetry") {
        return Err(ObservabilityError::FeatureMissing {
            field: "telemetry.opentelemetry_context",
            feature: "tracing-opentelemetry",
        });
    }
    collectors::check(&config.telemetry)?;
    if profiling.chrome_tracing && !cfg!(feature = "chrome-tracing") {
        return Err(ObservabilityError::FeatureMissing {
            field: "profiling.chrome_tracing",
            feature: "chrome-tracing",
        });
    }
    Ok(())
}

/// What is asked for has to be there. Metrics and lines are on unless something is said, so that for them nothing was asked.
fn check_compiled(config: &ObservabilityConfig) -> Result<(), ObservabilityError> {
    let profiling = &config.profiling;
    let asked = [
        ("telemetry.tracing_enabled", "trace", config.telemetry.tracing_enabled, compiled::TRACE),
        ("telemetry.opentelemetry_context", "trace", config.telemetry.opentelemetry_context, compiled::TRACE),
        ("telemetry.otlp_logs", "log", config.telemetry.otlp_logs, compiled::LOG),
        ("telemetry.otlp_metrics", "metrics", config.telemetry.otlp_metrics, compiled::METRICS),
        ("profiling.chrome_tracing", "trace", profiling.chrome_tracing, compiled::TRACE),
        ("profiling.cpu_profiling", "profile", profiling.cpu_profiling, compiled::PROFILE),
        ("profiling.perf_profiling", "profile", profiling.perf_profiling, compiled::PROFILE),
        ("profiling.window_on_budget", "profile", profiling.window_on_budget > 0, compiled::PROFILE),
        ("profiling.memory_profiling", "profile", profiling.memory_profiling, compiled::PROFILE),
    ];
    match asked.into_iter().find(|(.., is_asked, is_there)| *is_asked && !is_there) {
        Some((field, signal, ..)) => Err(ObservabilityError::CompiledOut { field, signal }),
        None => Ok(()),
    }
}

#[allow(unused_mut, unused_variables, clippy::unnecessary_wraps, reason = "depends on the features")]
fn span_sinks(
    config: &ObservabilityConfig,
    profiler: Option<&CpuProfiler>,
) -> Result<Vec<Box<dyn Sink>>, ObservabilityError> {
    let mut sinks: Vec<Box<dyn Sink>> = Vec::new();
    if !compiled::TRACE {
        return Ok(sinks);
    }
    collectors::add_spans(&config.telemetry, &mut sinks)?;
    #[cfg(feature = "chrome-tracing")]
    if config.profiling.chrome_tracing {
        let path = config.profiling.output_dir.join("trace.json");
        let profiles = crate::profiling::TakenProfiles::default();
        if let Some(profiler) = profiler {
            profiler.show_to(profiles.clone());
        }
        let chrome = crate::export::ChromeConfig {
            process: &config.telemetry.service_name,
            limit: config.profiling.chrome_max_bytes,
            start: unix_nanos(),
            memory: Box::new(memory),
            profiles,
        };
        sinks.push(Box::new(crate::export::ChromeSink::open(&path, chrome)?));
    }
    Ok(sinks)
}

/// What the memory tracks of a trace file show.
#[cfg(feature = "chrome-tracing")]
fn memory() -> Vec<(&'static str, u64)> {
    let resident = crate::telemetry::resident_bytes().map(|bytes| ("memory.resident", bytes));
    let heap = is_counting().then(|| ("memory.heap", totals().live_bytes()));
    resident.into_iter().chain(heap).collect()
}

#[cfg(feature = "server")]
fn listen(address: &str) -> Result<std::net::TcpListener, ObservabilityError> {
    crate::server::bind(address)
        .map_err(|source| ObservabilityError::Listen { address: address.to_owned(), source })
}
