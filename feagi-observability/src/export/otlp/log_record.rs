//! Lines as OTLP log records: `opentelemetry/proto/logs/v1/logs.proto`.

use super::attribute::any_value;
use super::wire::{Content, Field, Wire};
use crate::collect::{Entry, EntryKind};
use crate::export::attributes::{Role, put_all};
use crate::instrument::{Level, Value};

const TIME: Field = Field(1, "timeUnixNano");
const SEVERITY_NUMBER: Field = Field(2, "severityNumber");
const SEVERITY_TEXT: Field = Field(3, "severityText");
const BODY: Field = Field(5, "body");
const ATTRIBUTES: Field = Field(6, "attributes");
const DROPPED_ATTRIBUTES_COUNT: Field = Field(7, "droppedAttributesCount");
const FLAGS: Field = Field(8, "flags");
const TRACE_ID: Field = Field(9, "traceId");
const SPAN_ID: Field = Field(10, "spanId");
const OBSERVED_TIME: Field = Field(11, "observedTimeUnixNano");
const EVENT_NAME: Field = Field(12, "eventName");

/// The sampled bit of W3C trace flags.
const SAMPLED: u32 = 1;

/// One `LogRecord`.
pub(super) struct LogRecord<'a, 'b> {
    pub(super) entry: &'a Entry<'b>,
    /// When the collector has seen it, in nanoseconds since the Unix epoch.
    pub(super) observed: u64,
}

impl Content for LogRecord<'_, '_> {
    fn write<W: Wire>(&self, out: &mut W) {
        write(self.entry, self.observed, out);
    }
}

fn write<W: Wire>(entry: &Entry<'_>, observed: u64, out: &mut W) {
    out.fixed(TIME, entry.end());
    let (number, text) = severity(entry.level);
    out.small(SEVERITY_NUMBER, number);
    out.text(SEVERITY_TEXT, text);
    out.message(BODY, |body| any_value(body, Value::Str(entry.text())));
    out.list(ATTRIBUTES, |list| put_all(entry, Role::Line, list));
    if entry.truncated {
        out.small(DROPPED_ATTRIBUTES_COUNT, 1);
    }
    if entry.trace_id.is_valid() {
        if entry.sampled {
            out.bits(FLAGS, SAMPLED);
        }
        out.id(TRACE_ID, &entry.trace_id.to_bytes());
        if entry.span_id.is_valid() {
            out.id(SPAN_ID, &entry.span_id.to_bytes());
        }
    }
    out.fixed(OBSERVED_TIME, observed);
    // Ours have a name that tells their kind; the callsites of others have none worth it.
    if entry.kind == EntryKind::Event {
        out.text(EVENT_NAME, entry.name);
    }
}

/// The first number of each range of the log data model, and its name.
fn severity(level: Level) -> (u32, &'static str) {
    match level {
        Level::Trace => (1, "TRACE"),
        Level::Debug => (5, "DEBUG"),
        Level::Info => (9, "INFO"),
        Level::Warn => (13, "WARN"),
        Level::Error => (17, "ERROR"),
    }
}
