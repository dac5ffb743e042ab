//! CPU and memory profiles, trace files.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// CPU and memory profiles, trace files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProfilingConfig {
    /// Sample the CPU between `start_profiling` and `stop_profiling`. Default false.
    pub cpu_profiling: bool,
    /// Sample memory use. Default false.
    pub memory_profiling: bool,
    /// The folder for profiles and trace files. Default `./profiles`.
    pub output_dir: PathBuf,
    /// Fraction of traces whose samples carry labels, 0.0 to 1.0. Default 1.0. Checked, but without effect so far: the
    /// sampler of the `pprof` crate has no labels.
    pub sample_rate: f64,
    /// Write spans to `trace.json` in `output_dir`. Default false.
    pub chrome_tracing: bool,
    /// Record this process with `perf` (Linux) from the start on, into `perf.data` and `perf.script.txt` in `output_dir`. Where that cannot
    /// be, a WARN line says why, and `ObservabilityManager::perf_status`. Default false.
    pub perf_profiling: bool,
    /// CPU samples a second and core. Default 99.
    pub frequency_hz: u32,
    /// The trace file stops growing here, in bytes; what comes later is counted as dropped. Default 256 MiB.
    pub chrome_max_bytes: u64,
}

impl Default for ProfilingConfig {
    fn default() -> Self {
        ProfilingConfig {
            cpu_profiling: false,
            memory_profiling: false,
            output_dir: PathBuf::from("./profiles"),
            sample_rate: 1.0,
            chrome_tracing: false,
            perf_profiling: false,
            frequency_hz: 99,
            chrome_max_bytes: 256 << 20,
        }
    }
}
