//! CPU profiles, memory samples, flamegraphs, and the allocator that counts.
//!
//! Receives `ProfilingConfig`; gives files in its `output_dir` and nothing to the other signals, but for
//! the allocator, which tells the calls what they allocate.
//!
//! ```text
//! CpuProfiler ─► Recorder ─► Sampler (trait) ─► Profile ─► pprof_format ─► cpu.pb.gz ─► go tool pprof, speedscope
//!                                                  └─► Folded ─► svg ─► cpu.svg
//! FlamegraphGenerator ─► folded text, or cpu.pb.gz through pprof_reader ─► Folded ─► svg
//! ```
//!
//! `PerfRecorder` is apart from it: another program does the work.
//!
//! A sampler knows signals and symbols, a format knows bytes; they meet in `Profile` only, so a further sampler changes no
//! format. The public types exist whatever the features: without `profiling` their constructors return
//! [`ProfilingError::MissingFeature`].

mod alloc;
mod cpu;
mod error;
mod flamegraph;
mod heap;

mod perf_status;

#[cfg(all(target_os = "linux", feature = "profiling"))]
mod perf;
#[cfg(not(all(target_os = "linux", feature = "profiling")))]
#[path = "perf_absent.rs"]
mod perf;

#[cfg(not(all(unix, feature = "profiling")))]
mod absent;
#[cfg(all(unix, feature = "profiling"))]
mod folded;
#[cfg(all(unix, feature = "profiling"))]
mod output;
#[cfg(all(unix, feature = "profiling"))]
mod pprof_format;
#[cfg(all(unix, feature = "profiling"))]
mod pprof_reader;
#[cfg(all(unix, feature = "profiling"))]
mod profile;
#[cfg(all(unix, feature = "profiling"))]
mod recorder;
#[cfg(all(unix, feature = "profiling"))]
mod sampler_pprof;
#[cfg(all(unix, feature = "profiling"))]
mod sigprof;
#[cfg(all(unix, feature = "profiling"))]
mod svg;

#[cfg(not(all(unix, feature = "profiling")))]
use absent::{Recorder, draw_file};
#[cfg(all(unix, feature = "profiling"))]
use {recorder::Recorder, svg::draw_file};

pub use alloc::FeagiAlloc;
pub use cpu::CpuProfiler;
pub use error::ProfilingError;
pub use flamegraph::FlamegraphGenerator;
pub use heap::{MemoryProfiler, MemoryReport, MemorySample};
pub(crate) use perf::PerfRecorder;
pub use perf_status::{PerfStatus, PerfUnavailable};
