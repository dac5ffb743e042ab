//! Spans as a Chrome trace file, for Perfetto, the DevTools Performance panel and speedscope.
//!
//! Format: the array form of the Trace Event Format, <https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU>.
//! Calls and the polls of async calls are complete events (`X`), async calls as a whole nestable pairs (`b`, `e`), events and log
//! records instants (`i`), numbers counters (`C`), what goes from thread to thread arrows (`s`, `f`), CPU samples profiles as V8 writes
//! them (`P`). Times are microseconds since the
//! file was opened: since 1970 they would not fit the double that viewers read them into.
//!
//! Invariant: the file is strict JSON after every write, see `file`. Memory is bounded: a page of events, and what `flows` remembers.

mod counters;
mod event;
mod events;
mod file;
mod flows;
mod one_trace;
mod samples;

use super::open::open;
use crate::collect::{DropReason, Entry, EntryKind, Sink, SinkCounters};
use crate::error::ObservabilityError;
use crate::instrument::ThreadInfo;
use crate::instrument::clock::{monotonic, unix_nanos};
use crate::profiling::{CpuProfile, CpuSample, TakenProfiles};
use event::Origin;
use events::Events;
use file::TraceFile;
use flows::Flows;
pub(crate) use one_trace::{OneTrace, write_one_trace};
use std::collections::{BTreeMap, HashMap};
use std::fs::OpenOptions;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How often the memory of the process is looked at, while there are records.
const GAUGED: Duration = Duration::from_millis(100);
/// The threads whose names are remembered; then all are named again.
const THREADS: usize = 4096;

/// Says how many bytes of a kind of memory the process has, by the name of its track.
pub(crate) type MemoryGauges = Box<dyn FnMut() -> Vec<(&'static str, u64)> + Send>;

/// What a trace file is to be.
pub(crate) struct ChromeConfig<'a> {
    /// What the process is called.
    pub(crate) process: &'a str,
    /// Bytes that the file may have.
    pub(crate) limit: u64,
    /// The file's time zero, in nanoseconds since the Unix epoch.
    pub(crate) start: u64,
    pub(crate) memory: MemoryGauges,
    /// CPU profiles that are to be shown, when they have been taken.
    pub(crate) profiles: TakenProfiles,
}

/// Writes sampled calls, their polls and events, and log records to one trace file.
pub(crate) struct ChromeSink {
    file: TraceFile,
    counters: Arc<SinkCounters>,
    origin: Origin,
    events: Events,
    flows: Flows,
    /// Records whose events wait to be written.
    pending_records: u64,
    /// The threads whose names the file has.
    threads: HashMap<u64, String>,
    memory: MemoryGauges,
    profiles: TakenProfiles,
    /// How many threads' profiles were begun.
    profiled: u64,
    gauged: Option<Instant>,
    /// The limit is reached, or the file finished: nothing more is taken.
    full: bool,
}

impl ChromeSink {
    /// Starts a new trace at `path`.
    ///
    /// # Errors
    /// [`ObservabilityError::Write`] if the file cannot be made, or is something else than a file.
    pub(crate) fn open(path: &Path, config: ChromeConfig<'_>) -> Result<Self, ObservabilityError> {
        const FIELD: &str = "profiling.output_dir";
        let failed = |source| ObservabilityError::Write { field: FIELD, path: path.to_owned(), source };
        let file = open(OpenOptions::new().write(true), path, FIELD)?;
        if !file.metadata().map_err(failed)?.is_file() {
            return Err(failed(io::Error::new(ErrorKind::InvalidInput, "not a regular file; name one")));
        }
        let monotonic = monotonic().saturating_sub(unix_nanos().saturating_sub(config.start));
        let origin = Origin { pid: u64::from(std::process::id()), start: config.start, monotonic };
        let mut first = Vec::new();
        origin.process_name(config.process, &mut first);
        first.extend_from_slice(b",\n");
        origin.clocks(&mut first);
        Ok(ChromeSink {
            file: TraceFile::begin(file, config.limit, &first).map_err(failed)?,
            counters: Arc::default(),
            origin,
            events: Events::default(),
            flows: Flows::default(),
            pending_records: 0,
            threads: HashMap::new(),
            memory: config.memory,
            profiles: config.profiles,
            profiled: 0,
            gauged: None,
            full: false,
        })
    }

    /// Adds the record's events, or nothing if the file would grow too large.
    fn take(&mut self, entry: &Entry<'_>) {
        self.counters.accept(1);
        if !self.full {
            self.encode(entry);
            self.full = !self.file.has_room(self.events.lengths());
        }
        if self.full {
            return self.counters.lose(DropReason::TooLarge, 1);
        }
        match self.put() {
            Ok(()) => self.pending_records += 1,
            Err(_) => self.counters.lose(DropReason::Io, 1),
        }
    }

