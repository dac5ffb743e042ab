//! Turns a `tracing` event into owned text and values: what the console, the files and the ring all start from.

use std::fmt::{self, Debug, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::Value;
use tracing::field::{Field, Visit};
use tracing::{Event, Metadata};

use crate::compat::clock::Timestamp;
use crate::compat::ring_layer::LogRecord;

/// What one record may hold in text. A value that could be as large as a connectome must not become a line.
const TEXT_LIMIT: usize = 64 * 1024;
const MESSAGE: &str = "message";

/// Fields in the order in which they were written; a name stands once.
pub(super) type Fields = Vec<(&'static str, Value)>;

/// An event with all of its values read.
pub(super) struct Captured {
    pub(super) time: Timestamp,
    pub(super) metadata: &'static Metadata<'static>,
    pub(super) message: String,
    pub(super) fields: Fields,
}

impl Captured {
    pub(super) fn read(event: &Event<'_>) -> Self {
        let time = Timestamp::now();
        let mut reader = FieldReader::default();
        event.record(&mut reader);
        Self { time, metadata: event.metadata(), message: reader.message, fields: reader.fields }
    }

    pub(super) fn into_record(self) -> LogRecord {
        let fields = self.fields.into_iter().map(|(name, value)| (name.to_string(), value));
        let fields: serde_json::Map<String, Value> = fields.collect();
        LogRecord {
            timestamp_ms: self.time.millis(),
            level: self.metadata.level().to_string(),
            target: self.metadata.target().to_string(),
            file: self.metadata.file().unwrap_or_default().to_string(),
            line: self.metadata.line().unwrap_or_default(),
            message: self.message,
            fields: (!fields.is_empty()).then_some(Value::Object(fields)),
        }
    }
}

/// Reads the fields of an event or a span.
pub(super) struct FieldReader {
    pub(super) message: String,
    pub(super) fields: Fields,
    room: usize,
}

impl Default for FieldReader {
    fn default() -> Self {
        Self { message: String::new(), fields: Fields::new(), room: TEXT_LIMIT }
    }
}

impl FieldReader {
    fn set(&mut self, field: &Field, value: Value) {
        match self.fields.iter_mut().find(|(name, _)| *name == field.name()) {
            Some((_, old)) => *old = value,
            None => self.fields.push((field.name(), value)),
        }
    }

    fn set_text(&mut self, field: &Field, write: impl FnOnce(&mut Bounded) -> fmt::Result) {
        let mut out = Bounded { text: String::new(), room: self.room, cut: false };
        // The value's own `Debug` runs here. It may panic, and a panic that comes from logging must not end the
        // call that logs.
        let outcome = catch_unwind(AssertUnwindSafe(|| write(&mut out)));
        let note = match outcome {
            _ if out.cut => "…",
            Ok(Ok(())) => "",
            Ok(Err(_)) => "<format error>",
            Err(_) => "<panicked>",
        };
        self.room = out.room;
        out.text.push_str(note);
        if field.name() == MESSAGE {
            self.message.push_str(&out.text);
        } else {
            self.set(field, Value::String(out.text));
        }
    }
}

impl Visit for FieldReader {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.set_text(field, |out| write!(out, "{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.set_text(field, |out| out.write_str(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.set(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.set(field, value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.set(field, value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.set(field, value.into());
    }
}

/// Text that stops at a limit, and with it the `Debug` that writes to it.
struct Bounded {
    text: String,
    room: usize,
    cut: bool,
}

impl Write for Bounded {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = text.floor_char_boundary(self.room);
        let (kept, rest) = text.split_at_checked(end).unwrap_or((text, ""));
        self.text.push_str(kept);
        self.room -= kept.len();
        if rest.is_empty() {
            return Ok(());
        }
        self.cut = true;
        self.room = 0;
        Err(fmt::Error)
    }
}
