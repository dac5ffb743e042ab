//! Records as OTLP spans.
//!
//! Field numbers are those of `opentelemetry/proto/trace/v1/trace.proto`, `common/v1/common.proto` and
//! `collector/trace/v1/trace_service.proto`, version 1; attribute names those of the semantic conventions.

use crate::collect::{Entry, EntryKind, NumberedField, numbered};
use crate::context::{SpanId, TraceId};
use crate::instrument::{Outcome, SpanKind, Value};
use crate::protobuf::Message;
use std::collections::BTreeMap;

const VERSION: &str = env!("CARGO_PKG_VERSION");
/// `STATUS_CODE_ERROR`.
const ERROR: u64 = 2;
/// `attributes` of a span.
const SPAN_ATTRIBUTES: u32 = 9;

/// The request: one resource with one scope. `scope_spans` was begun by [`scope`].
pub(super) fn request(resource: &[u8], scope_spans: &[u8]) -> Vec<u8> {
    let mut resource_spans = Message::new();
    resource_spans.bytes(1, resource);
    resource_spans.bytes(2, scope_spans);
    let mut request = Message::new();
    request.bytes(1, resource_spans.as_slice());
    request.into_bytes()
}

/// Begins a `ScopeSpans`: who made the spans.
pub(super) fn scope(out: &mut Message) {
    out.message(1, |scope| {
        scope.string(1, "feagi-observability");
        scope.string(2, VERSION);
    });
}

/// Adds one encoded span to a `ScopeSpans`.
pub(super) fn scope_span(span: &Message, out: &mut Message) {
    out.bytes(2, span.as_slice());
}

/// Whose spans they are. What the user sets replaces what we would say.
pub(super) fn resource(service_name: &str, user: &BTreeMap<String, String>) -> Vec<u8> {
    let mut resource = Message::new();
    let host = host_name();
    let texts = [
        ("service.name", service_name),
        ("telemetry.sdk.name", "feagi-observability"),
        ("telemetry.sdk.language", "rust"),
        ("telemetry.sdk.version", VERSION),
        ("host.name", &host),
    ];
    for (key, text) in texts {
        if !text.is_empty() && !user.contains_key(key) {
            attribute(&mut resource, 1, key, |value| value.string(1, text));
        }
    }
    if !user.contains_key("process.pid") {
        attribute(&mut resource, 1, "process.pid", |value| value.int64(3, i64::from(std::process::id())));
    }
    for (key, text) in user.iter().filter(|(key, _)| !key.is_empty()) {
        attribute(&mut resource, 1, key, |value| value.string(1, text));
    }
    resource.into_bytes()
}

/// One `Span`.
pub(super) fn span(entry: &Entry<'_>, out: &mut Message) {
    out.bytes(1, &entry.trace_id.to_bytes());
    out.bytes(2, &entry.span_id.to_bytes());
    if entry.parent_id.is_valid() {
        out.bytes(4, &entry.parent_id.to_bytes());
    }
    out.string(5, entry.name);
    let kind = entry.site.map_or(SpanKind::Internal, |site| site.facts.kind);
    out.uint64(6, kind as u64);
    out.fixed64(7, entry.start);
    out.fixed64(8, entry.end());
    let mut named = Named::default();
    for field in numbered(entry.fields) {
        named.note(field.key);
        field_attribute(field, out);
    }
    own_attributes(entry, &named, out);
    if entry.truncated {
        // How many were cut is not known; not zero says that some were.
        out.uint64(10, 1);
    }
    for (trace_id, span_id) in entry.fields.links().filter_map(ids) {
        out.message(13, |link| {
            link.bytes(1, &trace_id.to_bytes());
            link.bytes(2, &span_id.to_bytes());
        });
    }
    if matches!(entry.outcome, Outcome::Error | Outcome::Panic) {
        status(entry, out);
    }
}

/// The ids of a link, `trace id-span id`.
fn ids(link: &str) -> Option<(TraceId, SpanId)> {
    let (trace_id, span_id) = link.split_once('-')?;
    Some((TraceId::from_hex(trace_id)?, SpanId::from_hex(span_id)?))
}

