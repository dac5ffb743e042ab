//! One record as trace events.

use super::SEPARATOR;
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
}

impl Origin {
    /// Names the process; the first event of a file, so no separator.
    pub(super) fn process_name(&self, name: &str, out: &mut Vec<u8>) {
        self.metadata("process_name", 0, name, out);
    }

    pub(super) fn thread_name(&self, thread: &ThreadInfo, out: &mut Vec<u8>) {
        self.metadata("thread_name", thread.id, &thread.name, out);
    }

    fn metadata(&self, what: &str, tid: u64, name: &str, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"name\":");
        append_string(what, out);
        out.extend_from_slice(b",\"ph\":\"M\",\"ts\":0");
        self.place(tid, out);
        out.extend_from_slice(b",\"args\":{\"name\":");
        append_string(name, out);
        out.extend_from_slice(b"}}");
    }

    /// The events of one record, each after a separator.
    pub(super) fn record(&self, entry: &Entry<'_>, out: &mut Vec<u8>) {
        // A call that began before the file did is shown from the file's beginning.
        let start = entry.start.saturating_sub(self.start);
        let end = entry.end().saturating_sub(self.start);
        match (entry.kind, entry.is_async) {
            (EntryKind::Event | EntryKind::Log, _) => {
                self.head(entry, "i\",\"s\":\"t", start, out);
            }
            (EntryKind::Call | EntryKind::Span, false) => {
                self.head(entry, "X", start, out);
                out.extend_from_slice(b",\"dur\":");
                append_thousandths(end - start, out);
            }
            (EntryKind::Call | EntryKind::Span, true) => {
                self.head(entry, "b", start, out);
                pair_id(entry, out);
                args(entry, out);
                out.push(b'}');
                self.head(entry, "e", end, out);
                pair_id(entry, out);
            }
        }
        if !entry.is_async {
            args(entry, out);
        }
        out.push(b'}');
    }

    /// Separator, name, category, phase, time and place; the object is left open.
    fn head(&self, entry: &Entry<'_>, phase: &str, nanos: u64, out: &mut Vec<u8>) {
        out.extend_from_slice(SEPARATOR);
        out.extend_from_slice(b"{\"name\":");
        append_string(entry.name, out);
        out.extend_from_slice(b",\"cat\":");
        append_string(entry.target, out);
        out.extend_from_slice(b",\"ph\":\"");
        out.extend_from_slice(phase.as_bytes());
        out.extend_from_slice(b"\",\"ts\":");
        append_thousandths(nanos, out);
        self.place(entry.thread.id, out);
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

/// Ids, outcome, texts, and the fields in an object of their own, so that they cannot meet the rest.
fn args(entry: &Entry<'_>, out: &mut Vec<u8>) {
    out.extend_from_slice(b",\"args\":{\"trace_id\":\"");
    append_hex(&entry.trace_id.to_bytes(), out);
    out.extend_from_slice(b"\",\"span_id\":\"");
    append_hex(&entry.span_id.to_bytes(), out);
    out.push(b'"');
    if entry.parent_id.is_valid() {
        out.extend_from_slice(b",\"parent_id\":\"");
        append_hex(&entry.parent_id.to_bytes(), out);
        out.push(b'"');
    }
    if let Some(request_id) = entry.fields.request_id() {
        out.extend_from_slice(b",\"request_id\":");
        append_string(request_id, out);
    }
    append_links("follows_from", entry.fields, out);
    if entry.kind == EntryKind::Call {
        out.extend_from_slice(b",\"outcome\":");
        append_string(entry.outcome.as_str(), out);
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
        out.extend_from_slice(b",\"message\":");
        append_string(message, out);
    }
    if let Some(error) = entry.fields.error() {
        out.extend_from_slice(b",\"error\":");
        append_string(error, out);
    }
    if entry.fields.iter().next().is_some() {
        out.extend_from_slice(b",\"fields\":");
        append_fields(entry.fields, out);
    }
    out.push(b'}');
}
