//! One record as one syslog message: RFC 5424, section 6, and RFC 3164, section 4.1.

use crate::collect::{Entry, EntryKind, Naming, NumberedField, numbered_as};
use crate::config::{LogFormat, SyslogProtocol};
use crate::instrument::{Level, Value};
use crate::logging::format::{
    LineFormat, Quotes, append_calendar, append_details, append_f64, append_hex, append_i64,
    append_timestamp, append_u64, escape,
};

/// What is the same in all messages of a process.
pub(super) struct Header {
    pub(super) protocol: SyslogProtocol,
    /// RFC 5424, section 6.2.1: 0 to 23.
    pub(super) facility: u8,
    /// Printable ASCII, or empty.
    pub(super) host: String,
    /// Printable ASCII, or empty.
    pub(super) app_name: String,
    pub(super) process: u32,
    pub(super) enterprise: u32,
    /// The text of the message, where it is not the record's own.
    pub(super) line: Option<LineFormat>,
}

impl Header {
    /// Text for people is the message alone, for fields and ids stand in the structured data; any other format is the message.
    pub(super) fn line(format: LogFormat, whole: LineFormat) -> Option<LineFormat> {
        match format {
            LogFormat::Text | LogFormat::Compact => None,
            LogFormat::Json | LogFormat::Ecs | LogFormat::Logfmt => Some(whole),
        }
    }

    /// Appends the message without a frame.
    pub(super) fn append(&self, entry: &Entry<'_>, out: &mut Vec<u8>) {
        out.push(b'<');
        append_u64(u64::from(self.facility) * 8 + severity(entry.level), out);
        out.push(b'>');
        match self.protocol {
            SyslogProtocol::Rfc5424 => self.modern(entry, out),
            SyslogProtocol::Rfc3164 => self.old(entry, out),
        }
    }

    fn modern(&self, entry: &Entry<'_>, out: &mut Vec<u8>) {
        out.extend_from_slice(b"1 ");
        append_timestamp(entry.end(), out);
        for name in [&self.host, &self.app_name] {
            out.push(b' ');
            word(name, out);
        }
        out.push(b' ');
        append_u64(u64::from(self.process), out);
        out.push(b' ');
        // What kind of message it is: the same place in the program, the same name.
        message_id(entry.name, out);
        out.push(b' ');
        self.ids(entry, out);
        self.fields(entry, out);
        out.push(b' ');
        self.text(entry, out);
    }

    /// The time has no year and no zone: it is UTC. The tag ends at the first character that is neither letter nor digit.
    fn old(&self, entry: &Entry<'_>, out: &mut Vec<u8>) {
        append_calendar(entry.end(), out);
        out.push(b' ');
        word(&self.host, out);
        out.push(b' ');
        out.extend(self.app_name.bytes().filter(u8::is_ascii_alphanumeric).take(32));
        out.push(b'[');
        append_u64(u64::from(self.process), out);
        out.extend_from_slice(b"]: ");
        self.text(entry, out);
        if self.line.is_none() {
            append_details(entry, out);
        }
    }

    fn text(&self, entry: &Entry<'_>, out: &mut Vec<u8>) {
        match &self.line {
            Some(line) => line.append_open(entry, out),
            None => escape(entry.text(), Quotes::Outside, out),
        }
    }

    fn ids(&self, entry: &Entry<'_>, out: &mut Vec<u8>) {
        self.element(b"trace", out);
        if entry.trace_id.is_valid() {
            hex(b"trace_id", &entry.trace_id.to_bytes(), out);
        }
        if entry.span_id.is_valid() {
            hex(b"span_id", &entry.span_id.to_bytes(), out);
        }
        if entry.parent_id.is_valid() {
            hex(b"parent_id", &entry.parent_id.to_bytes(), out);
        }
        if !entry.line_span().is_empty() {
            text(b"span", entry.line_span(), out);
        }
        if entry.inferred {
            text(b"obs.context", "inferred", out);
        }
        if let Some(request_id) = entry.fields.request_id() {
            text(b"request_id", request_id, out);
        }
        text(b"target", entry.target, out);
        if entry.kind == EntryKind::Call {
            text(b"outcome", entry.outcome.as_str(), out);
            number(b"duration_ns", entry.duration, out);
        }
        if let Some(error) = entry.fields.error() {
            text(b"error", error, out);
        }
        if entry.suppressed > 0 {
            number(b"suppressed", entry.suppressed, out);
        }
        for (name, is_so) in [(b"over_budget".as_slice(), entry.over_budget), (b"truncated", entry.truncated)]
        {
            if is_so {
                text(name, "true", out);
            }
        }
        out.push(b']');
    }

