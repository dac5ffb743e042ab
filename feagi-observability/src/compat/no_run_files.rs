//! Stands in for the run's files where the feature `file-logging` is off.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::compat::capture::Captured;
use crate::compat::line_writer::Progress;
use crate::compat::run_layer::SpanEntry;

/// No files.
pub(super) struct RunFiles;

/// No folder.
pub(super) struct Run;

impl Run {
    pub(super) fn open(_base: Option<PathBuf>) -> anyhow::Result<(Self, RunFiles)> {
        Ok((Self, RunFiles))
    }

    pub(super) fn folder(&self) -> &Path {
        Path::new(".")
    }

    pub(super) fn progress(&self) -> Option<Arc<Progress>> {
        None
    }

    pub(super) fn discard(self) {}

    pub(super) fn prune(&self, _days: Option<u64>, _runs: Option<usize>) {}
}

impl RunFiles {
    pub(super) fn send(&self, _event: &Captured, _spans: &[SpanEntry]) {}
}
