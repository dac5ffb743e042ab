//! What OpenTelemetry's API may say of a foreign span after it was opened: another parent, attributes that its callsite has not declared,
//! links, how it ended.

use super::super::fields::Value;
use super::super::outcome::Outcome;
use super::super::thread;
use super::super::value::{ATTRIBUTE_KEY, ERROR_KEY, Encoder, FIRST_RESERVED_KEY, LINK_KEY, NAME_KEY};
use super::pool;
pub(crate) use super::span::context;
use super::{span, values};
use crate::context::{Context, SpanId, TraceId};
use std::mem::MaybeUninit;

/// An attribute: a name, and a value.
#[derive(Clone, Copy)]
pub(crate) struct Attribute<'a> {
    pub(crate) name: &'a str,
    pub(crate) value: Value<'a>,
}

impl Attribute<'_> {
    /// Writes it as a name and a value.
    pub(crate) fn encode(self, encoder: &mut Encoder<'_>) {
        encoder.text(NAME_KEY, self.name);
        self.encode_value(ATTRIBUTE_KEY, encoder);
    }

    fn encode_value(self, key: u8, encoder: &mut Encoder<'_>) {
        match self.value {
            Value::Bool(value) => encoder.field(key, &value),
            Value::I64(value) => encoder.field(key, &value),
            Value::U64(value) => encoder.field(key, &value),
            Value::F64(value) => encoder.field(key, &value),
            Value::Str(value) => encoder.text(key, value),
        }
    }
}

/// Gives the span another parent, or none, and with it another trace; it keeps its own id. What it is in now. Before anybody has entered
/// it or asked for its context.
pub(crate) fn adopt(key: u64, parent: Option<Context>) -> Option<Context> {
    let open = pool::find(key)?;
    let before = open.context()?;
    let child = thread::attach()?.slot.child_of(parent, before.name);
    let context = Context { span_id: before.span_id, ..child };
    open.readopt(&context);
    Some(context)
}

/// Sets an attribute; one that has the name of a field of the callsite takes its place.
pub(crate) fn set_attribute(key: u64, attribute: Attribute<'_>) {
    let Some(open) = pool::find(key) else { return };
    let declared = open.metadata().and_then(|metadata| metadata.fields().field(attribute.name));
    let field = declared.and_then(|field| u8::try_from(field.index()).ok());
    if let Some(field) = field.filter(|field| *field < FIRST_RESERVED_KEY) {
        return span::add(open, false, |encoder| attribute.encode_value(field, encoder));
    }
    let mut bytes = [MaybeUninit::uninit(); values::BYTES];
    let mut encoder = Encoder::new(&mut bytes);
    attribute.encode(&mut encoder);
    let written = encoder.finish();
    // SAFETY: the encoder has initialised as many bytes as it says.
    let encoded = unsafe { bytes.get(..written.bytes as usize).unwrap_or_default().assume_init_ref() };
    open.block.values.with(|values| {
        if open.is_open() {
            values.merge_attribute(attribute.name, encoded);
            if written.flags != 0 {
                values.set_truncated();
            }
        }
    });
}

/// Says that the span is linked to another.
pub(crate) fn link(key: u64, trace_id: TraceId, span_id: SpanId) {
    if let Some(open) = pool::find(key) {
        span::add(open, true, |encoder| encoder.arguments(LINK_KEY, format_args!("{trace_id}-{span_id}")));
    }
}

/// Says that what the span stands for has failed.
pub(crate) fn set_error(key: u64, error: &str) {
    span::judge(key, Outcome::Error, &[]);
    if let Some(open) = pool::find(key).filter(|_| !error.is_empty()) {
        span::add(open, false, |encoder| encoder.text(ERROR_KEY, error));
    }
}
