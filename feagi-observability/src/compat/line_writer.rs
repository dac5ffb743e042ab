//! A thread that writes lines, so that the thread that logs never waits for a disk or a terminal.
//!
//! Receives finished lines through a bounded queue and gives them to one or more outputs. A line that finds the
//! queue full is dropped and counted; so is one that an output refuses.
//!
//! Invariant: at rest, offered = written + dropped_full + dropped_io, exactly. A line for two outputs counts twice.

use std::io::{self, ErrorKind, Write};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Lines that wait at most; with [`QUEUE_BYTES`] it bounds the memory.
const QUEUE_LINES: usize = 16 * 1024;
/// Text that waits at most.
const QUEUE_BYTES: usize = 16 * 1024 * 1024;
/// Lines that are written in one go.
const BATCH_LINES: usize = 256;
/// What an output's buffer keeps between batches.
const BUFFER_BYTES: usize = 256 * 1024;

/// A finished line with its newline, for the first output and perhaps one more.
pub(super) struct Line {
    pub(super) text: String,
    pub(super) also: Option<usize>,
}

impl Line {
    fn copies(&self) -> u64 {
        if self.also.is_some() { 2 } else { 1 }
    }
}

/// What became of the lines that were logged. A line for two files counts twice.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LineCounts {
    /// Lines that were handed over.
    pub offered: u64,
    /// Lines that an output took in full.
    pub written: u64,
    /// Lines that were dropped because the queue was full.
    pub dropped_full: u64,
    /// Lines that were lost because an output refused them.
    pub dropped_io: u64,
}

/// The sending end.
pub(super) struct LineWriter {
    queue: SyncSender<Line>,
    progress: Arc<Progress>,
}

/// Counters, shared by the sending end, the thread and whoever waits for it.
///
/// All of them are plain sums that order nothing, hence relaxed.
#[derive(Default)]
pub(super) struct Progress {
    offered: AtomicU64,
    written: AtomicU64,
    dropped_full: AtomicU64,
    dropped_io: AtomicU64,
    queued_bytes: AtomicUsize,
    /// The process that has the thread: a forked child has none.
    process: u32,
    batch: Mutex<()>,
    batch_done: Condvar,
}

impl LineWriter {
    /// Starts the thread. It ends when the last sending end is gone and the queue is empty.
    pub(super) fn start(name: &str, outputs: Vec<Output>) -> io::Result<Self> {
        Self::with_queue(name, outputs, QUEUE_LINES)
    }

    fn with_queue(name: &str, outputs: Vec<Output>, lines: usize) -> io::Result<Self> {
        let progress = Arc::new(Progress { process: std::process::id(), ..Progress::default() });
        let (queue, receiver) = sync_channel(lines);
        let seen = Arc::clone(&progress);
        thread::Builder::new().name(name.to_string()).spawn(move || run(&receiver, outputs, &seen))?;
        Ok(Self { queue, progress })
    }

    /// Hands a line over, or drops and counts it. Never waits.
    pub(super) fn send(&self, line: Line) {
        let progress = &self.progress;
        let (copies, size) = (line.copies(), line.text.len());
        progress.offered.fetch_add(copies, Relaxed);
        let queued = progress.queued_bytes.fetch_add(size, Relaxed);
        if queued.saturating_add(size) > QUEUE_BYTES || self.queue.try_send(line).is_err() {
            progress.queued_bytes.fetch_sub(size, Relaxed);
            progress.dropped_full.fetch_add(copies, Relaxed);
        }
    }

    pub(super) fn progress(&self) -> Arc<Progress> {
        Arc::clone(&self.progress)
    }
}

impl Progress {
    pub(super) fn counts(&self) -> LineCounts {
        LineCounts {
            offered: self.offered.load(Relaxed),
            written: self.written.load(Relaxed),
            dropped_full: self.dropped_full.load(Relaxed),
            dropped_io: self.dropped_io.load(Relaxed),
        }
    }

