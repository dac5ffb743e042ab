//! One CPU profile from start to files: claims the process, drives the sampler, writes what it gives.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use super::folded::Folded;
use super::profile::{Profile, Sampler};
use super::sampler_pprof::PprofSampler;
use super::{ProfilingError, output, pprof_format, svg};
use crate::config::ProfilingConfig;

/// Above this the kernel's tick decides, not the timer, and the handler's own cost begins to show.
const MAX_FREQUENCY_HZ: u32 = 1000;

const PROFILE_FILE: &str = "cpu.pb.gz";
const FLAMEGRAPH_FILE: &str = "cpu.svg";

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
    frequency_hz: u32,
    running: Option<Running>,
    flamegraph: Option<PathBuf>,
}

impl Recorder {
    pub(super) fn new(config: &ProfilingConfig) -> Result<Self, ProfilingError> {
        let value = config.frequency_hz;
        if !(1..=MAX_FREQUENCY_HZ).contains(&value) {
            return Err(ProfilingError::Frequency { value, max: MAX_FREQUENCY_HZ });
        }
        Ok(Self {
            output_dir: config.output_dir.clone(),
            frequency_hz: value,
            running: None,
            flamegraph: None,
        })
    }

    pub(super) fn start(&mut self) -> Result<(), ProfilingError> {
        let claim = Claim::take().ok_or(ProfilingError::AlreadyRunning)?;
        // Now rather than after an hour of sampling.
        output::create_folder(&self.output_dir)?;
        let mut running = Running { sampler: Box::new(PprofSampler::default()), _claim: claim };
        running.sampler.start(self.frequency_hz)?;
        self.running = Some(running);
        Ok(())
    }

    pub(super) fn stop(&mut self) -> Result<PathBuf, ProfilingError> {
        let mut running = self.running.take().ok_or(ProfilingError::NotRunning)?;
        let profile = running.sampler.stop()?;
        // The rest needs no signal.
        drop(running);
        self.write(&profile)
    }

    pub(super) fn flamegraph_path(&self) -> Option<PathBuf> {
        self.flamegraph.clone()
    }

    fn write(&mut self, profile: &Profile) -> Result<PathBuf, ProfilingError> {
        let pprof = self.output_dir.join(PROFILE_FILE);
        let flamegraph = self.output_dir.join(FLAMEGRAPH_FILE);
        self.flamegraph = None;
        let compressed = pprof_format::compressed(profile).map_err(ProfilingError::io("compress", &pprof))?;
        output::replace(&pprof, &compressed)?;
        match svg::draw(&Folded::of(profile)) {
            Ok(drawn) => {
                output::replace(&flamegraph, &drawn)?;
                self.flamegraph = Some(flamegraph);
            }
            // An older run's picture beside the new profile would be taken for the new one's.
            Err(ProfilingError::EmptyProfile) => output::remove(&flamegraph)?,
            Err(error) => return Err(error),
        }
        Ok(pprof)
    }
}
