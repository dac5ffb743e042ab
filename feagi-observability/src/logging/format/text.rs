//! Lines for people: `time LEVEL target span: message key=value … trace_id=… span_id=… request_id=… outcome=ok duration=1.234ms`.

use super::color::Palette;
use super::escape::{Quotes, escape};
use super::number::{append_hex, append_u64};
use super::timestamp;
use super::word::{append_duration, append_key, append_value, append_word};
use crate::collect::{Entry, EntryKind};
use crate::instrument::Level;

pub(super) fn append(entry: &Entry<'_>, palette: Palette, out: &mut Vec<u8>) {
    palette.dim(out);
    timestamp::append(entry.end(), out);
    palette.plain(out);
    palette.level(entry.level, out);
    out.extend_from_slice(level(entry.level));
    palette.plain(out);
    head(entry, out);
    details(entry, palette, out);
}

/// What stands behind the message.
fn details(entry: &Entry<'_>, palette: Palette, out: &mut Vec<u8>) {
    append_fields(entry, out);
    palette.dim(out);
    ids(entry, out);
    palette.plain(out);
    if entry.kind == EntryKind::Call {
        out.extend_from_slice(b" outcome=");
        out.extend_from_slice(entry.outcome.as_str().as_bytes());
        out.extend_from_slice(b" duration=");
        append_duration(entry.duration, out);
    }
}

/// Appends what a line for people has behind its message: ` key=value …`.
pub(crate) fn append_details(entry: &Entry<'_>, out: &mut Vec<u8>) {
    details(entry, Palette::default(), out);
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
pub(super) fn head(entry: &Entry<'_>, out: &mut Vec<u8>) {
    let span = entry.line_span();
    let text = entry.text();
    escape(entry.target, Quotes::Outside, out);
    if !span.is_empty() && span != text {
        out.push(b' ');
        escape(span, Quotes::Outside, out);
    }
    out.extend_from_slice(b": ");
    escape(text, Quotes::Outside, out);
}

/// ` key=value …`: the record's own fields, then what is said of the record.
pub(super) fn append_fields(entry: &Entry<'_>, out: &mut Vec<u8>) {
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
