//! Exact counts of what became of every record. Plain atomics: readable while everything else is broken.
//!
//! At rest, for each sink: `accepted = enqueued + dropped before the queue` and
//! `enqueued = exported + dropped after it + queued`.

use crate::sync::AtomicU64;
use std::sync::atomic::{self, AtomicU8, Ordering::Relaxed};
use std::time::SystemTime;

/// Why a record did not arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub(crate) enum DropReason {
    /// The queue in front of the sink was full.
    QueueFull,
    /// It had room, but not for so many bytes.
    QueueBytes,
    /// It was larger than the sink takes, or the file has reached its size.
    TooLarge,
    /// Writing failed.
    Io,
    /// No connection.
    Connect,
    /// The other side did not answer in time.
    Timeout,
    /// The other side refused it.
    Rejected,
    /// It was still queued when the shutdown's time was up.
    ShutdownTimeout,
    /// The thread that sends has ended before its time.
    WorkerDied,
}

impl DropReason {
    pub(crate) const ALL: [DropReason; 9] = [
        DropReason::QueueFull,
        DropReason::QueueBytes,
        DropReason::TooLarge,
        DropReason::Io,
        DropReason::Connect,
        DropReason::Timeout,
        DropReason::Rejected,
        DropReason::ShutdownTimeout,
        DropReason::WorkerDied,
    ];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            DropReason::QueueFull => "queue_full",
            DropReason::QueueBytes => "queue_bytes",
            DropReason::TooLarge => "too_large",
            DropReason::Io => "io",
            DropReason::Connect => "connect",
            DropReason::Timeout => "timeout",
            DropReason::Rejected => "rejected",
            DropReason::ShutdownTimeout => "shutdown_timeout",
            DropReason::WorkerDied => "worker_died",
        }
    }
}

/// What became of the records that one sink was given. All counts are records and only grow.
#[derive(Debug, Default)]
pub(crate) struct SinkCounters {
    accepted: AtomicU64,
    exported: AtomicU64,
    failures: [AtomicU64; DropReason::ALL.len()],
    retries: AtomicU64,
    /// Seconds since the Unix epoch.
    last_success: AtomicU64,
    dropped: [AtomicU64; DropReason::ALL.len()],
    queue: QueueGauges,
}

/// The state of a queue and of the thread that empties it, as last told; all 0 of a sink that has none. For readers alone: nothing is decided
/// by it, so the models of concurrency need not know of it.
#[derive(Debug, Default)]
struct QueueGauges {
    bytes: atomic::AtomicU64,
    capacity: atomic::AtomicU64,
    in_flight: atomic::AtomicU64,
    /// One of [`NO_WORKER`], [`ALIVE`] and [`ENDED`].
    worker: AtomicU8,
}

const NO_WORKER: u8 = 0;
const ALIVE: u8 = 1;
const ENDED: u8 = 2;

impl SinkCounters {
    /// The sink has taken charge of `records`.
    pub(crate) fn accept(&self, records: u64) {
        self.accepted.fetch_add(records, Relaxed);
    }

    /// They have arrived.
    pub(crate) fn export(&self, records: u64) {
        self.exported.fetch_add(records, Relaxed);
    }

    /// They are lost.
    pub(crate) fn lose(&self, reason: DropReason, records: u64) {
        self.dropped[reason as usize].fetch_add(records, Relaxed);
    }

    /// One attempt failed.
    pub(crate) fn fail(&self, reason: DropReason) {
        self.failures[reason as usize].fetch_add(1, Relaxed);
    }

    /// There is a queue for so many records, and a thread that empties it.
    pub(crate) fn start_worker(&self, capacity: u64) {
        self.queue.capacity.store(capacity, Relaxed);
        self.queue.worker.store(ALIVE, Relaxed);
    }

    /// That thread has ended.
    pub(crate) fn end_worker(&self) {
        self.queue.worker.store(ENDED, Relaxed);
    }

    /// So many bytes wait in the queue, and so many records are being sent.
    pub(crate) fn set_queue(&self, bytes: u64, in_flight: u64) {
        self.queue.bytes.store(bytes, Relaxed);
        self.queue.in_flight.store(in_flight, Relaxed);
    }

    pub(crate) fn queue_bytes(&self) -> u64 {
        self.queue.bytes.load(Relaxed)
    }

    /// In records; 0 where there is no queue.
    pub(crate) fn queue_capacity(&self) -> u64 {
        self.queue.capacity.load(Relaxed)
    }

    pub(crate) fn in_flight(&self) -> u64 {
        self.queue.in_flight.load(Relaxed)
    }

    /// Whether the thread that empties the queue is there; `None` where there is none to be.
    pub(crate) fn worker_alive(&self) -> Option<bool> {
        match self.queue.worker.load(Relaxed) {
            NO_WORKER => None,
            state => Some(state == ALIVE),
        }
    }

    /// One attempt is made again.
    pub(crate) fn retry(&self) {
        self.retries.fetch_add(1, Relaxed);
    }

    /// An attempt has succeeded.
    pub(crate) fn succeed(&self) {
        let age = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        self.last_success.store(age.as_secs(), Relaxed);
    }

    /// When the last attempt succeeded, in seconds since the Unix epoch; 0 if none has.
    pub(crate) fn last_success(&self) -> u64 {
        self.last_success.load(Relaxed)
    }

    pub(crate) fn accepted(&self) -> u64 {
        self.accepted.load(Relaxed)
    }

    pub(crate) fn exported(&self) -> u64 {
        self.exported.load(Relaxed)
    }

    pub(crate) fn failures(&self, reason: DropReason) -> u64 {
        self.failures[reason as usize].load(Relaxed)
    }

    pub(crate) fn retries(&self) -> u64 {
        self.retries.load(Relaxed)
    }

    pub(crate) fn dropped(&self, reason: DropReason) -> u64 {
        self.dropped[reason as usize].load(Relaxed)
    }

    /// Accepted, and neither arrived nor lost yet.
    pub(crate) fn queued(&self) -> u64 {
        let lost: u64 = DropReason::ALL.iter().map(|reason| self.dropped(*reason)).sum();
        self.accepted().saturating_sub(self.exported() + lost)
    }
}
