//! `key=value` and nothing else, as Loki, Heroku's tools and `lnav` read it: <https://brandur.org/logfmt>.
//!
//! Keys are bare words: whatever else is in one becomes `_`. Of fields with the same key the second is `key#2`, as is one that is called
//! like a key of ours.

use super::number::{append_hex, append_u64};
use super::timestamp;
use super::word::{append_value, append_word};
use crate::collect::{Entry, EntryKind, Naming, NumberedField, numbered_as};

/// Our own keys.
const NAMING: Naming<fn(u8) -> u8> = Naming {
    shown: |byte| if byte.is_ascii_graphic() && !matches!(byte, b'"' | b'=' | b'\\') { byte } else { b'_' },
    reserved: &[
        "ts",
        "level",
        "target",
        "span",
        "msg",
        "trace_id",
        "span_id",
        "parent_id",
        "obs.context",
        "request_id",
        "outcome",
        "duration_ns",
        "error",
        "over_budget",
        "suppressed",
        "truncated",
        "thread",
        "thread_id",
        "file",
        "line",
    ],
};

pub(super) fn append(entry: &Entry<'_>, out: &mut Vec<u8>) {
    out.extend_from_slice(b"ts=");
    timestamp::append(entry.end(), out);
    out.extend_from_slice(b" level=");
    out.extend(entry.level.as_str().bytes().map(|byte| byte.to_ascii_lowercase()));
    text("target", entry.target, out);
    if !entry.line_span().is_empty() {
        text("span", entry.line_span(), out);
    }
    text("msg", entry.text(), out);
    numbered_as(entry.fields, NAMING).for_each(|field| append_field(field, out));
    if let Some(error) = entry.fields.error() {
        text("error", error, out);
    }
    remarks(entry, out);
    ids(entry, out);
    origin(entry, out);
}

fn append_field(field: NumberedField<'_>, out: &mut Vec<u8>) {
    out.push(b' ');
    if field.key.is_empty() {
        out.push(b'_');
    }
    out.extend(field.key.bytes().map(NAMING.shown));
    if field.number > 1 {
        out.push(b'#');
        append_u64(field.number as u64, out);
    }
    out.push(b'=');
    append_value(field.value, out);
}

fn remarks(entry: &Entry<'_>, out: &mut Vec<u8>) {
    if entry.kind == EntryKind::Call {
        text("outcome", entry.outcome.as_str(), out);
        number("duration_ns", entry.duration, out);
    }
    if entry.over_budget {
        out.extend_from_slice(b" over_budget=true");
    }
    if entry.suppressed > 0 {
        number("suppressed", entry.suppressed, out);
    }
    if entry.truncated {
        out.extend_from_slice(b" truncated=true");
    }
}

fn ids(entry: &Entry<'_>, out: &mut Vec<u8>) {
    if entry.trace_id.is_valid() {
        id("trace_id", &entry.trace_id.to_bytes(), out);
    }
    if entry.span_id.is_valid() {
        id("span_id", &entry.span_id.to_bytes(), out);
    }
    if entry.parent_id.is_valid() {
        id("parent_id", &entry.parent_id.to_bytes(), out);
    }
    if entry.inferred {
        text("obs.context", "inferred", out);
    }
    if let Some(request_id) = entry.fields.request_id() {
        text("request_id", request_id, out);
    }
}

fn origin(entry: &Entry<'_>, out: &mut Vec<u8>) {
    if !entry.thread.name.is_empty() {
        text("thread", &entry.thread.name, out);
    }
    number("thread_id", entry.thread.id, out);
    if !entry.file.is_empty() {
        text("file", entry.file, out);
        number("line", u64::from(entry.line), out);
    }
}

/// The key is one of ours.
fn key(key: &str, out: &mut Vec<u8>) {
    out.push(b' ');
    out.extend_from_slice(key.as_bytes());
    out.push(b'=');
}

fn text(name: &str, value: &str, out: &mut Vec<u8>) {
    key(name, out);
    append_word(value, out);
}

fn number(name: &str, value: u64, out: &mut Vec<u8>) {
    key(name, out);
    append_u64(value, out);
}

fn id(name: &str, bytes: &[u8], out: &mut Vec<u8>) {
    key(name, out);
    append_hex(bytes, out);
}
