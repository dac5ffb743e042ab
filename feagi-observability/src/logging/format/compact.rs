//! Short lines for people: `time L target span: message key=value … ok 1.234ms trace id-span id request id`.

use super::color::Palette;
use super::number::append_hex;
use super::text::{append_fields, head};
use super::timestamp;
use super::word::{append_duration, append_key, append_word};
use crate::collect::{Entry, EntryKind};
use crate::instrument::Level;

pub(super) fn append(entry: &Entry<'_>, palette: Palette, out: &mut Vec<u8>) {
    palette.dim(out);
    timestamp::append_millis(entry.end(), out);
    palette.plain(out);
    out.push(b' ');
    palette.level(entry.level, out);
    out.push(letter(entry.level));
    palette.plain(out);
    out.push(b' ');
    head(entry, out);
    append_fields(entry, out);
    if entry.kind == EntryKind::Call {
        out.push(b' ');
        out.extend_from_slice(entry.outcome.as_str().as_bytes());
        out.push(b' ');
        append_duration(entry.duration, out);
    }
    palette.dim(out);
    ids(entry, out);
    palette.plain(out);
}

const fn letter(level: Level) -> u8 {
    match level {
        Level::Error => b'E',
        Level::Warn => b'W',
        Level::Info => b'I',
        Level::Debug => b'D',
        Level::Trace => b'T',
    }
}

/// As a span's causes are written, too.
fn ids(entry: &Entry<'_>, out: &mut Vec<u8>) {
    if entry.trace_id.is_valid() {
        out.push(b' ');
        append_hex(&entry.trace_id.to_bytes(), out);
        if entry.span_id.is_valid() {
            out.push(b'-');
            append_hex(&entry.span_id.to_bytes(), out);
        }
    }
    if entry.inferred {
        out.extend_from_slice(b" obs.context=inferred");
    }
    if let Some(request_id) = entry.fields.request_id() {
        append_key("request_id", out);
        append_word(request_id, out);
    }
}
