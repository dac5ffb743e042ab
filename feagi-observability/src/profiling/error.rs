//! What can go wrong while a profile is taken, written or drawn.

use std::io;
use std::path::{Path, PathBuf};

/// Every failure of this room; each message names the remedy where there is one.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProfilingError {
    /// The program was built without what the call needs.
    #[error("{what} is not compiled in; build feagi-observability with the feature `{feature}`{note}")]
    MissingFeature {
        /// What was asked for.
        what: &'static str,
        /// The cargo feature that brings it.
        feature: &'static str,
        /// A further condition, empty when there is none.
        note: &'static str,
    },

    /// A cfg has taken profiling out of the program.
    #[error("profiling is compiled out; remove `feagi_observability_off` from the cfgs in RUSTFLAGS")]
    CompiledOut,

    /// `frequency_hz` is zero, or faster than a signal-based sampler can go.
    #[error("profiling.frequency_hz = {value} is out of range; use 1 to {max}")]
    Frequency {
        /// What the configuration says.
        value: u32,
        /// The highest frequency that is accepted.
        max: u32,
    },

    /// `sample_rate` is no fraction.
    #[error("profiling.sample_rate = {value} is out of range; use 0.0 to 1.0")]
    SampleRate {
        /// What the configuration says.
        value: f64,
    },

    /// A CPU profile is being taken, by this or another `CpuProfiler`: the process has one profiling signal.
    #[error("a cpu profile is already being taken in this process; stop it first")]
    AlreadyRunning,

    /// `stop` without a `start` before it.
    #[error("no cpu profile is being taken by this profiler; call start first")]
    NotRunning,

    /// The program has another allocator, so that nobody sees its heap.
    #[error(
        "the heap profile needs feagi_observability's allocator; write `#[global_allocator] static ALLOC: FeagiAlloc = FeagiAlloc::new();` in the program"
    )]
    AllocatorNotInstalled,

    /// A heap profile is being taken, by this or another `MemoryProfiler`.
    #[error("a heap profile is already being taken in this process; stop it first")]
    HeapAlreadyRunning,

    /// `stop` or `write` without a `start` before it.
    #[error("no heap profile is being taken by this profiler; call start first")]
    HeapNotRunning,

    /// `heap_sample_bytes` is zero.
    #[error("profiling.heap_sample_bytes = 0 is out of range; use 1 or more, such as 524288")]
    HeapSampleBytes,

    /// The system gave no memory for the tables of the profile.
    #[error("the system has no memory left for the profile's tables")]
    OutOfMemory,

    /// Somebody else handles SIGPROF. Taking it over would silence their profiler.
    #[error("SIGPROF already has a handler; stop the other profiler of this process first")]
    SignalTaken,

    /// The sampler did not answer the test signal, so it would record nothing.
    #[error("the sampler did not answer its test signal; is SIGPROF blocked or redirected by a sandbox?")]
    SilentSampler,

    /// The sampling backend failed.
    #[error("the cpu sampler failed")]
    Sampler {
        /// The backend's own error.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },

    /// A file or folder could not be used.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// The system's answer.
        #[source]
        source: io::Error,
    },

    /// The profile holds no sample, so there is nothing to draw.
    #[error("the profile holds no samples; profile for longer, or raise profiling.frequency_hz")]
    EmptyProfile,

    /// The file is neither of the formats that can be drawn.
    #[error("{} is neither folded stacks nor a gzipped pprof profile", path.display())]
    UnknownFormat {
        /// The file.
        path: PathBuf,
    },

    /// The file is of a known format, but damaged or not ours.
    #[error("{} cannot be read: {problem}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The first thing found wrong.
        problem: String,
    },

    /// The flamegraph could not be rendered.
    #[error("the flamegraph cannot be rendered")]
    Flamegraph {
        /// The renderer's error.
        #[source]
        source: io::Error,
    },
}

impl ProfilingError {
    /// For `map_err`: remembers what was tried and where.
    #[allow(dead_code, reason = "without `profiling` no file is touched")]
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }
}
