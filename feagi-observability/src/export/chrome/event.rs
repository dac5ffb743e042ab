//! One record as trace events.

use super::events::{Detail, Events};
use crate::collect::{Entry, EntryKind};
use crate::instrument::ThreadInfo;
use crate::logging::format::{
    append_fields, append_hex, append_links, append_string, append_thousandths, append_u64,
};

/// What all events of a file share.
pub(super) struct Origin {
    pub(super) pid: u64,
    /// Time zero, in nanoseconds since the Unix epoch.
    pub(super) start: u64,
    /// The same moment in nanoseconds of the monotonic clock, by which other tools record.
    pub(super) monotonic: u64,
}

impl Origin {
    /// Names the process; the first event of a file.
    pub(super) fn process_name(&self, name: &str, out: &mut Vec<u8>) {
        self.metadata("process_name", 0, name, out);
    }

    pub(super) fn thread_name(&self, thread: &ThreadInfo, out: &mut Vec<u8>) {
        self.metadata("thread_name", thread.id, &thread.name, out);
    }

    fn metadata(&self, what: &str, tid: u64, name: &str, out: &mut Vec<u8>) {
        self.open_metadata(what, tid, out);
        out.extend_from_slice(b"\"name\":");
        append_string(Detail::Brief.cut(name), out);
        out.extend_from_slice(b"}}");
    }

    /// Says which moments of the other clocks time zero is.
    pub(super) fn clocks(&self, out: &mut Vec<u8>) {
        self.open_metadata("time_zero", 0, out);
        out.extend_from_slice(b"\"unix_ns\":\"");
        append_u64(self.start, out);
        out.extend_from_slice(b"\",\"monotonic_ns\":\"");
        append_u64(self.monotonic, out);
        out.extend_from_slice(b"\"}}");
    }

    fn open_metadata(&self, what: &str, tid: u64, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"name\":\"");
        out.extend_from_slice(what.as_bytes());
        out.extend_from_slice(b"\",\"ph\":\"M\",\"ts\":0");
        self.place(tid, out);
        out.extend_from_slice(b",\"args\":{");
    }

    /// A moment of the Unix epoch in the file's time. What began before the file did is shown from its beginning.
    pub(super) fn time(&self, nanos: u64) -> u64 {
        nanos.saturating_sub(self.start)
    }

    /// The events of one record.
    pub(super) fn record(&self, entry: &Entry<'_>, events: &mut Events) {
        let (start, end) = (self.time(entry.start), self.time(entry.end()));
        match (entry.kind, entry.is_async) {
            (EntryKind::Event | EntryKind::Log, _) => events.add(|detail, out| {
                self.head(entry, "i", start, detail, out);
                out.extend_from_slice(b",\"s\":\"t\"");
                args(entry, detail, out);
            }),
            (EntryKind::Poll, _) | (EntryKind::Call | EntryKind::Span, false) => events.add(|detail, out| {
                self.head(entry, "X", start, detail, out);
                out.extend_from_slice(b",\"dur\":");
                append_thousandths(end - start, out);
                args(entry, detail, out);
            }),
            (EntryKind::Call | EntryKind::Span, true) => {
                events.add(|detail, out| {
                    self.head(entry, "b", start, detail, out);
                    pair_id(entry, out);
                    args(entry, detail, out);
                });
                events.add(|detail, out| {
                    self.head(entry, "e", end, detail, out);
                    pair_id(entry, out);
                    out.push(b'}');
                });
            }
        }
    }

    /// Name, category, phase, time and place; the object is left open.
    fn head(&self, entry: &Entry<'_>, phase: &str, nanos: u64, detail: Detail, out: &mut Vec<u8>) {
        // The name of a log record's callsite is where it stands.
        let name = if entry.kind == EntryKind::Log { entry.text() } else { entry.name };
        let name = if entry.kind == EntryKind::Log { Detail::Brief.cut(name) } else { detail.cut(name) };
        self.open(name, detail.cut(entry.target), phase, nanos, entry.thread.id, out);
    }

    /// The same for what is not a record.
    pub(super) fn open(
        &self,
        name: &str,
        category: &str,
        phase: &str,
        nanos: u64,
        tid: u64,
        out: &mut Vec<u8>,
    ) {
        out.extend_from_slice(b"{\"name\":");
        append_string(name, out);
        out.extend_from_slice(b",\"cat\":");
        append_string(category, out);
        out.extend_from_slice(b",\"ph\":\"");
        out.extend_from_slice(phase.as_bytes());
        out.extend_from_slice(b"\",\"ts\":");
        append_thousandths(nanos, out);
        self.place(tid, out);
    }

    fn place(&self, tid: u64, out: &mut Vec<u8>) {
        out.extend_from_slice(b",\"pid\":");
        append_u64(self.pid, out);
        out.extend_from_slice(b",\"tid\":");
        append_u64(tid, out);
    }
}

