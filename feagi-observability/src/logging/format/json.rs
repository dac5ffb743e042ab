//! One JSON object (RFC 8259) a line. The record's own fields stand under `fields`, so that they cannot meet our keys.
//!
//! What a record does not have is left out. A number that is not finite is a string, because JSON has none. Of fields
//! with the same key the second is `key#2`, because parsers disagree on duplicates.

use super::escape::{Quotes, escape};
use super::number::{append_f64, append_hex, append_i64, append_u64};
use super::timestamp;
use crate::collect::{Entry, EntryKind, NumberedField, numbered};
use crate::instrument::{Fields, Value};

pub(super) fn append(entry: &Entry<'_>, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"timestamp\":\"");
    timestamp::append(entry.end(), out);
    out.extend_from_slice(b"\",\"level\":\"");
    out.extend_from_slice(entry.level.as_str().as_bytes());
    out.extend_from_slice(b"\",\"target\":");
    append_string(entry.target, out);
    member("message", entry.text(), out);
    span(entry, out);
    if entry.kind == EntryKind::Call {
        out.extend_from_slice(b",\"outcome\":\"");
        out.extend_from_slice(entry.outcome.as_str().as_bytes());
        out.extend_from_slice(b"\",\"duration_ns\":");
        append_u64(entry.duration, out);
    }
    origin(entry, out);
    out.extend_from_slice(b",\"fields\":");
    append_fields(entry.fields, out);
    if let Some(error) = entry.fields.error() {
        member("error", error, out);
    }
    if entry.over_budget {
        out.extend_from_slice(b",\"over_budget\":true");
    }
    if entry.suppressed > 0 {
        out.extend_from_slice(b",\"suppressed\":");
        append_u64(entry.suppressed, out);
    }
    if entry.truncated {
        out.extend_from_slice(b",\"truncated\":true");
    }
    out.push(b'}');
}

/// The span's own name, or for a log that of the span around it; and the ids.
fn span(entry: &Entry<'_>, out: &mut Vec<u8>) {
    match entry.kind {
        EntryKind::Log if entry.span_name.is_empty() => {}
        EntryKind::Log => member("span", entry.span_name, out),
        EntryKind::Call | EntryKind::Event | EntryKind::Span | EntryKind::Poll => {
            member("name", entry.name, out)
        }
    }
    if entry.trace_id.is_valid() {
        id("trace_id", &entry.trace_id.to_bytes(), out);
    }
    if entry.span_id.is_valid() {
        id("span_id", &entry.span_id.to_bytes(), out);
    }
    if entry.parent_id.is_valid() {
        id("parent_id", &entry.parent_id.to_bytes(), out);
    }
    if let Some(request_id) = entry.fields.request_id() {
        member("request_id", request_id, out);
    }
    if entry.inferred {
        out.extend_from_slice(b",\"obs.context\":\"inferred\"");
    }
    append_links("links", entry.fields, out);
}

/// Appends `,"key":["trace id-span id",…]`: the spans that this one follows from; nothing if there are none.
pub(crate) fn append_links(key: &str, fields: Fields<'_>, out: &mut Vec<u8>) {
    let mut links = fields.links().peekable();
    if links.peek().is_none() {
        return;
    }
    out.extend_from_slice(b",\"");
    out.extend_from_slice(key.as_bytes());
    out.extend_from_slice(b"\":[");
    while let Some(link) = links.next() {
        append_string(link, out);
        if links.peek().is_some() {
            out.push(b',');
        }
    }
    out.push(b']');
}

/// Where it was written: thread and source.
fn origin(entry: &Entry<'_>, out: &mut Vec<u8>) {
    if !entry.thread.name.is_empty() {
        member("thread", &entry.thread.name, out);
    }
    out.extend_from_slice(b",\"thread_id\":");
    append_u64(entry.thread.id, out);
    if !entry.file.is_empty() {
        member("file", entry.file, out);
        out.extend_from_slice(b",\"line\":");
        append_u64(u64::from(entry.line), out);
    }
}

/// Appends `,"key":"text"`; the key is one of ours and needs no escaping.
pub(super) fn member(key: &str, text: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(b",\"");
    out.extend_from_slice(key.as_bytes());
    out.extend_from_slice(b"\":");
    append_string(text, out);
}

pub(super) fn id(key: &str, bytes: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(b",\"");
    out.extend_from_slice(key.as_bytes());
    out.extend_from_slice(b"\":\"");
    append_hex(bytes, out);
    out.push(b'"');
}

/// Appends the fields as one object with unique keys.
pub(crate) fn append_fields(fields: Fields<'_>, out: &mut Vec<u8>) {
    out.push(b'{');
    let mut separator = b"".as_slice();
    for field in numbered(fields) {
        out.extend_from_slice(separator);
        append_field(field, out);
        separator = b",";
    }
    out.push(b'}');
}

fn append_field(field: NumberedField<'_>, out: &mut Vec<u8>) {
    out.push(b'"');
    escape(field.key, Quotes::Inside, out);
    if field.number > 1 {
        out.push(b'#');
        append_u64(field.number as u64, out);
    }
    out.extend_from_slice(b"\":");
    match field.value {
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::I64(n) => append_i64(n, out),
        Value::U64(n) => append_u64(n, out),
        Value::F64(n) if n.is_finite() => append_f64(n, out),
        Value::F64(n) => {
            out.push(b'"');
            append_f64(n, out);
            out.push(b'"');
        }
        Value::Str(text) => append_string(text, out),
    }
}

/// Appends `text` as a JSON string.
pub(crate) fn append_string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    escape(text, Quotes::Inside, out);
    out.push(b'"');
}
