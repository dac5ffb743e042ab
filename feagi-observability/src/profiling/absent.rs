//! Stands in for the recorder and the formats where they are not compiled in: says so, and does nothing.

use std::convert::Infallible;
use std::path::{Path, PathBuf};

use super::ProfilingError;
use super::capture::CpuProfile;
use super::taken::TakenProfiles;
use crate::config::ProfilingConfig;

/// A recorder that cannot exist, so that its methods need no error of their own.
pub(super) struct Recorder(Infallible);

impl Recorder {
    pub(super) fn new(_config: &ProfilingConfig) -> Result<Self, ProfilingError> {
        Err(missing("cpu profiling"))
    }

    pub(super) fn start(&mut self) -> Result<(), ProfilingError> {
        match self.0 {}
    }

    pub(super) fn start_in_memory(&mut self) -> Result<(), ProfilingError> {
        match self.0 {}
    }

    pub(super) fn stop(&mut self) -> Result<PathBuf, ProfilingError> {
        match self.0 {}
    }

    pub(super) fn finish(&mut self) -> Result<CpuProfile, ProfilingError> {
        match self.0 {}
    }

    pub(super) fn show_to(&mut self, _: TakenProfiles) {
        match self.0 {}
    }

    pub(super) fn flamegraph_path(&self) -> Option<PathBuf> {
        match self.0 {}
    }

    pub(super) fn output_dir(&self) -> &Path {
        match self.0 {}
    }
}

/// The formats, for a profile that nobody can have.
pub(super) mod render {
    use super::super::folded::Folded;
    use super::super::profile::Profile;
    use super::{Path, PathBuf, ProfilingError, missing};

    pub(in super::super) fn pprof(_: &Profile) -> Result<Vec<u8>, ProfilingError> {
        Err(missing("the pprof format"))
    }

    pub(in super::super) fn flamegraph(_: &Folded) -> Result<Vec<u8>, ProfilingError> {
        Err(missing("flamegraph rendering"))
    }

    pub(in super::super) fn difference(_: &Folded, _: &Folded) -> Result<Vec<u8>, ProfilingError> {
        Err(missing("flamegraph rendering"))
    }

    pub(in super::super) fn files(
        _: &Profile,
        _: &Path,
        _: &str,
    ) -> Result<(PathBuf, Option<PathBuf>), ProfilingError> {
        Err(missing("the pprof format"))
    }
}

pub(super) fn draw_file(_path: &Path) -> Result<PathBuf, ProfilingError> {
    Err(missing("flamegraph rendering"))
}

fn missing(what: &'static str) -> ProfilingError {
    let note = if cfg!(unix) { "" } else { ", which needs a unix system" };
    ProfilingError::MissingFeature { what, feature: "profiling", note }
}

#[cfg(test)]
mod tests {
    use super::super::{CpuProfiler, FlamegraphGenerator};
    use super::*;

    #[test]
    fn without_the_feature_every_entrance_names_it() {
        let profiler = CpuProfiler::new(&ProfilingConfig::default()).expect_err("not compiled in");
        let drawn = FlamegraphGenerator.generate(Path::new("cpu.pb.gz")).expect_err("not compiled in");
        for error in [profiler, drawn] {
            assert!(
                matches!(error, ProfilingError::MissingFeature { feature: "profiling", .. }),
                "{error:?}"
            );
            assert!(error.to_string().contains("`profiling`"), "{error}");
        }
    }
}