fn status(entry: &Entry<'_>, out: &mut Message) {
    out.message(15, |status| {
        status.string(2, entry.fields.error().unwrap_or(entry.outcome.as_str()));
        status.uint64(3, ERROR);
    });
}

/// Our attributes, in the order of the bits of [`Named`].
const OWN: [&str; 10] = [
    "code.function.name",
    "code.file.path",
    "code.line.number",
    "thread.id",
    "thread.name",
    "target",
    "outcome",
    "over_budget",
    "message",
    "request_id",
];

/// Which of our attribute names a field has taken: attribute keys are unique, and what the author wrote stands.
#[derive(Default)]
struct Named(u16);

impl Named {
    fn note(&mut self, key: &str) {
        if let Some(index) = OWN.iter().position(|own| *own == key) {
            self.0 |= 1 << index;
        }
    }

    fn free(&self, index: usize) -> bool {
        self.0 & 1 << index == 0
    }
}

fn own_attributes(entry: &Entry<'_>, named: &Named, out: &mut Message) {
    let called = entry.kind == EntryKind::Call;
    let values = [
        called.then(|| Value::Str(function(entry))),
        text(entry.file),
        (!entry.file.is_empty()).then_some(Value::U64(u64::from(entry.line))),
        Some(Value::U64(entry.thread.id)),
        text(&entry.thread.name),
        text(entry.target),
        called.then_some(Value::Str(entry.outcome.as_str())),
        entry.over_budget.then_some(Value::Bool(true)),
        entry.message.map(Value::Str),
        entry.fields.request_id().map(Value::Str),
    ];
    for (index, (key, value)) in OWN.into_iter().zip(values).enumerate() {
        if let Some(value) = value.filter(|_| named.free(index)) {
            attribute(out, SPAN_ATTRIBUTES, key, |out| any_value(value, out));
        }
    }
}

/// The full path of the function: what the site knows is that of an item inside it. A future's body is a closure.
fn function<'a>(entry: &Entry<'a>) -> &'a str {
    let Some(site) = entry.site else { return entry.name };
    let item = (site.facts.path)();
    let function = item.rsplit_once("::").map_or(item, |(function, _)| function);
    function.trim_end_matches("::{{closure}}")
}

fn text(text: &str) -> Option<Value<'_>> {
    (!text.is_empty()).then_some(Value::Str(text))
}

fn field_attribute(field: NumberedField<'_>, out: &mut Message) {
    if field.number == 1 {
        attribute(out, SPAN_ATTRIBUTES, field.key, |out| any_value(field.value, out));
    } else {
        let key = format!("{}#{}", field.key, field.number);
        attribute(out, SPAN_ATTRIBUTES, &key, |out| any_value(field.value, out));
    }
}

/// A `KeyValue` as field `number`.
fn attribute(out: &mut Message, number: u32, key: &str, value: impl FnOnce(&mut Message)) {
    out.message(number, |pair| {
        pair.string(1, key);
        pair.message(2, value);
    });
}

/// An `AnyValue`. It has no unsigned integer: one that does not fit is its digits.
fn any_value(value: Value<'_>, out: &mut Message) {
    match value {
        Value::Str(text) => out.string(1, text),
        Value::Bool(truth) => out.bool(2, truth),
        Value::I64(n) => out.int64(3, n),
        Value::F64(n) => out.double(4, n),
        Value::U64(n) => match i64::try_from(n) {
            Ok(n) => out.int64(3, n),
            Err(_) => out.string(1, &n.to_string()),
        },
    }
}

/// The name of this machine; empty where the system does not say.
#[cfg(unix)]
fn host_name() -> String {
    let mut name = [0u8; 256];
    // SAFETY: the buffer is as long as is said; one byte is kept back, so the name ends in a zero even if it is cut.
    let failed = unsafe { libc::gethostname(name.as_mut_ptr().cast(), name.len() - 1) } != 0;
    let text = std::ffi::CStr::from_bytes_until_nul(&name).ok().and_then(|name| name.to_str().ok());
    text.filter(|_| !failed).unwrap_or_default().to_owned()
}

#[cfg(not(unix))]
fn host_name() -> String {
    String::new()
}
