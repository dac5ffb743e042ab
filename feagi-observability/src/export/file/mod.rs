//! Log lines appended to a file, which is set aside when it is full or its time is over.
//!
//! Invariant: one line is one record; a line that a full disk or a crash has torn is ended before the next is written.

mod appended;
mod kept;
mod packing;
mod rotation;

#[cfg(all(test, unix))]
mod tests;

use super::lines::Lines;
use crate::collect::{Entry, Sink, SinkCounters};
use crate::config::FileConfig;
use crate::error::ObservabilityError;
use crate::logging::format::LineFormat;
use appended::Appended;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

/// Appends lines to one file, a batch at a time.
pub(crate) struct FileSink {
    lines: Lines,
    out: Appended,
}

impl FileSink {
    /// Opens or creates the file, and the folders above it.
    ///
    /// # Errors
    /// [`ObservabilityError::Write`] with the path and what the system said.
    pub(crate) fn open(
        path: &Path,
        format: LineFormat,
        config: &FileConfig,
    ) -> Result<Self, ObservabilityError> {
        let out = Appended::open(path, config)?;
        let lines = Lines::new(format, out.ends_within_a_line());
        Ok(FileSink { lines, out })
    }

    #[cfg(all(test, unix))]
    fn look_again(&mut self) {
        self.out.look_again();
    }
}

impl Sink for FileSink {
    fn name(&self) -> &'static str {
        "file"
    }

    fn counters(&self) -> Arc<SinkCounters> {
        self.lines.counters()
    }

    fn write(&mut self, entry: &Entry<'_>) {
        self.out.empty_once();
        self.lines.push(entry, &mut self.out);
    }

    fn flush(&mut self) {
        self.out.empty_once();
        self.lines.write(&mut self.out);
    }

    fn close(&mut self, deadline: Instant) {
        self.flush();
        self.out.close(deadline);
    }
}
