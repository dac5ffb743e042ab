//! One JSON object a line in the names of the Elastic Common Schema, by Elastic's specification for loggers
//! (<https://github.com/elastic/ecs-logging>, `spec/spec.json`): what Filebeat, Logstash and Elasticsearch read without being told how.
//!
//! The record's own fields stand under `labels` if they are texts or truth values, and under `numeric_labels` if they are numbers, as
//! Elastic's own agents have it: an index maps each of the two to one type, whatever programs call their fields. Their keys cannot
//! hold dots, stars and backslashes, which become `_`. What the schema has no word for stands under `obs`.

use super::escape::{Quotes, escape};
use super::json::{append_string, id, member};
use super::number::{append_f64, append_i64, append_u64};
use super::timestamp;
use crate::collect::{Entry, EntryKind, Naming, NumberedField, numbered_as};
use crate::instrument::{Level, Outcome, Value};

/// The schema's version; the specification for loggers asks for any of 1.x.
const VERSION: &str = "1.6.0";

/// As the specification has keys of labels made fit.
const NAMING: Naming<fn(u8) -> u8> =
    Naming { shown: |byte| if matches!(byte, b'.' | b'*' | b'\\') { b'_' } else { byte }, reserved: &[] };

/// What stands in all lines of a process.
#[derive(Clone, Debug)]
pub(super) struct Ecs {
    constant: Vec<u8>,
}

impl Ecs {
    /// `service` is the name; the version may be empty.
    pub(super) fn new(service: &str, version: &str) -> Self {
        let mut constant = Vec::new();
        member("ecs.version", VERSION, &mut constant);
        for (key, value) in
            [("service.name", service), ("service.version", version), ("event.dataset", service)]
        {
            if !value.is_empty() {
                member(key, value, &mut constant);
            }
        }
        constant.extend_from_slice(b",\"process.pid\":");
        append_u64(u64::from(std::process::id()), &mut constant);
        Ecs { constant }
    }

    /// In the order that the specification recommends.
    pub(super) fn append(&self, entry: &Entry<'_>, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"@timestamp\":\"");
        timestamp::append(entry.end(), out);
        out.extend_from_slice(b"\",\"log.level\":\"");
        out.extend_from_slice(level(entry.level));
        out.extend_from_slice(b"\",\"message\":");
        append_string(entry.text(), out);
        out.extend_from_slice(&self.constant);
        member("log.logger", entry.target, out);
        ids(entry, out);
        event(entry, out);
        origin(entry, out);
        labels(entry, out);
        numbers(entry, out);
        out.push(b'}');
    }
}

/// The schema has levels in lower case, as `syslog` has.
const fn level(level: Level) -> &'static [u8] {
    match level {
        Level::Error => b"error",
        Level::Warn => b"warn",
        Level::Info => b"info",
        Level::Debug => b"debug",
        Level::Trace => b"trace",
    }
}

fn ids(entry: &Entry<'_>, out: &mut Vec<u8>) {
    if entry.trace_id.is_valid() {
        id("trace.id", &entry.trace_id.to_bytes(), out);
    }
    if entry.span_id.is_valid() {
        id("span.id", &entry.span_id.to_bytes(), out);
    }
    if entry.parent_id.is_valid() {
        id("parent.id", &entry.parent_id.to_bytes(), out);
    }
    if !entry.line_span().is_empty() {
        member("span.name", entry.line_span(), out);
    }
    if let Some(request_id) = entry.fields.request_id() {
        member("http.request.id", request_id, out);
    }
}

