//! The recent past: the last records, whatever became of them elsewhere, to be looked up by trace.
//!
//! The collector keeps them as they came from the rings, and gives the place of the oldest to the newest; they are decoded when somebody
//! asks. Lines and spans without one have a shelf each, so that calls whose lines are limited do not push the log out.

mod shelf;

use super::decode::Raw;
use super::entry::{Entry, EntryKind};
use super::numbered::numbered;
use crate::context::{SpanId, TraceId};
use crate::instrument::{Level, Outcome, ThreadInfo, Value};
use shelf::{Kept, Shelf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

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
    /// Whether it is a guess that it stands in this trace; see [`Context::is_inferred`](crate::Context::is_inferred).
    pub is_inferred: bool,
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

/// A copy of a record that the store has, as outputs see records.
pub(crate) struct WholeRecord(Kept);

impl WholeRecord {
    pub(crate) fn entry(&self) -> Entry<'_> {
        self.0.entry()
    }
}

/// The store; all threads may ask, the collector alone keeps.
pub(crate) struct Recent {
    most: usize,
    kept: Mutex<Shelves>,
}

struct Shelves {
    lines: Shelf,
    /// Those that are no lines.
    spans: Shelf,
}

impl Recent {
    /// Keeps so many lines, and so many spans besides.
    pub(crate) fn new(most: usize) -> Self {
        let kept = Shelves { lines: Shelf::new(most), spans: Shelf::new(most) };
        Recent { most, kept: Mutex::new(kept) }
    }

    /// How many lines it keeps.
    pub(crate) fn capacity(&self) -> usize {
        self.most
    }

    fn lock(&self) -> MutexGuard<'_, Shelves> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn keep(&self, raw: &Raw, is_line: bool, fields: &[u8], thread: &Arc<ThreadInfo>) {
        if self.most == 0 || !(is_line || raw.is_span()) {
            return;
        }
        let mut kept = self.lock();
        let shelf = if is_line { &mut kept.lines } else { &mut kept.spans };
        shelf.keep(raw, fields, thread);
    }

    /// The records of a trace, in the order of their beginnings.
    pub(crate) fn of_trace(&self, trace_id: TraceId) -> Vec<RecentRecord> {
        let kept = self.lock();
        let lines = kept.lines.of_trace(trace_id).map(|line| line.record(true));
        let mut found: Vec<RecentRecord> = lines.collect();
        found.extend(kept.spans.of_trace(trace_id).map(|span| span.record(false)));
        drop(kept);
        // The latest came first; of what began at once the one that came first is to be the first.
        found.reverse();
        found.sort_by_key(|record| record.start);
        found
    }

    /// The spans and foreign log records of a trace, in the order in which they ended.
    pub(crate) fn whole_trace(&self, trace_id: TraceId) -> Vec<WholeRecord> {
        let kept = self.lock();
        let (lines, spans) = (kept.lines.of_trace(trace_id), kept.spans.of_trace(trace_id));
        let whole = lines.chain(spans).filter(|kept| kept.is_span() || kept.is_log());
        let mut found: Vec<WholeRecord> = whole.cloned().map(WholeRecord).collect();
        drop(kept);
        // The latest came first, as in `of_trace`.
        found.reverse();
        found.sort_by_key(|record| record.0.end());
        found
    }

    /// The last `count` log lines, in the order in which they were written.
    pub(crate) fn last_lines(&self, count: usize) -> Vec<RecentRecord> {
        let kept = self.lock();
        let mut found: Vec<RecentRecord> =
            kept.lines.latest().take(count).map(|line| line.record(true)).collect();
        drop(kept);
        found.reverse();
        found
    }

    /// The last `count` of the log lines that `make` makes something of, in the order in which they were written.
    pub(crate) fn select_lines<T>(&self, count: usize, make: impl Fn(&Entry<'_>) -> Option<T>) -> Vec<T> {
        let kept = self.lock();
        let mut found: Vec<T> =
            kept.lines.latest().filter_map(|line| make(&line.entry())).take(count).collect();
        drop(kept);
        found.reverse();
        found
    }

    /// Forgets the lines.
    pub(crate) fn clear_lines(&self) {
        self.lock().lines.clear();
    }
}

impl Kept {
    fn record(&self, is_line: bool) -> RecentRecord {
        RecentRecord { is_line, is_span: self.is_span(), ..RecentRecord::new(&self.entry()) }
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
            is_inferred: entry.inferred,
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
