//! CPU and memory profiles, trace files.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// CPU and memory profiles, trace files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProfilingConfig {
    /// Sample the CPU between `start_profiling` and `stop_profiling`. Default false.
    pub cpu_profiling: bool,
    /// Take the heap profile between `start_profiling` and `stop_profiling`, where the program has installed
    /// [`FeagiAlloc`](crate::FeagiAlloc), and sample memory use. Default false.
    pub memory_profiling: bool,
    /// The folder for profiles and trace files. Default `./profiles`.
    pub output_dir: PathBuf,
    /// Fraction of traces whose CPU samples carry labels, 0.0 to 1.0, decided by the trace id as the sampling of spans is: of two
    /// fractions the smaller one's traces are among the larger one's. Default 1.0. Without effect where the sampler is that of the
    /// `pprof` crate, which has no labels.
    pub sample_rate: f64,
    /// Write spans to `trace.json` in `output_dir`. Default false.
    pub chrome_tracing: bool,
    /// Record this process with `perf` (Linux) from the start on, into `perf.data` and `perf.script.txt` in `output_dir`. Where that cannot
    /// be, a WARN line says why, and `ObservabilityManager::perf_status`. Default false.
    pub perf_profiling: bool,
    /// CPU samples a second and core, 1 to 1000. Default 99. Above the kernel's tick, often 250, they come at the tick and weigh more,
    /// and a warning says so.
    pub frequency_hz: u32,
    /// For how many milliseconds the CPU is sampled after a call has taken longer than its `budget`; 0 for never. Default 0. The profile is
    /// `over-budget-N.pb.gz` in `output_dir`, with a flamegraph beside it; there are ten at most, of which the oldest gives way. A
    /// window is followed by a pause ten times as long, and none is opened while another profile is taken.
    pub window_on_budget: u32,
    /// Bytes of allocations between two samples of the heap profile, in the mean. Default 512 KiB.
    pub heap_sample_bytes: u64,
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
            window_on_budget: 0,
            heap_sample_bytes: 512 << 10,
            chrome_max_bytes: 256 << 20,
        }
    }
}
