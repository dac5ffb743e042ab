//! The last log records, kept in memory.
//!
//! [`global_ring`] returns them, so that an endpoint such as FEAGI's `/v1/system/log_tail` can answer without reading files.
//!
//! [`init_logging`](crate::init_logging) fills a ring of `FEAGI_LOG_RING_BUFFER_CAPACITY` records, 2,000 unless told otherwise; 0 switches
//! it off. After [`init_observability`](crate::init_observability) the ring shows what the recent store holds: the lines of calls, of events
//! and of other crates, as many as `logging.recent` says, which `FEAGI_LOG_RING_BUFFER_CAPACITY` sets where the configuration is made by
//! [`load`](crate::ObservabilityConfig::load) or [`from_env`](crate::ObservabilityConfig::from_env); with 0 there is no ring. Nothing is
//! kept twice for it. A ring that was there before stays, and stays what it was.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use serde::Serialize;
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

use crate::collect::Recent;
use crate::compat::capture::Captured;
use crate::compat::recent_lines::record_of;
use crate::compat::search::Search;

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
    /// The other fields as an object, absent where there are none. Lines of the recent store have `trace_id`, `span_id`, `request_id` and
    /// so on in it, as they are; a field of the caller's with such a name is then `trace_id#2`.
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
    /// Shown besides what was pushed.
    recent: Option<Arc<Recent>>,
}

impl LogRingBuffer {
    /// A ring for `capacity` records; with 0 it stays empty.
    pub fn new(capacity: usize) -> Self {
        Self { records: Mutex::new(VecDeque::with_capacity(capacity.min(64))), capacity, recent: None }
    }

    /// A ring that shows the lines of the recent store.
    fn of_recent(recent: Arc<Recent>) -> Self {
        Self { records: Mutex::default(), capacity: recent.capacity(), recent: Some(recent) }
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
        let search = Search::new(since_ts_ms, min_level, target_prefix, message_contains);
        let limit = limit.unwrap_or(usize::MAX).min(self.capacity);
        let passes = |record: &&Arc<LogRecord>| {
            search.passes(record.timestamp_ms, &record.level, &record.target, &record.message)
        };
        // Only pointers are copied under the lock; threads that log do not wait for the search.
        let records: Vec<Arc<LogRecord>> = self.lock().iter().cloned().collect();
        let newest = records.iter().rev().filter(passes).take(limit);
        let mut found: Vec<LogRecord> = newest.map(|record| LogRecord::clone(record)).collect();
        found.reverse();
        let Some(recent) = &self.recent else { return found };
        let lines = recent.select_lines(limit, |entry| record_of(entry, &search));
        if found.is_empty() {
            return lines;
        }
        found.extend(lines);
        found.sort_by_key(|record| record.timestamp_ms);
        found.split_off(found.len().saturating_sub(limit))
    }

    /// Removes all records.
    pub fn clear(&self) {
        let removed = std::mem::take(&mut *self.lock());
        drop(removed);
        if let Some(recent) = &self.recent {
            recent.clear_lines();
        }
    }

    /// A thread that panicked while it held the lock left the list whole: each change of it is one call.
    fn lock(&self) -> MutexGuard<'_, VecDeque<Arc<LogRecord>>> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }
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

/// The capacity that [`CAPACITY_ENV_VAR`] asks for, [`DEFAULT_CAPACITY`] where it is not a number. That of `init_logging`'s ring; after
/// `init_observability` [`LogRingBuffer::capacity`] of the [`global_ring`] is `logging.recent`.
pub fn capacity_from_env() -> usize {
    std::env::var(CAPACITY_ENV_VAR).ok().and_then(|text| text.parse().ok()).unwrap_or(DEFAULT_CAPACITY)
}

/// Has the ring of this process show the recent store, unless there is a ring already.
pub(crate) fn show_recent(recent: &Arc<Recent>) {
    if recent.capacity() > 0 {
        GLOBAL_RING.get_or_init(|| Arc::new(LogRingBuffer::of_recent(Arc::clone(recent))));
    }
}

/// The ring of this process, once [`install_global_ring`], `init_logging` or `init_observability` has made it.
pub fn global_ring() -> Option<Arc<LogRingBuffer>> {
    GLOBAL_RING.get().cloned()
}
