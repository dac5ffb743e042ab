//! Writes records as text to standard output.
//!
//! Receives captured events from the layer. A closed or full terminal costs lines, which are counted, and never
//! the process.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::sync::Arc;

use serde_json::Value;

use crate::compat::capture::Captured;
use crate::compat::escape::{is_unsafe, push_text};
use crate::compat::line_writer::{Line, LineWriter, Output, Progress};
use crate::compat::run_layer::SpanEntry;

/// The console; without a writer where there are no threads.
pub(super) struct Console {
    writer: Option<LineWriter>,
}

impl Console {
    pub(super) fn open() -> io::Result<Self> {
        if cfg!(target_family = "wasm") {
            return Ok(Self { writer: None });
        }
        let stdout = Output::new(io::stdout());
        Ok(Self { writer: Some(LineWriter::start("feagi-log-console", vec![stdout])?) })
    }

    pub(super) fn send(&self, event: &Captured, spans: &[SpanEntry]) {
        let text = text_line(event, spans);
        match &self.writer {
            Some(writer) => writer.send(Line { text, also: None }),
            // One thread, which has nothing else to do meanwhile.
            None => _ = io::stdout().write_all(text.as_bytes()),
        }
    }

    pub(super) fn progress(&self) -> Option<Arc<Progress>> {
        self.writer.as_ref().map(LineWriter::progress)
    }
}

/// `time LEVEL outer{a=1}:inner: message field=value`
fn text_line(event: &Captured, spans: &[SpanEntry]) -> String {
    // Writing to a string cannot fail, here and below.
    let mut line = format!("{} {:>5} ", event.time.rfc3339(), event.metadata.level());
    for span in spans {
        push_text(&mut line, span.name);
        if !span.fields.is_empty() {
            line.push('{');
            push_fields(&mut line, &span.fields);
            line.push('}');
        }
        line.push(':');
    }
    if !spans.is_empty() {
        line.push(' ');
    }
    push_text(&mut line, &event.message);
    if !event.message.is_empty() && !event.fields.is_empty() {
        line.push(' ');
    }
    push_fields(&mut line, &event.fields);
    line.push('\n');
    line
}

fn push_fields(line: &mut String, fields: &[(&'static str, Value)]) {
    for (place, (name, value)) in fields.iter().enumerate() {
        if place > 0 {
            line.push(' ');
        }
        push_text(line, name);
        line.push('=');
        match value {
            Value::String(text) => push_value(line, text),
            number => _ = write!(line, "{number}"),
        }
    }
}

/// Quoted where the reader could not tell otherwise where the value ends.
fn push_value(line: &mut String, text: &str) {
    let ambiguous = |c: char| c.is_whitespace() || c == '=' || c == '"' || is_unsafe(c);
    if text.is_empty() || text.contains(ambiguous) {
        line.push('"');
        let quoted = text.replace('\\', "\\\\").replace('"', "\\\"");
        push_text(line, &quoted);
        line.push('"');
    } else {
        line.push_str(text);
    }
}
