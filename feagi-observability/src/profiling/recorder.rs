//! One CPU profile from start to stop: claims the process, drives the sampler, keeps what it gives or writes it.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use super::capture::CpuProfile;
use super::taken::TakenProfiles;
use super::{ProfilingError, SystemSampler, output};
use crate::config::ProfilingConfig;

/// Above this the kernel's tick decides, not the timer, and the handler's own cost begins to show.
const MAX_FREQUENCY_HZ: u32 = 1000;

/// Where samples come from. Dropping a running sampler stops it.
///
/// A sampler may need the process to itself (one profiling signal): the `Recorder` starts one at a time.
pub(super) trait Sampler: Send {
    /// Whether it is there at all.
    fn check() -> Result<(), ProfilingError>
    where
        Self: Sized,
    {
        Ok(())
    }

    /// Begins to sample every thread.
    fn start(&mut self, settings: &Settings) -> Result<(), ProfilingError>;

    /// Ends it, also when it fails, and hands over what was recorded, with names.
    fn stop(&mut self) -> Result<CpuProfile, ProfilingError>;
}

/// How to sample.
#[derive(Clone, Copy, Debug)]
pub(super) struct Settings {
    /// Samples per second of CPU time.
    pub(super) frequency_hz: u32,
    /// The share of traces whose samples are labelled, where the sampler can.
    pub(super) labelled: f64,
}

/// Whether a profile is being taken anywhere in this process.
static CLAIMED: AtomicBool = AtomicBool::new(false);

/// The right to the profiling signal, given back when dropped.
struct Claim;

impl Claim {
    fn take() -> Option<Self> {
        // Acquire, with the Release of Drop: the previous profile's clean-up is over before this one begins.
        let free = CLAIMED.compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed).is_ok();
        // Made only if it is ours: dropping a refused one would free the other's.
        free.then(|| Self)
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        CLAIMED.store(false, Ordering::Release);
    }
}

/// A sampler at work. Field order matters: the sampler stops before the claim is given back.
struct Running {
    sampler: Box<dyn Sampler>,
    _claim: Claim,
}

/// What `CpuProfiler` guards with its mutex.
pub(super) struct Recorder {
    output_dir: PathBuf,
    settings: Settings,
    running: Option<Running>,
    flamegraph: Option<PathBuf>,
    shown_to: Option<TakenProfiles>,
}

impl Recorder {
    pub(super) fn new(config: &ProfilingConfig) -> Result<Self, ProfilingError> {
        SystemSampler::check()?;
        let value = config.frequency_hz;
        if !(1..=MAX_FREQUENCY_HZ).contains(&value) {
            return Err(ProfilingError::Frequency { value, max: MAX_FREQUENCY_HZ });
        }
        if !(0.0..=1.0).contains(&config.sample_rate) {
            return Err(ProfilingError::SampleRate { value: config.sample_rate });
        }
        Ok(Self {
            output_dir: config.output_dir.clone(),
            settings: Settings { frequency_hz: value, labelled: config.sample_rate },
            running: None,
            flamegraph: None,
            shown_to: None,
        })
    }

    pub(super) fn start(&mut self) -> Result<(), ProfilingError> {
        // Now rather than after an hour of sampling.
        let output_dir = self.output_dir.clone();
        self.begin(|| output::create_folder(&output_dir))
    }

    /// The same without an output folder.
    pub(super) fn start_in_memory(&mut self) -> Result<(), ProfilingError> {
        self.begin(|| Ok(()))
    }

    fn begin(&mut self, first: impl FnOnce() -> Result<(), ProfilingError>) -> Result<(), ProfilingError> {
        let claim = Claim::take().ok_or(ProfilingError::AlreadyRunning)?;
        first()?;
        let mut running = Running { sampler: Box::new(SystemSampler::default()), _claim: claim };
        running.sampler.start(&self.settings)?;
        self.running = Some(running);
        Ok(())
    }

    pub(super) fn stop(&mut self) -> Result<PathBuf, ProfilingError> {
        let profile = self.finish()?;
        if let Some(taken) = &self.shown_to {
            taken.offer(&profile);
        }
        self.flamegraph = None;
        let (path, flamegraph) = profile.write_as(&self.output_dir, "cpu")?;
        self.flamegraph = flamegraph;
        Ok(path)
    }

    pub(super) fn finish(&mut self) -> Result<CpuProfile, ProfilingError> {
        let mut running = self.running.take().ok_or(ProfilingError::NotRunning)?;
        running.sampler.stop()
    }

    /// What is taken from now on is left there, too.
    pub(super) fn show_to(&mut self, taken: TakenProfiles) {
        self.shown_to = Some(taken);
    }

    pub(super) fn flamegraph_path(&self) -> Option<PathBuf> {
        self.flamegraph.clone()
    }

    pub(super) fn output_dir(&self) -> &Path {
        &self.output_dir
    }
}
