//! The function bare, between two clock reads, and observed.

use feagi_observability::{
    LogFormat, LogOutput, LoggingConfig, ObservabilityConfig, ObservabilityManager, ProfilingConfig,
    TelemetryConfig, init_observability, observe,
};
use std::hint::black_box;
use std::time::Duration;

#[inline(never)]
pub(crate) fn bare(n: u64) -> u64 {
    black_box(n.wrapping_mul(31) ^ 7)
}

/// The least that anything which measures a duration can cost.
#[inline(never)]
#[cfg(target_arch = "x86_64")]
pub(crate) fn two_tsc_reads(n: u64) -> u64 {
    // SAFETY: every x86_64 processor has the instruction; it touches no memory.
    let read = || unsafe { std::arch::x86_64::_rdtsc() };
    let start = read();
    let result = black_box(n.wrapping_mul(31) ^ 7);
    black_box(read() - start);
    result
}

/// Elsewhere the standard clock stands in.
#[inline(never)]
#[cfg(not(target_arch = "x86_64"))]
pub(crate) fn two_tsc_reads(n: u64) -> u64 {
    let start = std::time::Instant::now();
    let result = black_box(n.wrapping_mul(31) ^ 7);
    black_box(start.elapsed());
    result
}

#[inline(never)]
#[observe(metric = "compared", fields(n))]
pub(crate) fn observed(n: u64) -> u64 {
    black_box(n.wrapping_mul(31) ^ 7)
}

/// As good as never timed.
#[inline(never)]
#[observe(metric = "compared_counted", sample = 1/1000000)]
pub(crate) fn counted(n: u64) -> u64 {
    black_box(n.wrapping_mul(31) ^ 7)
}

pub(crate) fn with_metrics_only<R>(measure: impl FnOnce() -> R) -> R {
    run(LoggingConfig { level: "off".to_owned(), ..logging() }, ProfilingConfig::default(), measure)
}

/// Spans go to a trace file and lines to a JSON file, both in a folder that is deleted afterwards.
pub(crate) fn with_everything<R>(measure: impl FnOnce() -> R) -> R {
    let folder = std::env::temp_dir().join(format!("feagi-observability-peers-{}", std::process::id()));
    let profiling =
        ProfilingConfig { chrome_tracing: true, output_dir: folder.clone(), ..Default::default() };
    let file = folder.join("log.jsonl").to_string_lossy().into_owned();
    let result = run(LoggingConfig { output: LogOutput::File(file), ..logging() }, profiling, measure);
    let _ = std::fs::remove_dir_all(folder);
    result
}

fn logging() -> LoggingConfig {
    LoggingConfig { format: LogFormat::Json, rate_limit: 0, ..Default::default() }
}

fn run<R>(logging: LoggingConfig, profiling: ProfilingConfig, measure: impl FnOnce() -> R) -> R {
    let config = ObservabilityConfig { logging, profiling, telemetry: TelemetryConfig::default() };
    let observability: ObservabilityManager = match init_observability(&config) {
        Ok(observability) => observability,
        Err(error) => panic!("{error}"),
    };
    let result = measure();
    let report = observability.shutdown(Duration::from_secs(10));
    if !report.dropped.is_empty() {
        eprintln!("dropped while measuring: {:?}", report.dropped);
    }
    result
}
