//! Records as Zipkin spans: `Span` of openzipkin's `zipkin2-api.yaml`.
//!
//! Attributes are tags, all of them texts; failures have the tag `error`, as the OpenTelemetry specification maps them. What a span follows
//! from has no place in the format, nor has a kind that is none of its four: it is left out.

use crate::collect::Entry;
use crate::export::attributes::{Attributes, Role, put_all, span_kind};
use crate::instrument::{Outcome, SpanKind, Value};
use crate::logging::format::{append_f64, append_hex, append_i64, append_string, append_u64};

/// Who made the spans, encoded.
pub(super) struct LocalEndpoint(Vec<u8>);

impl LocalEndpoint {
    /// Zipkin's names are in lower case.
    pub(super) fn new(service_name: &str) -> Self {
        let mut out = Vec::new();
        if !service_name.is_empty() {
            out.extend_from_slice(b",\"localEndpoint\":{\"serviceName\":");
            append_string(&service_name.to_lowercase(), &mut out);
            out.push(b'}');
        }
        LocalEndpoint(out)
    }
}

/// Appends one `Span`.
pub(super) fn append_span(entry: &Entry<'_>, local: &LocalEndpoint, out: &mut Vec<u8>) {
    id(b"{\"traceId\":\"", &entry.trace_id.to_bytes(), out);
    id(b",\"id\":\"", &entry.span_id.to_bytes(), out);
    if entry.parent_id.is_valid() {
        id(b",\"parentId\":\"", &entry.parent_id.to_bytes(), out);
    }
    out.extend_from_slice(match span_kind(entry) {
        SpanKind::Internal => b"",
        SpanKind::Server => b",\"kind\":\"SERVER\"",
        SpanKind::Client => b",\"kind\":\"CLIENT\"",
    });
    out.extend_from_slice(b",\"name\":");
    append_string(&entry.name.to_lowercase(), out);
    out.extend_from_slice(b",\"timestamp\":");
    append_u64(entry.start / 1000, out);
    out.extend_from_slice(b",\"duration\":");
    // Less than one is rounded up.
    append_u64((entry.duration / 1000).max(1), out);
    out.extend_from_slice(&local.0);
    if let Some(message) = entry.message {
        out.extend_from_slice(b",\"annotations\":[{\"timestamp\":");
        append_u64(entry.end() / 1000, out);
        out.extend_from_slice(b",\"value\":");
        append_string(message, out);
        out.extend_from_slice(b"}]");
    }
    append_tags(entry, out);
    out.push(b'}');
}

fn id(key: &[u8], bytes: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(key);
    append_hex(bytes, out);
    out.push(b'"');
}

fn append_tags(entry: &Entry<'_>, out: &mut Vec<u8>) {
    out.extend_from_slice(b",\"tags\":{");
    let failed = matches!(entry.outcome, Outcome::Error | Outcome::Panic);
    let mut tags = Tags { out, separator: b"", failed };
    if failed {
        let text = entry.fields.error().unwrap_or(entry.outcome.as_str());
        tags.append(ERROR, |out| append_string(text, out));
        tags.append(STATUS, |out| out.extend_from_slice(b"\"ERROR\""));
    }
    put_all(entry, Role::Span, &mut tags);
    out.push(b'}');
}

/// A tag's key, by which Zipkin knows that a span has failed.
const ERROR: &str = "error";
const STATUS: &str = "otel.status_code";

struct Tags<'a> {
    out: &'a mut Vec<u8>,
    separator: &'static [u8],
    failed: bool,
}

impl Tags<'_> {
    fn append(&mut self, key: &str, value: impl FnOnce(&mut Vec<u8>)) {
        self.out.extend_from_slice(self.separator);
        self.separator = b",";
        append_string(key, self.out);
        self.out.push(b':');
        value(self.out);
    }
}

impl Attributes for Tags<'_> {
    fn put(&mut self, key: &str, value: Value<'_>) {
        // That it has failed, and how, stands already; and whatever `error` says of one that has not, Zipkin takes it for a failure.
        match key {
            ERROR | STATUS if self.failed => self.append(&format!("field.{key}"), |out| text(value, out)),
            ERROR => self.append("field.error", |out| text(value, out)),
            // It is the annotation.
            "message" => {}
            _ => self.append(key, |out| text(value, out)),
        }
    }
}

fn text(value: Value<'_>, out: &mut Vec<u8>) {
    let mut quoted = |append: &dyn Fn(&mut Vec<u8>)| {
        out.push(b'"');
        append(out);
        out.push(b'"');
    };
    match value {
        Value::Str(text) => append_string(text, out),
        Value::Bool(truth) => quoted(&|out| out.extend_from_slice(if truth { b"true" } else { b"false" })),
        Value::I64(n) => quoted(&|out| append_i64(n, out)),
        Value::U64(n) => quoted(&|out| append_u64(n, out)),
        Value::F64(n) => quoted(&|out| append_f64(n, out)),
    }
}
