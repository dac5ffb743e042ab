//! CPU profiles, heap profiles, memory samples, flamegraphs, and the allocator that counts.
//!
//! Receives `ProfilingConfig`; gives files in its `output_dir` and nothing to the other signals, but for
//! the allocator, which tells the calls what they allocate.
//!
//! ```text
//! CpuProfiler ─► Recorder ─► Sampler (trait) ─► CpuProfile ─► Profile ─► pprof_format ─► cpu.pb.gz ─► go tool pprof, speedscope
//!                                                   │            └─► Folded ─► svg ─► cpu.svg
//!                                                   └─► perf_script
//! FeagiAlloc ─► heap ─► Profile ─► pprof_format ─► heap.pb.gz, heap.svg, as MemoryProfiler asks for them
//! FlamegraphGenerator ─► folded text, or cpu.pb.gz through pprof_reader ─► Folded ─► svg
//! ```
//!
//! `PerfRecorder` is apart from it: another program does the work.
//!
//! A sampler knows signals and symbols, a format knows bytes; they meet in `CpuProfile` and `Profile` only, so a further sampler changes
//! no format. On Linux (x86_64) the sampler is our own: `sampler`, with `tables`, `stack` and `symbols`, which know nothing of signals;
//! elsewhere that of the `pprof` crate. The public types exist whatever the features: without `profiling` their constructors return
//! [`ProfilingError::MissingFeature`].

mod alloc;
#[cfg_attr(
    not(all(unix, feature = "profiling", feature = "chrome-tracing")),
    allow(
        dead_code,
        reason = "nobody can have a profile without a sampler, and only trace files show lines"
    )
)]
mod capture;
mod counts;
#[cfg_attr(not(feature = "chrome-tracing"), allow(dead_code, reason = "only trace files show profiles"))]
mod cpu;
mod error;
mod flamegraph;
#[cfg_attr(not(all(unix, feature = "profiling")), allow(dead_code, reason = "nobody draws"))]
mod folded;
#[cfg(all(target_os = "linux", target_arch = "x86_64", feature = "profiling"))]
mod heap;
#[cfg(not(all(target_os = "linux", target_arch = "x86_64", feature = "profiling")))]
#[path = "heap_absent.rs"]
mod heap;
mod memory;
mod memory_report;
mod perf_script;
#[cfg_attr(not(all(unix, feature = "profiling")), allow(dead_code, reason = "nobody fills it"))]
mod profile;

mod perf_status;
#[cfg_attr(
    not(all(unix, feature = "profiling", feature = "chrome-tracing")),
    allow(dead_code, reason = "nobody takes any, or nobody shows them")
)]
mod taken;

#[cfg(all(target_os = "linux", feature = "profiling"))]
mod perf;
#[cfg(not(all(target_os = "linux", feature = "profiling")))]
#[path = "perf_absent.rs"]
mod perf;

#[cfg(not(all(unix, feature = "profiling")))]
#[cfg_attr(not(feature = "chrome-tracing"), allow(dead_code, reason = "only trace files show profiles"))]
mod absent;
#[cfg(all(unix, feature = "profiling"))]
mod output;
#[cfg(all(unix, feature = "profiling"))]
mod pprof_format;
#[cfg(all(unix, feature = "profiling"))]
mod pprof_reader;
#[cfg(all(unix, feature = "profiling"))]
#[cfg_attr(not(feature = "chrome-tracing"), allow(dead_code, reason = "only trace files show profiles"))]
mod recorder;
#[cfg(all(unix, feature = "profiling"))]
mod render;
#[cfg(all(unix, feature = "profiling"))]
mod svg;

#[cfg(all(target_os = "linux", target_arch = "x86_64", feature = "profiling"))]
mod sampler;
#[cfg(all(target_os = "linux", target_arch = "x86_64", feature = "profiling"))]
mod stack;
#[cfg(all(target_os = "linux", target_arch = "x86_64", feature = "profiling"))]
mod symbols;
#[cfg(all(target_os = "linux", target_arch = "x86_64", feature = "profiling"))]
mod tables;

// Where we have a sampler of our own, the other is tested only.
#[cfg(all(unix, feature = "pprof-rs", any(test, not(all(target_os = "linux", target_arch = "x86_64")))))]
mod sampler_pprof;
#[cfg(all(unix, feature = "pprof-rs", any(test, not(all(target_os = "linux", target_arch = "x86_64")))))]
mod sigprof;

#[cfg(all(
    unix,
    feature = "profiling",
    not(feature = "pprof-rs"),
    not(all(target_os = "linux", target_arch = "x86_64"))
))]
mod no_sampler;

#[cfg(not(all(unix, feature = "profiling")))]
use absent::{Recorder, draw_file, render};
#[cfg(all(unix, feature = "profiling"))]
use {recorder::Recorder, svg::draw_file};

#[cfg(all(
    unix,
    feature = "profiling",
    not(feature = "pprof-rs"),
    not(all(target_os = "linux", target_arch = "x86_64"))
))]
use no_sampler::NoSampler as SystemSampler;
#[cfg(all(target_os = "linux", target_arch = "x86_64", feature = "profiling"))]
use sampler::OwnSampler as SystemSampler;
#[cfg(all(unix, feature = "pprof-rs", not(all(target_os = "linux", target_arch = "x86_64"))))]
use sampler_pprof::PprofSampler as SystemSampler;

pub(crate) use counts::{SampleCounts, sample_counts};

pub use alloc::FeagiAlloc;
pub use capture::{CpuProfile, CpuSample};
pub use cpu::CpuProfiler;
pub use error::ProfilingError;
pub use flamegraph::FlamegraphGenerator;
pub use memory::MemoryProfiler;
pub use memory_report::{AllocatorStatus, HeapProfile, MemoryReport, MemorySample};
pub(crate) use perf::PerfRecorder;
pub use perf_status::{PerfStatus, PerfUnavailable};
#[cfg(feature = "chrome-tracing")]
pub(crate) use taken::TakenProfiles;
