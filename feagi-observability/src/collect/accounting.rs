//! Exact counts of what became of every record. Plain atomics: readable while everything else is broken.
//!
//! At rest, for each sink: `accepted = enqueued + dropped before the queue` and
//! `enqueued = exported + dropped after it + queued`.

use crate::sync::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
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
    failures: AtomicU64,
    retries: AtomicU64,
    /// Seconds since the Unix epoch.
    last_success: AtomicU64,
    dropped: [AtomicU64; DropReason::ALL.len()],
}

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
    pub(crate) fn fail(&self) {
        self.failures.fetch_add(1, Relaxed);
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

    pub(crate) fn failures(&self) -> u64 {
        self.failures.load(Relaxed)
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
