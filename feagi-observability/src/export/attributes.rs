//! What is said of a record by key and value, the same in every format: keys are unique, values typed.
//!
//! Names are those of the semantic conventions where they have one.

use crate::collect::{Entry, EntryKind, NumberedField, numbered};
use crate::instrument::{Outcome, SpanKind, Value};

/// What a record's attributes are put into.
pub(super) trait Attributes {
    fn put(&mut self, key: &str, value: Value<'_>);
}

/// What a record is, besides its fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Its message is an attribute.
    Span,
    /// Its message is the body, and its duration is told.
    Line,
}

/// Our attributes, in the order of the bits of [`Named`].
const OWN: [&str; 15] = [
    "code.function.name",
    "code.file.path",
    "code.line.number",
    "thread.id",
    "thread.name",
    "target",
    "outcome",
    "over_budget",
    "message",
    "duration_ns",
    "exception.message",
    "suppressed",
    "request_id",
    "obs.partial",
    "obs.context",
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

/// All attributes of a record: its fields, then ours.
pub(super) fn put_all(entry: &Entry<'_>, role: Role, out: &mut impl Attributes) {
    let mut named = Named::default();
    for field in numbered(entry.fields) {
        named.note(field.key);
        put_field(field, out);
    }
    for (index, (key, value)) in OWN.into_iter().zip(own(entry, role)).enumerate() {
        if let Some(value) = value.filter(|_| named.free(index)) {
            out.put(key, value);
        }
    }
}

/// The values of [`OWN`].
fn own<'a>(entry: &Entry<'a>, role: Role) -> [Option<Value<'a>>; OWN.len()] {
    let called = entry.kind == EntryKind::Call;
    let is_line = role == Role::Line;
    let failed = matches!(entry.outcome, Outcome::Error | Outcome::Panic);
    [
        called.then(|| Value::Str(function(entry))),
        text(entry.file),
        (!entry.file.is_empty()).then_some(Value::U64(u64::from(entry.line))),
        Some(Value::U64(entry.thread.id)),
        text(&entry.thread.name),
        text(entry.target),
        called.then_some(Value::Str(entry.outcome.as_str())),
        entry.over_budget.then_some(Value::Bool(true)),
        entry.message.filter(|_| !is_line).map(Value::Str),
        (called && is_line).then_some(Value::U64(entry.duration)),
        // Of a span it is the status.
        entry.fields.error().filter(|_| failed && is_line).map(Value::Str),
        (entry.suppressed > 0).then_some(Value::U64(entry.suppressed)),
        entry.fields.request_id().map(Value::Str),
        (entry.partial && !is_line).then_some(Value::Bool(true)),
        entry.inferred.then_some(Value::Str("inferred")),
    ]
}

/// On which side of a call between processes the span stands.
pub(super) fn span_kind(entry: &Entry<'_>) -> SpanKind {
    entry.site.map_or(SpanKind::Internal, |site| site.facts.kind)
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

fn put_field(field: NumberedField<'_>, out: &mut impl Attributes) {
    if field.number == 1 {
        out.put(field.key, field.value);
    } else {
        out.put(&format!("{}#{}", field.key, field.number), field.value);
    }
}
