//! Lines for people: `time LEVEL target span: message key=value … trace_id=… span_id=… request_id=… outcome=ok duration=1.234ms`.

use super::escape::{Quotes, escape, is_bare};
use super::number::{append_f64, append_hex, append_i64, append_thousandths, append_u64};
use super::timestamp;
use crate::collect::{Entry, EntryKind};
use crate::instrument::{Level, Value};

pub(super) fn append(entry: &Entry<'_>, out: &mut Vec<u8>) {
    timestamp::append(entry.end(), out);
    out.extend_from_slice(level(entry.level));
    head(entry, out);
    for (key, value) in entry.fields.iter() {
        append_key(key, out);
        append_value(value, out);
    }
    if let Some(error) = entry.fields.error() {
        append_key("error", out);
        append_word(error, out);
    }
    if entry.over_budget {
        out.extend_from_slice(b" over_budget=true");
    }
    if entry.suppressed > 0 {
        out.extend_from_slice(b" suppressed=");
        append_u64(entry.suppressed, out);
    }
    if entry.truncated {
        out.extend_from_slice(b" truncated=true");
    }
    ids(entry, out);
    if entry.kind == EntryKind::Call {
        out.extend_from_slice(b" outcome=");
        out.extend_from_slice(entry.outcome.as_str().as_bytes());
        out.extend_from_slice(b" duration=");
        append_duration(entry.duration, out);
    }
}

/// Five wide, so that what follows stands in one column.
const fn level(level: Level) -> &'static [u8] {
    match level {
        Level::Error => b" ERROR ",
        Level::Warn => b"  WARN ",
        Level::Info => b"  INFO ",
        Level::Debug => b" DEBUG ",
        Level::Trace => b" TRACE ",
    }
}

/// `target span: message`; the span is left out where it says the same as the message, or nothing.
fn head(entry: &Entry<'_>, out: &mut Vec<u8>) {
    let span = if entry.kind == EntryKind::Log { entry.span_name } else { entry.name };
    let text = entry.text();
    escape(entry.target, Quotes::Outside, out);
    if !span.is_empty() && span != text {
        out.push(b' ');
        escape(span, Quotes::Outside, out);
    }
    out.extend_from_slice(b": ");
    escape(text, Quotes::Outside, out);
}

fn ids(entry: &Entry<'_>, out: &mut Vec<u8>) {
    if entry.trace_id.is_valid() {
        out.extend_from_slice(b" trace_id=");
        append_hex(&entry.trace_id.to_bytes(), out);
    }
    if entry.span_id.is_valid() {
        out.extend_from_slice(b" span_id=");
        append_hex(&entry.span_id.to_bytes(), out);
    }
    if entry.inferred {
        out.extend_from_slice(b" obs.context=inferred");
    }
    if let Some(request_id) = entry.fields.request_id() {
        append_key("request_id", out);
        append_word(request_id, out);
    }
}

fn append_key(key: &str, out: &mut Vec<u8>) {
    out.push(b' ');
    append_word(key, out);
    out.push(b'=');
}

/// A text without spaces, or one between quotes.
fn append_word(text: &str, out: &mut Vec<u8>) {
    if is_bare(text) {
        out.extend_from_slice(text.as_bytes());
        return;
    }
    out.push(b'"');
    escape(text, Quotes::Inside, out);
    out.push(b'"');
}

fn append_value(value: Value<'_>, out: &mut Vec<u8>) {
    match value {
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::I64(n) => append_i64(n, out),
        Value::U64(n) => append_u64(n, out),
        Value::F64(n) => append_f64(n, out),
        Value::Str(text) => append_word(text, out),
    }
}

/// In the largest unit that leaves at least one digit before the point.
fn append_duration(nanos: u64, out: &mut Vec<u8>) {
    if nanos < 1_000 {
        append_u64(nanos, out);
        out.extend_from_slice(b"ns");
    } else if nanos < 1_000_000 {
        append_thousandths(nanos, out);
        out.extend_from_slice(b"us");
    } else if nanos < 1_000_000_000 {
        append_thousandths(nanos / 1_000, out);
        out.extend_from_slice(b"ms");
    } else {
        append_thousandths(nanos / 1_000_000, out);
        out.push(b's');
    }
}
