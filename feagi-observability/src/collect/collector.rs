//! The collector: one thread that reads all rings, merges what it finds by time, and hands it to sinks.
//!
//! It looks every [`POLL`]; a ring that passes half wakes it earlier. So a quiet thread's record reaches the sinks within
//! about 100 ms: at most one poll, and the sink's own flush.

use super::decode::Raw;
use super::entry::Entry;
use super::exemplars::{self, Example};
use super::rate::RateLimit;
use super::recent::Recent;
use super::sink::Sink;
use crate::context::compiled;
use crate::instrument::clock::WallClock;
use crate::instrument::{Outcome, ThreadInfo, registry, wake};
use crate::sync::mpsc::{Receiver, Sender, SyncSender, TryRecvError, channel, sync_channel};
use crate::sync::thread::{self, JoinHandle, Thread};
use crate::sync::{AtomicU64, now};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// How often the collector looks when nobody wakes it: 0.1 % of a core.
const POLL: Duration = Duration::from_millis(50);

/// What the collector is given to work with.
pub(crate) struct Outputs {
    /// They get every record that is a log line.
    pub(crate) lines: Vec<Box<dyn Sink>>,
    /// They get every record that is a span.
    pub(crate) spans: Vec<Box<dyn Sink>>,
    /// It gets what they get.
    pub(crate) recent: Arc<Recent>,
    /// Exit lines a second and site.
    pub(crate) rate_limit: u32,
    /// Shown each call that took longer than its budget.
    pub(crate) over_budget: Box<dyn FnMut(&Entry<'_>) + Send>,
    /// Called at each look at the rings.
    pub(crate) pulse: Box<dyn FnMut() + Send>,
    /// Called every five seconds.
    pub(crate) upkeep: Box<dyn FnMut() + Send>,
}

/// What it has read, and left out on purpose.
#[derive(Default)]
pub(crate) struct CollectorCounts {
    pub(crate) lines: AtomicU64,
    pub(crate) spans: AtomicU64,
    pub(crate) polls: AtomicU64,
    pub(crate) suppressed: AtomicU64,
    /// The collector's thread is there.
    pub(crate) alive: AtomicBool,
}

/// Says that the thread is there for as long as it lives: a panic ends that, too.
struct Alive(Arc<CollectorCounts>);

impl Alive {
    fn begin(counts: Arc<CollectorCounts>) -> Self {
        counts.alive.store(true, Relaxed);
        Alive(counts)
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.alive.store(false, Relaxed);
    }
}

enum Command {
    Flush(SyncSender<()>),
    Close(Instant, SyncSender<()>),
}

/// The collector's thread, seen from outside.
pub(crate) struct Collector {
    commands: Sender<Command>,
    thread: Thread,
    handle: Option<JoinHandle<()>>,
}

impl Collector {
    pub(crate) fn start(outputs: Outputs, counts: Arc<CollectorCounts>) -> io::Result<Collector> {
        let (commands, receiver) = channel();
        let alive = Alive::begin(Arc::clone(&counts));
        let handle = thread::Builder::new().name("feagi-obs".to_owned()).spawn(move || {
            let _alive = alive;
            Worker::new(outputs, counts).run(&receiver);
        })?;
        let thread = handle.thread().clone();
        Ok(Collector { commands, thread, handle: Some(handle) })
    }

    /// Somebody who can wait for the collector without holding it.
    pub(crate) fn flusher(&self) -> Flusher {
        Flusher { commands: self.commands.clone(), thread: self.thread.clone() }
    }

    /// Drains, closes all sinks and ends the thread; `false` if time was up before.
    pub(crate) fn close(&mut self, deadline: Instant) -> bool {
        // A tenth is left for the way back: what the sinks could not finish is then counted when the answer comes.
        let begin = now();
        let for_sinks = begin + deadline.saturating_duration_since(begin) * 9 / 10;
        let closed = self.flusher().ask(|done| Command::Close(for_sinks, done), deadline);
        if closed && let Some(handle) = self.handle.take() {
            // It has said that it is done: nothing is left to wait for.
            let _ = handle.join();
        }
        closed
    }
}

/// Asks the collector for something and waits.
pub(crate) struct Flusher {
    commands: Sender<Command>,
    thread: Thread,
}

impl Flusher {
    /// Waits until everything written so far has been handed to the sinks; `false` if time was up before.
    pub(crate) fn flush(&self, deadline: Instant) -> bool {
        self.ask(Command::Flush, deadline)
    }

    fn ask(&self, command: impl FnOnce(SyncSender<()>) -> Command, deadline: Instant) -> bool {
        let (done, wait) = sync_channel(1);
        if self.commands.send(command(done)).is_err() {
            return false;
        }
        self.thread.unpark();
        wait.recv_timeout(deadline.saturating_duration_since(now())).is_ok()
    }
}

struct Worker {
    outputs: Outputs,
    counts: Arc<CollectorCounts>,
    clock: WallClock,
    limit: RateLimit,
    /// For calls over their budget, so that others leave them room.
    slow_limit: RateLimit,
    batch: Batch,
    last_upkeep: Instant,
}

/// What one look at the rings has found; kept for its memory.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) records: Vec<Raw>,
    bytes: Vec<u8>,
    pub(super) threads: Vec<Arc<ThreadInfo>>,
}