/// Begin and end of an async call find each other by it.
fn pair_id(entry: &Entry<'_>, out: &mut Vec<u8>) {
    out.extend_from_slice(b",\"id\":\"0x");
    append_hex(&entry.span_id.to_bytes(), out);
    out.push(b'"');
}

/// Ids, outcome, texts, and the fields in an object of their own, so that they cannot meet the rest. Closes the event.
fn args(entry: &Entry<'_>, detail: Detail, out: &mut Vec<u8>) {
    out.extend_from_slice(b",\"args\":{");
    let start = out.len();
    ids(entry, out);
    match entry.kind {
        EntryKind::Poll => out.extend_from_slice(b",\"poll\":true"),
        EntryKind::Call => text("outcome", entry.outcome.as_str(), out),
        EntryKind::Log => text("level", entry.level.as_str(), out),
        EntryKind::Event | EntryKind::Span => {}
    }
    if entry.partial {
        out.extend_from_slice(b",\"obs.partial\":true");
    }
    if entry.inferred {
        out.extend_from_slice(b",\"obs.context\":\"inferred\"");
    }
    if entry.over_budget {
        out.extend_from_slice(b",\"over_budget\":true");
    }
    if let Some(message) = entry.message {
        text("message", detail.cut(message), out);
    }
    if let Some(error) = entry.fields.error() {
        text("error", detail.cut(error), out);
    }
    if detail == Detail::Full {
        said(entry, out);
    } else {
        out.extend_from_slice(b",\"truncated\":true");
    }
    // Each member begins with a comma; the first is to have none.
    if out.get(start) == Some(&b',') {
        out.remove(start);
    }
    out.extend_from_slice(b"}}");
}

/// A log outside of any call has none.
fn ids(entry: &Entry<'_>, out: &mut Vec<u8>) {
    let mut id = |key: &str, bytes: &[u8]| {
        out.extend_from_slice(b",\"");
        out.extend_from_slice(key.as_bytes());
        out.extend_from_slice(b"\":\"");
        append_hex(bytes, out);
        out.push(b'"');
    };
    if entry.trace_id.is_valid() {
        id("trace_id", &entry.trace_id.to_bytes());
    }
    if entry.span_id.is_valid() {
        id("span_id", &entry.span_id.to_bytes());
    }
    if entry.parent_id.is_valid() {
        id("parent_id", &entry.parent_id.to_bytes());
    }
}

/// What others have said of the record, which may be long.
fn said(entry: &Entry<'_>, out: &mut Vec<u8>) {
    if let Some(request_id) = entry.fields.request_id() {
        text("request_id", request_id, out);
    }
    append_links("follows_from", entry.fields, out);
    if entry.fields.iter().next().is_some() {
        out.extend_from_slice(b",\"fields\":");
        append_fields(entry.fields, out);
    }
}

fn text(key: &str, text: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(b",\"");
    out.extend_from_slice(key.as_bytes());
    out.extend_from_slice(b"\":");
    append_string(text, out);
}
