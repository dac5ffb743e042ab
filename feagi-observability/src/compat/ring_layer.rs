//! The last log records, kept in memory.
//!
//! [`init_logging`](crate::init_logging) fills the ring that [`global_ring`] returns, so that an endpoint such as
//! FEAGI's `/v1/system/log_tail` can answer without reading files. The ring holds
//! `FEAGI_LOG_RING_BUFFER_CAPACITY` records, 2,000 unless told otherwise; 0 switches it off.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use serde::Serialize;
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

use crate::compat::capture::Captured;

/// Records that the ring holds when [`CAPACITY_ENV_VAR`] does not say.
pub const DEFAULT_CAPACITY: usize = 2_000;

/// The environment variable that holds the ring's capacity; `0` switches the ring off.
pub const CAPACITY_ENV_VAR: &str = "FEAGI_LOG_RING_BUFFER_CAPACITY";

/// One log record.
#[derive(Debug, Clone, Serialize)]
pub struct LogRecord {
    /// Milliseconds since 1970, UTC.
    pub timestamp_ms: i64,
    /// `TRACE`, `DEBUG`, `INFO`, `WARN` or `ERROR`.
    pub level: String,
    /// The event's target: the module path unless the call names another.
    pub target: String,
    /// The source file, empty where it is not known.
    pub file: String,
    /// The line in the source file, 0 where it is not known.
    pub line: u32,
    /// The message without the other fields.
    pub message: String,
    /// The other fields as an object, absent where there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fields: Option<serde_json::Value>,
}

/// A bounded list of log records; a new one takes the place of the oldest.
///
/// ```
/// use feagi_observability::{LogRecord, LogRingBuffer};
///
/// let ring = LogRingBuffer::new(100);
/// ring.push(LogRecord {
///     timestamp_ms: 1_700_000_000_000,
///     level: "WARN".into(),
///     target: "feagi-api".into(),
///     file: "src/server.rs".into(),
///     line: 10,
///     message: "slow request".into(),
///     fields: None,
/// });
/// assert_eq!(ring.snapshot(None, Some("warn"), Some("feagi"), Some(50), Some("SLOW")).len(), 1);
/// ```
pub struct LogRingBuffer {
    records: Mutex<VecDeque<Arc<LogRecord>>>,
    capacity: usize,
}

impl LogRingBuffer {
    /// A ring for `capacity` records; with 0 it stays empty.
    pub fn new(capacity: usize) -> Self {
        Self { records: Mutex::new(VecDeque::with_capacity(capacity.min(64))), capacity }
    }

    /// The greatest number of records that the ring holds.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Adds a record and drops the oldest one when the ring is full.
    pub fn push(&self, record: LogRecord) {
        if self.capacity == 0 {
            return;
        }
        let record = Arc::new(record);
        let mut records = self.lock();
        let oldest = if records.len() >= self.capacity { records.pop_front() } else { None };
        records.push_back(record);
        // Freed after the lock is, because other threads that log wait for it.
        drop(records);
        drop(oldest);
    }

    /// The records that pass every given condition, oldest first.
    ///
    /// - `since_ts_ms`: not older than this
    /// - `min_level`: at least this severe, in any case of letters; an unknown level passes everything
    /// - `target_prefix`: the target starts with this
    /// - `limit`: this many at most, the newest ones
    /// - `message_contains`: the message contains this, in any case of letters; blank passes everything
    pub fn snapshot(
        &self,
        since_ts_ms: Option<i64>,
        min_level: Option<&str>,
        target_prefix: Option<&str>,
        limit: Option<usize>,
        message_contains: Option<&str>,
    ) -> Vec<LogRecord> {
        let min_rank = min_level.and_then(rank);
        let needle = message_contains.map(|text| text.trim().to_lowercase()).filter(|text| !text.is_empty());
        let passes = |record: &&Arc<LogRecord>| {
            since_ts_ms.is_none_or(|since| record.timestamp_ms >= since)
                && min_rank.is_none_or(|min| rank(&record.level).is_none_or(|rank| rank >= min))
                && target_prefix.is_none_or(|prefix| record.target.starts_with(prefix))
                && needle.as_ref().is_none_or(|needle| record.message.to_lowercase().contains(needle))
        };
        // Only pointers are copied under the lock; threads that log do not wait for the search.
        let records: Vec<Arc<LogRecord>> = self.lock().iter().cloned().collect();
        let newest = records.iter().rev().filter(passes).take(limit.unwrap_or(usize::MAX));
        let mut found: Vec<LogRecord> = newest.map(|record| LogRecord::clone(record)).collect();
        found.reverse();
        found
    }

    /// Removes all records.
    pub fn clear(&self) {
        let removed = std::mem::take(&mut *self.lock());
        drop(removed);
    }

    /// A thread that panicked while it held the lock left the list whole: each change of it is one call.
    fn lock(&self) -> MutexGuard<'_, VecDeque<Arc<LogRecord>>> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The order of the levels, `None` for a name that is not one.
fn rank(level: &str) -> Option<usize> {
    const ORDER: [&str; 5] = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR"];
    let level = if level.eq_ignore_ascii_case("WARNING") { "WARN" } else { level };
    ORDER.iter().position(|name| level.eq_ignore_ascii_case(name))
}

/// A `tracing` layer that puts every event into a ring.
pub struct RingBufferLayer {
    buffer: Arc<LogRingBuffer>,
}

impl RingBufferLayer {
    /// A layer that fills `buffer`.
    pub fn new(buffer: Arc<LogRingBuffer>) -> Self {
        Self { buffer }
    }
}

impl<S: Subscriber> Layer<S> for RingBufferLayer {
    fn on_event(&self, event: &Event<'_>, _ctx: Context<'_, S>) {
        if self.buffer.capacity() > 0 {
            self.buffer.push(Captured::read(event).into_record());
        }
    }
}

static GLOBAL_RING: OnceLock<Arc<LogRingBuffer>> = OnceLock::new();

/// Makes the ring of this process, and returns it. A second call returns the first ring, whatever its capacity.
pub fn install_global_ring(capacity: usize) -> Arc<LogRingBuffer> {
    Arc::clone(GLOBAL_RING.get_or_init(|| Arc::new(LogRingBuffer::new(capacity))))
}

/// The capacity that [`CAPACITY_ENV_VAR`] asks for, [`DEFAULT_CAPACITY`] where it is not a number.
pub fn capacity_from_env() -> usize {
    std::env::var(CAPACITY_ENV_VAR).ok().and_then(|text| text.parse().ok()).unwrap_or(DEFAULT_CAPACITY)
}

/// The ring of this process, once [`install_global_ring`] or `init_logging` has made it.
pub fn global_ring() -> Option<Arc<LogRingBuffer>> {
    GLOBAL_RING.get().cloned()
}
