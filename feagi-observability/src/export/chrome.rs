//! Spans as a Chrome trace file, for Perfetto, the DevTools Performance panel and speedscope.
//!
//! Format: the array form of the Trace Event Format, <https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU>.
//! Calls are complete events (`X`), async calls nestable pairs (`b`, `e`), events instants (`i`). Times are
//! microseconds since the file was opened: since 1970 they would not fit the double that viewers read them into.
//!
//! Invariant: between two writes the file is strict JSON. Each write replaces the closing bracket by more events and a
//! new bracket in one system call.

mod event;

use super::open::open;
use super::shield::Shield;
use crate::collect::{DropReason, Entry, EntryKind, Sink, SinkCounters};
use crate::error::ObservabilityError;
use event::Origin;
use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

/// Ends the file.
const TAIL: &[u8] = b"\n]\n";
/// Stands before each event but the first.
const SEPARATOR: &[u8] = b",\n";
/// Bytes after which events are written without waiting for the end of the collector's round.
const FULL: usize = 256 << 10;

/// Writes sampled calls and events to one trace file.
pub(crate) struct ChromeSink {
    file: File,
    counters: Arc<SinkCounters>,
    origin: Origin,
    /// Where the closing bracket stands.
    end: u64,
    limit: u64,
    /// Events that are not written yet, separators included, then room for the tail.
    pending: Vec<u8>,
    pending_records: u64,
    /// The threads whose names the file has.
    threads: HashMap<u64, String>,
    /// The limit is reached: nothing more is taken.
    full: bool,
    /// A write failed halfway, and the closing bracket is not back yet.
    damaged: bool,
}

impl ChromeSink {
    /// Starts a new trace at `path`, for at most `limit` bytes; `now` is the time in nanoseconds since the Unix epoch.
    ///
    /// # Errors
    /// [`ObservabilityError::Write`] if the file cannot be made, or is something else than a file.
    pub(crate) fn open(path: &Path, process: &str, limit: u64, now: u64) -> Result<Self, ObservabilityError> {
        const FIELD: &str = "profiling.output_dir";
        let failed = |source| ObservabilityError::Write { field: FIELD, path: path.to_owned(), source };
        let file = open(OpenOptions::new().write(true), path, FIELD)?;
        if !file.metadata().map_err(failed)?.is_file() {
            return Err(failed(io::Error::new(ErrorKind::InvalidInput, "not a regular file; name one")));
        }
        let mut sink = ChromeSink {
            file,
            counters: Arc::default(),
            origin: Origin { pid: u64::from(std::process::id()), start: now },
            end: 0,
            limit,
            pending: b"[\n".to_vec(),
            pending_records: 0,
            threads: HashMap::new(),
            full: false,
            damaged: false,
        };
        sink.origin.process_name(process, &mut sink.pending);
        sink.file.set_len(0).and_then(|()| sink.append()).map_err(failed)?;
        Ok(sink)
    }

    /// Adds the record's events, or nothing if the file would grow too large; whether they were added.
    fn push(&mut self, entry: &Entry<'_>) -> bool {
        let before = self.pending.len();
        let new_thread = !entry.thread.name.is_empty()
            && self.threads.get(&entry.thread.id).is_none_or(|name| *name != entry.thread.name);
        if new_thread {
            self.pending.extend_from_slice(SEPARATOR);
            self.origin.thread_name(entry.thread, &mut self.pending);
        }
        self.origin.record(entry, &mut self.pending);
        if self.end + (self.pending.len() + TAIL.len()) as u64 > self.limit {
            self.pending.truncate(before);
            return false;
        }
        if new_thread {
            self.threads.insert(entry.thread.id, entry.thread.name.clone());
        }
        true
    }

    /// Writes what is pending over the closing bracket, and a new one.
    fn append(&mut self) -> io::Result<()> {
        self.pending.extend_from_slice(TAIL);
        self.file.seek(SeekFrom::Start(self.end))?;
        self.file.write_all(&self.pending)?;
        self.end += (self.pending.len() - TAIL.len()) as u64;
        self.pending.clear();
        Ok(())
    }

    /// Puts the closing bracket back after a write that failed halfway; its space is taken already.
    fn repair(&mut self) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(self.end))?;
        self.file.write_all(TAIL)?;
        self.file.set_len(self.end + TAIL.len() as u64)
    }

    fn settle(&mut self) {
        let records = std::mem::take(&mut self.pending_records);
        if self.append().is_ok() {
            self.damaged = false;
            self.counters.export(records);
            return;
        }
        self.counters.fail(DropReason::Io);
        self.counters.lose(DropReason::Io, records);
        self.pending.clear();
        // Their names may have been among what was lost.
        self.threads.clear();
        self.damaged = self.repair().is_err();
    }
}

impl Sink for ChromeSink {
    fn name(&self) -> &'static str {
        "chrome"
    }

    fn counters(&self) -> Arc<SinkCounters> {
        Arc::clone(&self.counters)
    }

    fn write(&mut self, entry: &Entry<'_>) {
        if !entry.sampled || entry.kind == EntryKind::Log {
            return;
        }
        self.counters.accept(1);
        if self.full || !self.push(entry) {
            self.full = true;
            self.counters.lose(DropReason::TooLarge, 1);
            return;
        }
        self.pending_records += 1;
        if self.pending.len() >= FULL {
            self.flush();
        }
    }

    fn flush(&mut self) {
        if self.pending_records == 0 && !self.damaged {
            return;
        }
        let _shield = Shield::raise();
        if self.pending_records > 0 {
            self.settle();
        } else {
            self.damaged = self.repair().is_err();
        }
    }

    fn close(&mut self, _deadline: Instant) {
        self.flush();
    }
}

#[cfg(test)]
mod tests;
