//! Attributes as OTLP has them: `opentelemetry/proto/common/v1/common.proto`.

use super::wire::{Field, Items, Wire};
use crate::export::attributes::Attributes;
use crate::instrument::Value;

const KEY: Field = Field(1, "key");
const VALUE: Field = Field(2, "value");
const STRING_VALUE: Field = Field(1, "stringValue");
const BOOL_VALUE: Field = Field(2, "boolValue");
const INT_VALUE: Field = Field(3, "intValue");
const DOUBLE_VALUE: Field = Field(4, "doubleValue");

/// One attribute of a list of them.
pub(super) fn attribute<W: Wire>(list: &mut Items<'_, W>, key: &str, value: Value<'_>) {
    list.item(|pair| {
        pair.text(KEY, key);
        pair.message(VALUE, |out| any_value(out, value));
    });
}

/// An `AnyValue`. It has no unsigned integer: one that does not fit is its digits.
pub(super) fn any_value<W: Wire>(out: &mut W, value: Value<'_>) {
    match value {
        Value::Str(text) => out.text(STRING_VALUE, text),
        Value::Bool(truth) => out.truth(BOOL_VALUE, truth),
        Value::I64(n) => out.integer(INT_VALUE, n),
        Value::F64(n) => out.double(DOUBLE_VALUE, n),
        Value::U64(n) => match i64::try_from(n) {
            Ok(n) => out.integer(INT_VALUE, n),
            Err(_) => out.text(STRING_VALUE, &n.to_string()),
        },
    }
}

impl<W: Wire> Attributes for Items<'_, W> {
    fn put(&mut self, key: &str, value: Value<'_>) {
        attribute(self, key, value);
    }
}
