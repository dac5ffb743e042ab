//! The recent past: the last records, whatever became of them elsewhere, to be looked up by trace.
//!
//! The collector keeps them as they came from the rings, and gives the place of the oldest to the newest; they are decoded when somebody
//! asks. Bounded by number, and by bytes.

use super::decode::Raw;
use super::entry::{Entry, EntryKind};
use super::numbered::numbered;
use crate::context::{SpanId, TraceId};
use crate::instrument::{Level, Outcome, ThreadInfo, Value};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

/// However many records are asked for, their fields take no more than this.
const MAX_BYTES: usize = 16 << 20;

/// What a record was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RecentKind {
    /// An observed call that has ended.
    Call,
    /// One of our events, such as `burst_info!`.
    Event,
    /// A `tracing` event or `log` record of another crate.
    Log,
    /// A `tracing` span of another crate that has ended.
    Span,
}

/// A field's value.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum RecentValue {
    /// True or false.
    Bool(bool),
    /// A signed integer.
    I64(i64),
    /// An unsigned integer.
    U64(u64),
    /// A float.
    F64(f64),
    /// A text, also of what was recorded by `Display` or `Debug`.
    Text(String),
}

/// One record of the recent past, as [`ObservabilityManager::recent`](crate::ObservabilityManager::recent) and
/// [`trace`](crate::ObservabilityManager::trace) return it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct RecentRecord {
    /// What it was.
    pub kind: RecentKind,
    /// Whether it was handed to the log's outputs.
    pub is_line: bool,
    /// Whether it was handed to the outputs of spans.
    pub is_span: bool,
    /// The name of the call, event or span.
    pub name: String,
    /// Its target.
    pub target: String,
    /// Its level.
    pub level: Level,
    /// The text of the line, where it has one.
    pub message: Option<String>,
    /// Its trace; `None` outside of any.
    pub trace_id: Option<TraceId>,
    /// Its span; of a log the one that it was written in.
    pub span_id: Option<SpanId>,
    /// The span around it; `None` for a root and for logs.
    pub parent_id: Option<SpanId>,
    /// The caller's request id.
    pub request_id: Option<String>,
    /// When it began; of a log when it was written.
    pub start: SystemTime,
    /// How long it took; zero for events and logs.
    pub duration: Duration,
    /// How the call ended; `Ok` for all that is no call.
    pub outcome: Outcome,
    /// The text of the error that it ended in.
    pub error: Option<String>,
    /// The name of the thread that it ended on; empty where it has none.
    pub thread: String,
    /// Its fields, in the order in which they were recorded.
    pub fields: Vec<(String, RecentValue)>,
}

struct Kept {
    raw: Raw,
    /// Whether the log has it.
    is_line: bool,
    bytes: Vec<u8>,
    thread: Arc<ThreadInfo>,
}

/// A copy of a record that the store has, as outputs see records.
pub(crate) struct WholeRecord(Kept);

impl WholeRecord {
    pub(crate) fn entry(&self) -> Entry<'_> {
        self.0.raw.entry(&self.0.bytes, &self.0.thread)
    }
}

impl Clone for Kept {
    fn clone(&self) -> Self {
        let (bytes, thread) = (self.bytes.clone(), Arc::clone(&self.thread));
        Kept { raw: self.raw.alone(), is_line: self.is_line, bytes, thread }
    }
}

// SAFETY: the one pointer in it leads to a site or to `tracing` metadata: statics, which are shared by all threads.
unsafe impl Send for Kept {}

/// The store; all threads may ask, the collector alone keeps.
pub(crate) struct Recent {
    most: usize,
    kept: Mutex<Store>,
}

#[derive(Default)]
struct Store {
    /// The oldest first, as the collector has come to see them.
    records: VecDeque<Kept>,
    bytes: usize,
}