    /// Waits until every line that was taken before this call is written or lost; false when `deadline` came first.
    pub(super) fn flush(&self, deadline: Instant) -> bool {
        if self.process != std::process::id() {
            return false;
        }
        let goal = self.accepted();
        let mut batch = self.batch.lock().unwrap_or_else(PoisonError::into_inner);
        // A line on its way into a full queue counts as accepted until it is dropped: hence the second look at
        // what was accepted, and short waits, since no signal tells of the drop.
        while self.handled() < goal.min(self.accepted()) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            let nap = left.min(Duration::from_millis(20));
            batch = self.batch_done.wait_timeout(batch, nap).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    /// Lines that the queue took. It is first in, first out, so this many handled means that they all are.
    fn accepted(&self) -> u64 {
        let counts = self.counts();
        counts.offered.saturating_sub(counts.dropped_full)
    }

    fn handled(&self) -> u64 {
        let counts = self.counts();
        counts.written + counts.dropped_io
    }

    fn batch_written(&self, bytes: usize) {
        self.queued_bytes.fetch_sub(bytes, Relaxed);
        // Taken so that the signal cannot fall between a waiter's look at the counters and its sleep.
        drop(self.batch.lock().unwrap_or_else(PoisonError::into_inner));
        self.batch_done.notify_all();
    }
}

fn run(queue: &Receiver<Line>, mut outputs: Vec<Output>, progress: &Progress) {
    while let Ok(first) = queue.recv() {
        let mut bytes = 0;
        for line in std::iter::once(first).chain(queue.try_iter().take(BATCH_LINES - 1)) {
            bytes += line.text.len();
            for place in std::iter::once(0).chain(line.also) {
                match outputs.get_mut(place) {
                    Some(output) => output.buffer.push_str(&line.text),
                    None => _ = progress.dropped_io.fetch_add(1, Relaxed),
                }
            }
        }
        for output in &mut outputs {
            let (written, lost) = output.write_buffer();
            progress.written.fetch_add(written, Relaxed);
            progress.dropped_io.fetch_add(lost, Relaxed);
        }
        progress.batch_written(bytes);
    }
}

/// A file or a stream, with the lines that go to it next.
pub(super) struct Output {
    sink: Box<dyn Write + Send>,
    buffer: String,
    /// The sink ends in the middle of a line, because it refused the rest.
    torn: bool,
}

impl Output {
    pub(super) fn new(sink: impl Write + Send + 'static) -> Self {
        Self { sink: Box::new(sink), buffer: String::new(), torn: false }
    }

    /// Writes what is buffered. Returns the number of lines that arrived whole, and of those that did not.
    fn write_buffer(&mut self) -> (u64, u64) {
        if self.buffer.is_empty() {
            return (0, 0);
        }
        let text = std::mem::take(&mut self.buffer);
        let mut written = 0;
        // A torn line is ended first, so that it does not spoil the next one.
        if !self.torn || self.write_some(b"\n") == 1 {
            written = self.write_some(text.as_bytes());
            let (arrived, _) = text.as_bytes().split_at_checked(written).unwrap_or_default();
            self.torn = arrived.last().is_some_and(|byte| *byte != b'\n');
        }
        let (arrived, refused) = text.as_bytes().split_at_checked(written).unwrap_or_default();
        let counts = (count_lines(arrived), count_lines(refused));
        self.buffer = text;
        self.buffer.clear();
        self.buffer.shrink_to(BUFFER_BYTES);
        counts
    }

    /// Writes as much as the sink takes and returns how many bytes that was.
    fn write_some(&mut self, bytes: &[u8]) -> usize {
        let mut written = 0;
        while let Some(rest) = bytes.get(written..).filter(|rest| !rest.is_empty()) {
            match self.sink.write(rest) {
                Ok(0) => break,
                Ok(count) => written += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
        // A stream may buffer; what it then refuses has been counted as written, which no writer above it can know.
        let _ = self.sink.flush();
        written.min(bytes.len())
    }
}

fn count_lines(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|byte| **byte == b'\n').count() as u64
}

#[cfg(test)]
mod tests;
