//! The CPU profiler that users start and stop.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::taken::TakenProfiles;
use super::{CpuProfile, ProfilingError, Recorder};
use crate::config::ProfilingConfig;
use crate::context::compiled;

/// Samples the stacks of all threads of this process and writes a pprof file and a flamegraph.
///
/// ```no_run
/// use feagi_observability::{CpuProfiler, ProfilingConfig};
///
/// let profiler = CpuProfiler::new(&ProfilingConfig::default())?;
/// profiler.start()?;
/// // … the work to look at …
/// let profile = profiler.stop()?; // ./profiles/cpu.pb.gz, with ./profiles/cpu.svg beside it
/// # Ok::<(), feagi_observability::ProfilingError>(())
/// ```
///
/// Read the profile with `go tool pprof -top cpu.pb.gz` or speedscope; the SVG opens in a browser. Each sample that was taken in an
/// observed call has the labels `trace_id`, `span_id` and `observe`, the call's name, and `request_id` where the caller has set one, so that
/// `-tags` lists them and `-tagfocus=trace_id=…` shows one trace; every sample has `thread`. They are right across `.await`, tasks
/// that change threads, and closures that carry contexts. On systems other than Linux on x86_64 the sampler is that of the `pprof`
/// crate (feature `pprof-rs`), whose samples have `thread` and no other label.
/// Names come from the binary: `debug = "limited"` in the build profile gives full paths, generics, inlined functions and lines;
/// `debug = "line-tables-only"` gives bare names without their modules; no debug information, full names of what was not inlined;
/// a stripped binary, none.
///
/// A process has one profiling signal and so takes one profile at a time. While it is taken, system calls that are not
/// restarted automatically (`poll`, `nanosleep`) may end early with `EINTR`. `ProfilingConfig::sample_rate` thins labels,
/// not samples. A handler of the host's own for SIGPROF gets the signals that are not ours, and is put back at the end.
///
/// Dropping a running profiler stops it and discards what it has recorded.
pub struct CpuProfiler {
    recorder: Mutex<Recorder>,
}

impl CpuProfiler {
    /// Checks the configuration; starts nothing and touches no file.
    ///
    /// # Errors
    ///
    /// [`ProfilingError::MissingFeature`] without the feature `profiling`, [`ProfilingError::Frequency`] when `frequency_hz` is
    /// out of range, [`ProfilingError::SampleRate`] when `sample_rate` is, [`ProfilingError::CompiledOut`] under `feagi_observability_off="profile"`.
    pub fn new(config: &ProfilingConfig) -> Result<Self, ProfilingError> {
        // Here and below: what cannot be reached is not linked.
        if !compiled::PROFILE {
            return Err(ProfilingError::CompiledOut);
        }
        Ok(Self { recorder: Mutex::new(Recorder::new(config)?) })
    }

    /// Creates the output folder and begins to sample. A start takes some milliseconds: it reads the unwind tables of all loaded
    /// libraries; those that are loaded later are found within 50 ms.
    ///
    /// # Errors
    ///
    /// [`ProfilingError::AlreadyRunning`], or what the folder or the sampler refuses.
    pub fn start(&self) -> Result<(), ProfilingError> {
        if !compiled::PROFILE {
            return Err(ProfilingError::CompiledOut);
        }
        self.recorder().start()
    }

    /// Stops sampling, writes `cpu.pb.gz` and `cpu.svg` into the output folder, over those of the run before, and returns
    /// the path of the former. A profile without samples is written too, but has no flamegraph: see
    /// [`flamegraph_path`](Self::flamegraph_path).
    ///
    /// # Errors
    ///
    /// [`ProfilingError::NotRunning`], or what the file system refuses; sampling has stopped in either case.
    pub fn stop(&self) -> Result<PathBuf, ProfilingError> {
        if !compiled::PROFILE {
            return Err(ProfilingError::CompiledOut);
        }
        self.recorder().stop()
    }

    /// Stops sampling and hands the profile over, instead of writing it.
    ///
    /// # Errors
    ///
    /// [`ProfilingError::NotRunning`].
    pub fn finish(&self) -> Result<CpuProfile, ProfilingError> {
        if !compiled::PROFILE {
            return Err(ProfilingError::CompiledOut);
        }
        self.recorder().finish()
    }

    /// Samples for so long, while the calling thread sleeps, and hands the profile over. Touches no file.
    ///
    /// # Errors
    ///
    /// [`ProfilingError::AlreadyRunning`], or what the sampler refuses.
    pub fn window(&self, duration: Duration) -> Result<CpuProfile, ProfilingError> {
        if !compiled::PROFILE {
            return Err(ProfilingError::CompiledOut);
        }
        self.recorder().start_in_memory()?;
        std::thread::sleep(duration);
        self.recorder().finish()
    }

    /// The same until `stopped`, which waits, says that it is over; then writes it under `name`.
    pub(crate) fn window_into(&self, name: &str, stopped: impl FnOnce()) -> Result<PathBuf, ProfilingError> {
        if !compiled::PROFILE {
            return Err(ProfilingError::CompiledOut);
        }
        self.recorder().start_in_memory()?;
        stopped();
        let profile = self.recorder().finish()?;
        let folder = self.recorder().output_dir().to_owned();
        profile.write_as(&folder, name).map(|(path, _)| path)
    }

    /// What is taken from now on is left there, too.
    pub(crate) fn show_to(&self, taken: TakenProfiles) {
        self.recorder().show_to(taken);
    }

    /// The flamegraph that the last [`stop`](Self::stop) wrote, if it did.
    pub fn flamegraph_path(&self) -> Option<PathBuf> {
        self.recorder().flamegraph_path()
    }

    fn recorder(&self) -> MutexGuard<'_, Recorder> {
        // A panic elsewhere leaves the recorder as it was: every method of it ends in a valid state.
        self.recorder.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for CpuProfiler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CpuProfiler").finish_non_exhaustive()
    }
}