impl Recent {
    /// Keeps so many records.
    pub(crate) fn new(most: usize) -> Self {
        Recent { most, kept: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, Store> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn keep(&self, raw: &Raw, is_line: bool, fields: &[u8], thread: &Arc<ThreadInfo>) {
        if self.most == 0 || !(is_line || raw.is_span()) {
            return;
        }
        let mut store = self.lock();
        let mut spare = Vec::new();
        while store.records.len() >= self.most || store.bytes + fields.len() > MAX_BYTES {
            let Some(oldest) = store.records.pop_front() else { break };
            store.bytes -= oldest.bytes.len();
            spare = oldest.bytes;
        }
        spare.clear();
        spare.extend_from_slice(fields);
        store.bytes += spare.len();
        store.records.push_back(Kept { raw: raw.alone(), is_line, bytes: spare, thread: Arc::clone(thread) });
    }

    /// The records of a trace, in the order of their beginnings.
    pub(crate) fn of_trace(&self, trace_id: TraceId) -> Vec<RecentRecord> {
        let store = self.lock();
        let of_trace = store.records.iter().filter(|kept| kept.raw.header.trace_id == trace_id);
        let mut found: Vec<RecentRecord> = of_trace.map(Kept::record).collect();
        drop(store);
        found.sort_by_key(|record| record.start);
        found
    }

    /// The spans and foreign log records of a trace, in the order in which they ended.
    pub(crate) fn whole_trace(&self, trace_id: TraceId) -> Vec<WholeRecord> {
        let store = self.lock();
        let of_trace = store.records.iter().filter(|kept| kept.raw.header.trace_id == trace_id);
        let whole = of_trace.filter(|kept| kept.raw.is_span() || kept.raw.is_log());
        whole.map(|kept| WholeRecord(kept.clone())).collect()
    }

    /// The last `count` log lines, in the order in which they were written.
    pub(crate) fn last_lines(&self, count: usize) -> Vec<RecentRecord> {
        let store = self.lock();
        let lines = store.records.iter().rev().filter(|kept| kept.is_line).take(count);
        let mut found: Vec<RecentRecord> = lines.map(Kept::record).collect();
        found.reverse();
        found
    }
}

impl Kept {
    fn record(&self) -> RecentRecord {
        let entry = self.raw.entry(&self.bytes, &self.thread);
        RecentRecord { is_line: self.is_line, is_span: self.raw.is_span(), ..RecentRecord::new(&entry) }
    }
}

impl RecentRecord {
    fn new(entry: &Entry<'_>) -> Self {
        RecentRecord {
            kind: match entry.kind {
                // A poll is a part of a call, and not kept.
                EntryKind::Call | EntryKind::Poll => RecentKind::Call,
                EntryKind::Event => RecentKind::Event,
                EntryKind::Log => RecentKind::Log,
                EntryKind::Span => RecentKind::Span,
            },
            is_line: false,
            is_span: false,
            name: entry.name.to_owned(),
            target: entry.target.to_owned(),
            level: entry.level,
            message: entry.message.map(str::to_owned),
            trace_id: Some(entry.trace_id).filter(|id| id.is_valid()),
            span_id: Some(entry.span_id).filter(|id| id.is_valid()),
            parent_id: Some(entry.parent_id).filter(|id| id.is_valid()),
            request_id: entry.fields.request_id().map(str::to_owned),
            start: SystemTime::UNIX_EPOCH + Duration::from_nanos(entry.start),
            duration: Duration::from_nanos(entry.duration),
            outcome: entry.outcome,
            error: entry.fields.error().map(str::to_owned),
            thread: entry.thread.name.clone(),
            fields: numbered(entry.fields).map(|field| (field.key.to_owned(), field.value.into())).collect(),
        }
    }
}

impl From<Value<'_>> for RecentValue {
    fn from(value: Value<'_>) -> Self {
        match value {
            Value::Bool(value) => RecentValue::Bool(value),
            Value::I64(value) => RecentValue::I64(value),
            Value::U64(value) => RecentValue::U64(value),
            Value::F64(value) => RecentValue::F64(value),
            Value::Str(value) => RecentValue::Text(value.to_owned()),
        }
    }
}
