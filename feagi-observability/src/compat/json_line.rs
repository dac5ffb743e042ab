//! A record as one line of JSON, in the shape that `tracing-subscriber`'s JSON format has.

use std::fmt::Write as _;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::compat::capture::{Captured, Fields};
use crate::compat::escape::is_unsafe;
use crate::compat::run_layer::SpanEntry;

#[derive(Serialize)]
struct Record<'a> {
    timestamp: String,
    level: &'a str,
    fields: Named<'a>,
    target: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    filename: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line_number: Option<u32>,
    /// The innermost span, and then all of them from the outermost on.
    #[serde(skip_serializing_if = "Option::is_none")]
    span: Option<Named<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    spans: Vec<Named<'a>>,
}

/// Fields together with a message or a span's name.
struct Named<'a> {
    key: &'static str,
    text: &'a str,
    fields: &'a Fields,
}

impl Serialize for Named<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if !self.text.is_empty() {
            map.serialize_entry(self.key, self.text)?;
        }
        // A key stands once in an object: a field that has the name of the text gives way.
        for (name, value) in self.fields.iter().filter(|(name, _)| *name != self.key || self.text.is_empty())
        {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl<'a> Named<'a> {
    fn span(span: &'a SpanEntry) -> Self {
        Self { key: "name", text: span.name, fields: &span.fields }
    }
}

/// The line with its newline.
pub(super) fn json_line(event: &Captured, spans: &[SpanEntry]) -> String {
    let record = Record {
        timestamp: event.time.rfc3339(),
        level: event.metadata.level().as_str(),
        fields: Named { key: "message", text: &event.message, fields: &event.fields },
        target: event.metadata.target(),
        filename: event.metadata.file(),
        line_number: event.metadata.line(),
        span: spans.last().map(Named::span),
        spans: spans.iter().map(Named::span).collect(),
    };
    // Keys are text and values are JSON already: nothing in a record can fail to serialize.
    let json = serde_json::to_string(&record).unwrap_or_default();
    let mut line = String::with_capacity(json.len() + 1);
    push_escaped(&mut line, &json);
    line.push('\n');
    line
}

/// Appends `json` with the unsafe characters that the serializer leaves as `\uXXXX` (RFC 8259, section 7). They
/// stand only inside of strings, and all of them are below U+10000.
fn push_escaped(line: &mut String, json: &str) {
    for c in json.chars() {
        if is_unsafe(c) {
            // Writing to a string cannot fail.
            let _ = write!(line, "\\u{:04x}", u32::from(c));
        } else {
            line.push(c);
        }
    }
}