fn event(entry: &Entry<'_>, out: &mut Vec<u8>) {
    if entry.kind == EntryKind::Call {
        // The schema knows no more than these.
        member(
            "event.outcome",
            match entry.outcome {
                Outcome::Ok => "success",
                Outcome::Error | Outcome::Panic => "failure",
                Outcome::Cancelled => "unknown",
            },
            out,
        );
        out.extend_from_slice(b",\"event.duration\":");
        append_u64(entry.duration, out);
        member("obs.outcome", entry.outcome.as_str(), out);
    }
    if entry.over_budget {
        out.extend_from_slice(b",\"obs.over_budget\":true");
    }
    if entry.inferred {
        member("obs.context", "inferred", out);
    }
    if entry.suppressed > 0 {
        out.extend_from_slice(b",\"obs.suppressed\":");
        append_u64(entry.suppressed, out);
    }
    if entry.truncated {
        out.extend_from_slice(b",\"obs.truncated\":true");
    }
    if let Some(error) = entry.fields.error() {
        member("error.message", error, out);
    }
}

fn origin(entry: &Entry<'_>, out: &mut Vec<u8>) {
    out.extend_from_slice(b",\"process.thread.id\":");
    append_u64(entry.thread.id, out);
    if !entry.thread.name.is_empty() {
        member("process.thread.name", &entry.thread.name, out);
    }
    if !entry.file.is_empty() {
        member("log.origin.file.name", entry.file, out);
        out.extend_from_slice(b",\"log.origin.file.line\":");
        append_u64(u64::from(entry.line), out);
    }
}

/// Writes an object's members, and the object only if it has any.
struct Object<'a> {
    name: &'static str,
    has_members: bool,
    out: &'a mut Vec<u8>,
}

impl<'a> Object<'a> {
    fn new(name: &'static str, out: &'a mut Vec<u8>) -> Self {
        Object { name, has_members: false, out }
    }

    /// Appends `"key":`; the key may be anything.
    fn key(&mut self, key: &str, number: usize) {
        let separator = if self.has_members { b",".as_slice() } else { b",\"" };
        self.out.extend_from_slice(separator);
        if !self.has_members {
            self.out.extend_from_slice(self.name.as_bytes());
            self.out.extend_from_slice(b"\":{");
        }
        self.has_members = true;
        self.out.push(b'"');
        for (index, part) in key.split(['.', '*', '\\']).enumerate() {
            if index > 0 {
                self.out.push(b'_');
            }
            escape(part, Quotes::Inside, self.out);
        }
        if number > 1 {
            self.out.push(b'#');
            append_u64(number as u64, self.out);
        }
        self.out.extend_from_slice(b"\":");
    }

    fn end(self) {
        if self.has_members {
            self.out.push(b'}');
        }
    }
}

fn labels(entry: &Entry<'_>, out: &mut Vec<u8>) {
    let mut object = Object::new("labels", out);
    for NumberedField { key, number, value } in numbered_as(entry.fields, NAMING) {
        let text = match value {
            Value::Str(text) => text,
            Value::Bool(true) => "true",
            Value::Bool(false) => "false",
            // JSON has no such numbers.
            Value::F64(n) if !n.is_finite() => not_a_number(n),
            Value::I64(_) | Value::U64(_) | Value::F64(_) => continue,
        };
        object.key(key, number);
        append_string(text, object.out);
    }
    object.end();
}

fn not_a_number(n: f64) -> &'static str {
    match (n.is_nan(), n > 0.0) {
        (true, _) => "NaN",
        (false, true) => "Infinity",
        (false, false) => "-Infinity",
    }
}

fn numbers(entry: &Entry<'_>, out: &mut Vec<u8>) {
    let mut object = Object::new("numeric_labels", out);
    for NumberedField { key, number, value } in numbered_as(entry.fields, NAMING) {
        match value {
            Value::I64(n) => {
                object.key(key, number);
                append_i64(n, object.out);
            }
            Value::U64(n) => {
                object.key(key, number);
                append_u64(n, object.out);
            }
            Value::F64(n) if n.is_finite() => {
                object.key(key, number);
                append_f64(n, object.out);
            }
            Value::F64(_) | Value::Bool(_) | Value::Str(_) => {}
        }
    }
    object.end();
}