    fn encode(&mut self, entry: &Entry<'_>) {
        self.events.clear();
        let thread = entry.thread;
        let known = self.threads.get(&thread.id);
        if !thread.name.is_empty() && known.is_none_or(|name| *name != thread.name) {
            self.events.add(|_, out| self.origin.thread_name(thread, out));
            if self.threads.len() >= THREADS {
                self.threads.clear();
            }
            self.threads.insert(thread.id, thread.name.clone());
        }
        self.origin.record(entry, &mut self.events);
        if entry.kind == EntryKind::Event {
            counters::of_event(&self.origin, entry, &mut self.events);
        }
        self.flows.add(&self.origin, entry, &mut self.events);
    }

    /// Puts all events into the file. Where that fails, those of earlier records that were not written are lost, too.
    fn put(&mut self) -> io::Result<()> {
        for event in self.events.iter() {
            match self.file.add(event) {
                Ok(true) => self.counters.export(std::mem::take(&mut self.pending_records)),
                Ok(false) => {}
                Err(error) => {
                    self.counters.fail(DropReason::Io);
                    self.counters.lose(DropReason::Io, std::mem::take(&mut self.pending_records));
                    // Their names may have been among what was lost.
                    self.threads.clear();
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// Adds the samples of a profile, by threads. Of one that knows no times nothing can be shown.
    fn take_profile(&mut self, profile: &CpuProfile) {
        let mut threads: BTreeMap<u32, Vec<CpuSample<'_>>> = BTreeMap::new();
        for sample in profile.samples().filter(|sample| sample.monotonic_nanos() > 0) {
            threads.entry(sample.thread_id()).or_default().push(sample);
        }
        for (tid, samples) in threads {
            self.counters.accept(samples.len() as u64);
            self.profiled += 1;
            if let Some(name) = samples.first().map(CpuSample::thread) {
                self.name_thread(tid.into(), name);
            }
            let parts = samples::of_thread(&self.origin, self.profiled, tid.into(), samples.into_iter());
            for (event, samples) in parts {
                self.take_part(&event, samples);
            }
        }
    }

    /// Where no record has named it.
    fn name_thread(&mut self, id: u64, name: &str) {
        if name.is_empty() || self.threads.contains_key(&id) {
            return;
        }
        let thread = ThreadInfo { id, name: name.to_owned() };
        self.events.clear();
        self.events.add(|_, out| self.origin.thread_name(&thread, out));
        if self.file.has_room(self.events.lengths()) && self.put().is_ok() {
            self.threads.insert(id, thread.name);
        }
    }

    fn take_part(&mut self, event: &[u8], samples: u64) {
        self.full |= !self.file.has_room(std::iter::once(event.len()));
        if self.full {
            return self.counters.lose(DropReason::TooLarge, samples);
        }
        self.events.clear();
        self.events.add(|_, out| out.extend_from_slice(event));
        match self.put() {
            Ok(()) => self.pending_records += samples,
            Err(_) => self.counters.lose(DropReason::Io, samples),
        }
    }

    /// Not more often than every [`GAUGED`]: a track, not a flood.
    fn gauge_memory(&mut self) {
        if self.full || self.gauged.is_some_and(|last| last.elapsed() < GAUGED) {
            return;
        }
        self.gauged = Some(Instant::now());
        self.events.clear();
        for (name, bytes) in (self.memory)() {
            counters::of_process(&self.origin, name, bytes, unix_nanos(), &mut self.events);
        }
        if self.file.has_room(self.events.lengths()) {
            // They are nobody's record: what is lost of them is not counted.
            let _ = self.put();
        }
    }

    /// Writes what waits; `write` is how.
    fn settle(&mut self, write: impl FnOnce(&mut TraceFile) -> io::Result<()>) {
        let written = write(&mut self.file);
        let records = std::mem::take(&mut self.pending_records);
        if written.is_ok() {
            return self.counters.export(records);
        }
        self.counters.fail(DropReason::Io);
        self.counters.lose(DropReason::Io, records);
        self.threads.clear();
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
        if entry.sampled && entry.kind != EntryKind::Log {
            self.take(entry);
        }
    }

    fn note(&mut self, entry: &Entry<'_>) {
        // A log that stands in no trace is shown, one of a trace that is not kept is not.
        if entry.sampled || !entry.trace_id.is_valid() {
            self.take(entry);
        }
    }

    fn flush(&mut self) {
        for profile in self.profiles.take() {
            self.take_profile(&profile);
        }
        if self.pending_records > 0 {
            self.gauge_memory();
            self.settle(TraceFile::write);
        } else if !self.file.is_clean() {
            let _ = self.file.write();
        }
    }

    fn close(&mut self, _deadline: Instant) {
        self.flush();
        self.settle(TraceFile::finish);
        self.full = true;
    }
}

#[cfg(test)]
mod tests;
