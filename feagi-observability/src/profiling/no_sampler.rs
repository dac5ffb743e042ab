//! Stands in for the sampler where we have none, and the `pprof` crate was not compiled in: says so.

use super::ProfilingError;
use super::capture::CpuProfile;
use super::recorder::{Sampler, Settings};

#[derive(Default)]
pub(super) struct NoSampler;

impl Sampler for NoSampler {
    fn check() -> Result<(), ProfilingError> {
        let note = ", as this system has no other sampler";
        Err(ProfilingError::MissingFeature { what: "cpu profiling", feature: "pprof-rs", note })
    }

    fn start(&mut self, _: &Settings) -> Result<(), ProfilingError> {
        Self::check()
    }

    fn stop(&mut self) -> Result<CpuProfile, ProfilingError> {
        Err(ProfilingError::NotRunning)
    }
}