    fn fields(&self, entry: &Entry<'_>, out: &mut Vec<u8>) {
        let mut fields = numbered_as(entry.fields, NAMING).peekable();
        if fields.peek().is_none() {
            return;
        }
        self.element(b"fields", out);
        for field in fields {
            append_field(field, out);
        }
        out.push(b']');
    }

    fn element(&self, name: &[u8], out: &mut Vec<u8>) {
        out.push(b'[');
        out.extend_from_slice(name);
        out.push(b'@');
        append_u64(u64::from(self.enterprise), out);
    }
}

/// RFC 5424, section 6.3.3: a name is of up to 32 printable characters, but for these. What is longer is cut, and told apart by a number.
const NAMING: Naming<fn(u8) -> u8> = Naming {
    shown: |byte| if byte.is_ascii_graphic() && !matches!(byte, b'=' | b']' | b'"') { byte } else { b'_' },
    reserved: &[],
};
const LONGEST_NAME: usize = 32;

fn append_field(field: NumberedField<'_>, out: &mut Vec<u8>) {
    out.push(b' ');
    let mut suffix = Vec::new();
    if field.number > 1 {
        suffix.push(b'#');
        append_u64(field.number as u64, &mut suffix);
    }
    if field.key.is_empty() {
        out.push(b'_');
    }
    let room = LONGEST_NAME - suffix.len().min(LONGEST_NAME - 1);
    out.extend(field.key.bytes().take(room).map(NAMING.shown));
    out.extend_from_slice(&suffix);
    out.extend_from_slice(b"=\"");
    match field.value {
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::I64(n) => append_i64(n, out),
        Value::U64(n) => append_u64(n, out),
        Value::F64(n) => append_f64(n, out),
        Value::Str(text) => escape_value(text, out),
    }
    out.push(b'"');
}

/// RFC 5424, table 2.
const fn severity(level: Level) -> u64 {
    match level {
        Level::Error => 3,
        Level::Warn => 4,
        Level::Info => 6,
        Level::Debug | Level::Trace => 7,
    }
}

/// A name of the header, which is never empty.
fn word(text: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(if text.is_empty() { b"-" } else { text.as_bytes() });
}

/// RFC 5424, section 6.2.7: up to 32 printable characters.
fn message_id(name: &str, out: &mut Vec<u8>) {
    if name.is_empty() {
        out.push(b'-');
    }
    let shown = |byte: u8| if byte.is_ascii_graphic() { byte } else { b'_' };
    out.extend(name.bytes().take(32).map(shown));
}

/// Between quotes a closing bracket is escaped, too: RFC 5424, section 6.3.3.
fn escape_value(text: &str, out: &mut Vec<u8>) {
    for (index, part) in text.split(']').enumerate() {
        if index > 0 {
            out.extend_from_slice(b"\\]");
        }
        escape(part, Quotes::Inside, out);
    }
}

fn text(name: &[u8], value: &str, out: &mut Vec<u8>) {
    key(name, out);
    escape_value(value, out);
    out.push(b'"');
}

fn number(name: &[u8], value: u64, out: &mut Vec<u8>) {
    key(name, out);
    append_u64(value, out);
    out.push(b'"');
}

fn hex(name: &[u8], bytes: &[u8], out: &mut Vec<u8>) {
    key(name, out);
    append_hex(bytes, out);
    out.push(b'"');
}

fn key(name: &[u8], out: &mut Vec<u8>) {
    out.push(b' ');
    out.extend_from_slice(name);
    out.extend_from_slice(b"=\"");
}
