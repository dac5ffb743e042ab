//! Turns one record into one physical line, appended to a buffer that the sink reuses.
//!
//! Invariant: whatever a record's texts hold, a line has exactly one line feed, at its end, and no control character,
//! terminal escape or bidirectional override before it.

mod escape;
mod json;
mod number;
#[cfg(test)]
pub(crate) mod sample;
mod text;
mod timestamp;

#[cfg(any(feature = "chrome-tracing", feature = "otlp", feature = "zipkin"))]
pub(crate) use json::append_string;
#[cfg(feature = "chrome-tracing")]
pub(crate) use json::{append_fields, append_links};
#[cfg(feature = "chrome-tracing")]
pub(crate) use number::append_thousandths;
#[cfg(any(feature = "chrome-tracing", feature = "otlp", feature = "zipkin"))]
pub(crate) use number::{append_f64, append_i64};
#[cfg(any(feature = "chrome-tracing", feature = "otlp", feature = "zipkin"))]
pub(crate) use number::{append_hex, append_u64};

use crate::collect::Entry;
use crate::config::LogFormat;

/// Appends `entry` as one line in `format`, line feed included.
pub(crate) fn append_line(format: LogFormat, entry: &Entry<'_>, out: &mut Vec<u8>) {
    match format {
        LogFormat::Text => text::append(entry, out),
        LogFormat::Json => json::append(entry, out),
    }
    out.push(b'\n');
}

#[cfg(test)]
mod tests;
