//! Log lines appended to a file.
//!
//! Invariant: one line is one record; a line that a full disk or a crash has torn is ended before the next is written.

use super::lines::{Lines, Out};
use super::open::{open, private};
use crate::collect::{Entry, Sink, SinkCounters};
use crate::config::LogFormat;
use crate::error::ObservabilityError;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

/// The configuration field that a failure to open is blamed on.
const FIELD: &str = "logging.output";

/// Appends lines to one file, a batch at a time.
pub(crate) struct FileSink {
    lines: Lines,
    out: Appended,
    /// Whether the file is still to be emptied: only once the collector runs, for until then the start may be refused, and
    /// what an earlier run has logged is not to be lost for that.
    to_be_emptied: bool,
}

struct Appended(File);

impl Out for Appended {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }
}

impl FileSink {
    /// Opens or creates the file, and the folders above it; `truncate` empties it before the first line.
    ///
    /// # Errors
    /// [`ObservabilityError::Write`] with the path and what the system said.
    pub(crate) fn open(path: &Path, format: LogFormat, truncate: bool) -> Result<Self, ObservabilityError> {
        let file = open(OpenOptions::new().append(true), path, FIELD)?;
        let torn = !truncate && ends_within_a_line(&file, path);
        Ok(FileSink { lines: Lines::new(format, torn), out: Appended(file), to_be_emptied: truncate })
    }

    fn empty_once(&mut self) {
        if std::mem::take(&mut self.to_be_emptied) {
            // What is no regular file has nothing to empty.
            let _ = self.out.0.set_len(0);
        }
    }
}

/// Whether a regular file has a last line without a line feed: an earlier run was killed while it wrote.
fn ends_within_a_line(file: &File, path: &Path) -> bool {
    let last_byte = || -> io::Result<u8> {
        // The log itself is open for appending only, so that it may be write-only.
        let mut reader = private(OpenOptions::new().read(true)).open(path)?;
        reader.seek(SeekFrom::End(-1))?;
        let mut last = [0];
        reader.read_exact(&mut last)?;
        let [last] = last;
        Ok(last)
    };
    let written = file.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.len() > 0);
    written && last_byte().is_ok_and(|last| last != b'\n')
}

impl Sink for FileSink {
    fn name(&self) -> &'static str {
        "file"
    }

    fn counters(&self) -> Arc<SinkCounters> {
        self.lines.counters()
    }

    fn write(&mut self, entry: &Entry<'_>) {
        self.empty_once();
        self.lines.push(entry, &mut self.out);
    }

    fn flush(&mut self) {
        self.empty_once();
        self.lines.write(&mut self.out);
    }

    fn close(&mut self, _deadline: Instant) {
        self.flush();
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::collect::{DropReason, EntryKind};
    use crate::export::scratch::Scratch;
    use crate::logging::format::sample::Sample;
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn write(sink: &mut FileSink, lines: usize) {
        let sample = Sample::new(EntryKind::Call);
        (0..lines).for_each(|_| sink.write(&sample.entry()));
        sink.flush();
    }

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn the_file_and_its_folders_are_private_and_lines_are_appended() {
        let scratch = Scratch::new();
        let path = scratch.path("a/b/x.log");
        for _ in 0..2 {
            let mut sink = FileSink::open(&path, LogFormat::Json, false).unwrap();
            write(&mut sink, 2);
            assert_eq!((sink.counters().exported(), sink.counters().queued()), (2, 0));
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), 4);
        assert_eq!(
            (mode(&path), mode(&scratch.path("a")), mode(&scratch.path("a/b"))),
            (0o600, 0o700, 0o700)
        );
        let mut sink = FileSink::open(&path, LogFormat::Text, true).unwrap();
        write(&mut sink, 1);
        assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), 1);
    }

    #[test]
    fn a_line_torn_by_an_earlier_run_is_ended_first() {
        let scratch = Scratch::new();
        let path = scratch.path("x.log");
        std::fs::write(&path, "{\"half").unwrap();
        write(&mut FileSink::open(&path, LogFormat::Json, false).unwrap(), 1);
        let text = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!((lines.len(), lines[0]), (2, "{\"half"));
        serde_json::from_str::<serde_json::Value>(lines[1]).unwrap();
    }

    #[test]
    fn symbolic_links_folders_and_unread_fifos_are_refused_with_field_and_path() {
        let scratch = Scratch::new();
        let (target, link, fifo) = (scratch.path("target"), scratch.path("link"), scratch.path("fifo"));
        symlink(&target, &link).unwrap();
        let name = std::ffi::CString::new(fifo.to_str().unwrap()).unwrap();
        // SAFETY: the name is a valid C string.
        assert_eq!(unsafe { libc::mkfifo(name.as_ptr(), 0o600) }, 0);
        for path in [&link, &fifo, &scratch.path("")] {
            let error = FileSink::open(path, LogFormat::Text, false).err().unwrap().to_string();
            assert!(error.contains("logging.output") && error.contains(path.to_str().unwrap()), "{error}");
        }
        assert!(!target.exists());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn every_line_on_a_full_device_is_dropped_and_counted() {
        let mut sink = FileSink::open(Path::new("/dev/full"), LogFormat::Text, false).unwrap();
        write(&mut sink, 3);
        sink.close(Instant::now());
        let counters = sink.counters();
        assert_eq!((counters.accepted(), counters.exported(), counters.queued()), (3, 0, 0));
        assert_eq!((counters.dropped(DropReason::Io), counters.failures(DropReason::Io)), (3, 1));
    }
}