impl Worker {
    fn new(outputs: Outputs, counts: Arc<CollectorCounts>) -> Self {
        let (limit, slow_limit) = (RateLimit::new(outputs.rate_limit), RateLimit::new(outputs.rate_limit));
        let (clock, last_upkeep) = (WallClock::new(), now());
        Worker { outputs, counts, clock, limit, slow_limit, batch: Batch::default(), last_upkeep }
    }

    fn run(mut self, commands: &Receiver<Command>) {
        wake::set_collector(Some(thread::current()));
        self.obey(commands);
        wake::set_collector(None);
    }

    /// Looks and does what it is told, until it is told to close.
    fn obey(&mut self, commands: &Receiver<Command>) {
        loop {
            // The command first: what was written before it was given is then in this look.
            let command = commands.try_recv();
            self.look();
            match command {
                Ok(Command::Flush(done)) => drop(done.try_send(())),
                Ok(Command::Close(deadline, done)) => {
                    self.close(deadline);
                    let _ = done.try_send(());
                    return;
                }
                // Whoever could ask us to close is gone.
                Err(TryRecvError::Disconnected) => return self.close(now() + POLL),
                Err(TryRecvError::Empty) => wake::sleep(POLL, registry::is_any_past_half),
            }
        }
    }

    fn close(&mut self, deadline: Instant) {
        for sink in self.sinks() {
            sink.closing(deadline);
        }
        for sink in self.sinks() {
            sink.close(deadline);
        }
    }

    fn sinks(&mut self) -> impl Iterator<Item = &mut Box<dyn Sink>> {
        self.outputs.lines.iter_mut().chain(&mut self.outputs.spans)
    }

    fn look(&mut self) {
        if compiled::RECORDS {
            self.read();
        }
        for sink in self.sinks() {
            sink.flush();
        }
        (self.outputs.pulse)();
        if now().saturating_duration_since(self.last_upkeep) >= Duration::from_secs(5) {
            self.last_upkeep = now();
            (self.outputs.upkeep)();
        }
    }

    /// Takes from all rings what there is.
    fn read(&mut self) {
        self.clock.follow();
        let mut batch = std::mem::take(&mut self.batch);
        batch.read(&self.clock);
        for record in &batch.records {
            if let (Some(bytes), Some(thread)) =
                (batch.bytes.get(record.fields.clone()), batch.threads.get(record.thread))
            {
                let is_line = self.hand_out(record, &mut record.entry(bytes, thread));
                self.outputs.recent.keep(record, is_line, bytes, thread);
            }
        }
        batch.clear();
        self.batch = batch;
    }

    /// Whether the log has got it.
    fn hand_out(&mut self, record: &Raw, entry: &mut Entry<'_>) -> bool {
        if entry.over_budget {
            (self.outputs.over_budget)(entry);
        }
        let has_example = compiled::METRICS
            && compiled::TRACE
            && (record.is_span() || record.is_adopted() && entry.sampled);
        if let (true, Some(site)) = (has_example, entry.site) {
            let example = Example {
                trace_id: entry.trace_id,
                span_id: entry.span_id,
                request_id: entry.fields.request_id().map(Arc::from),
                duration: entry.duration,
                end: record.end,
                is_pinned: entry.over_budget || entry.outcome.is_failure(),
            };
            if let Some(series) = entry.series(site) {
                exemplars::offer(site, series, entry, &example);
                exemplars::offer_values(site, series, entry.fields, &example);
            }
        }
        if compiled::TRACE && record.is_span() {
            self.counts.spans.fetch_add(1, Relaxed);
            for sink in &mut self.outputs.spans {
                sink.write(entry);
            }
        }
        if compiled::TRACE && (record.is_log() || record.is_poll()) {
            for sink in &mut self.outputs.spans {
                sink.note(entry);
            }
        }
        if record.is_poll() {
            self.counts.polls.fetch_add(1, Relaxed);
        }
        if compiled::LOG && record.is_line() {
            self.counts.lines.fetch_add(1, Relaxed);
            match self.admit(entry) {
                Some(suppressed) => entry.suppressed = suppressed,
                None => return false,
            }
            for sink in &mut self.outputs.lines {
                sink.write(entry);
            }
            return true;
        }
        false
    }

    /// Lines of calls that went well are limited, those over their budget on their own; failures and events only where their site
    /// has a rate of its own.
    fn admit(&mut self, entry: &Entry<'_>) -> Option<u64> {
        let Some(site) = entry.site else { return Some(0) };
        let is_exit = entry.kind == super::EntryKind::Call && entry.outcome == Outcome::Ok;
        if !is_exit && site.facts.rate.is_none() {
            return Some(0);
        }
        let limit = if entry.over_budget { &mut self.slow_limit } else { &mut self.limit };
        let admitted = limit.admit(site.live().index, site.facts.rate, entry.end());
        if admitted.is_none() {
            self.counts.suppressed.fetch_add(1, Relaxed);
        }
        admitted
    }
}

impl Batch {
    pub(super) fn read(&mut self, clock: &WallClock) {
        registry::visit_threads(|thread| {
            let number = self.threads.len();
            let before = self.records.len();
            thread.ring.drain(|header, fields| {
                let start = self.bytes.len();
                self.bytes.extend_from_slice(fields);
                self.records.push(Raw::new(header, start..self.bytes.len(), number, clock));
            });
            if self.records.len() > before {
                self.threads.push(thread.info());
            }
        });
        // Stable: what one thread wrote within the same nanosecond stays in order.
        self.records.sort_by_key(|record| record.end);
    }

    fn clear(&mut self) {
        self.records.clear();
        self.bytes.clear();
        self.threads.clear();
    }
}
