//! Keys and values of the formats that people read: bare where that is clear, between quotes where not.

use super::escape::{Quotes, escape, is_bare};
use super::number::{append_f64, append_i64, append_thousandths, append_u64};
use crate::instrument::Value;

/// Appends ` key=`.
pub(super) fn append_key(key: &str, out: &mut Vec<u8>) {
    out.push(b' ');
    append_word(key, out);
    out.push(b'=');
}

/// A text without spaces, or one between quotes.
pub(super) fn append_word(text: &str, out: &mut Vec<u8>) {
    if is_bare(text) {
        out.extend_from_slice(text.as_bytes());
        return;
    }
    out.push(b'"');
    escape(text, Quotes::Inside, out);
    out.push(b'"');
}

pub(super) fn append_value(value: Value<'_>, out: &mut Vec<u8>) {
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
pub(super) fn append_duration(nanos: u64, out: &mut Vec<u8>) {
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
