//! Flamegraphs of profiles that are on disk already.

use std::path::{Path, PathBuf};

use super::{ProfilingError, draw_file};

/// Draws a profile file as an interactive SVG.
///
/// ```no_run
/// use std::path::Path;
/// use feagi_observability::FlamegraphGenerator;
///
/// let svg = FlamegraphGenerator.generate(Path::new("profiles/cpu.pb.gz"))?; // profiles/cpu.svg
/// # Ok::<(), feagi_observability::ProfilingError>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct FlamegraphGenerator;

impl FlamegraphGenerator {
    /// Reads folded stacks (`root;caller;leaf 42`, a stack per line) or a gzipped pprof profile, told apart by content, and
    /// writes the SVG beside it under the same name. A pprof profile is drawn by its first sample type, one tower for
    /// each observed function, and in it one per thread; outside of observed functions one per thread.
    ///
    /// # Errors
    ///
    /// [`ProfilingError::EmptyProfile`] when there is nothing to draw, [`ProfilingError::UnknownFormat`] or
    /// [`ProfilingError::Malformed`] when the file is something else, [`ProfilingError::MissingFeature`] without the feature
    /// `profiling`.
    pub fn generate(&self, trace_path: &Path) -> Result<PathBuf, ProfilingError> {
        draw_file(trace_path)
    }
}
