//! Messages of OTLP as JSON: the mapping of protobuf 3, with ids in hex and enums as numbers.
//!
//! 64-bit integers are strings, because JSON's readers take numbers for floats; so are floats that are not finite.

use super::wire::{Field, Items, Wire};
use crate::logging::format::{append_f64, append_hex, append_i64, append_string, append_u64};

/// One message being written.
#[derive(Debug, Default)]
pub(super) struct Json {
    out: Vec<u8>,
}

impl Json {
    /// Writes a message as an object; what was written before is gone, its memory stays.
    pub(super) fn object(&mut self, write: impl FnOnce(&mut Self)) -> &[u8] {
        self.out.clear();
        self.braces(write);
        &self.out
    }

    fn braces(&mut self, write: impl FnOnce(&mut Self)) {
        self.out.push(b'{');
        write(self);
        self.out.push(b'}');
    }

    /// Only what opens a list or an object ends in one of these: texts end in a quote.
    fn separate(&mut self) {
        if !matches!(self.out.last(), Some(b'{' | b'[') | None) {
            self.out.push(b',');
        }
    }

    fn key(&mut self, field: Field) -> &mut Vec<u8> {
        self.separate();
        self.out.push(b'"');
        self.out.extend_from_slice(field.1.as_bytes());
        self.out.extend_from_slice(b"\":");
        &mut self.out
    }

    fn append_list<T>(&mut self, field: Field, list: &[T], append: impl Fn(&mut Vec<u8>, &T)) {
        self.key(field).push(b'[');
        for item in list {
            self.separate();
            append(&mut self.out, item);
        }
        self.out.push(b']');
    }
}

fn quoted(out: &mut Vec<u8>, append: impl FnOnce(&mut Vec<u8>)) {
    out.push(b'"');
    append(out);
    out.push(b'"');
}

fn append_double(out: &mut Vec<u8>, n: f64) {
    if n.is_finite() {
        append_f64(n, out);
    } else {
        quoted(out, |out| append_f64(n, out));
    }
}

impl Wire for Json {
    fn text(&mut self, field: Field, text: &str) {
        append_string(text, self.key(field));
    }

    fn id(&mut self, field: Field, id: &[u8]) {
        quoted(self.key(field), |out| append_hex(id, out));
    }

    fn truth(&mut self, field: Field, truth: bool) {
        self.key(field).extend_from_slice(if truth { b"true" } else { b"false" });
    }

    fn small(&mut self, field: Field, n: u32) {
        append_u64(u64::from(n), self.key(field));
    }

    fn bits(&mut self, field: Field, n: u32) {
        self.small(field, n);
    }

    fn integer(&mut self, field: Field, n: i64) {
        quoted(self.key(field), |out| append_i64(n, out));
    }

    fn fixed(&mut self, field: Field, n: u64) {
        quoted(self.key(field), |out| append_u64(n, out));
    }

    fn signed_fixed(&mut self, field: Field, n: i64) {
        self.integer(field, n);
    }

    fn double(&mut self, field: Field, n: f64) {
        append_double(self.key(field), n);
    }

    fn fixed_list(&mut self, field: Field, list: &[u64]) {
        self.append_list(field, list, |out, n| quoted(out, |out| append_u64(*n, out)));
    }

    fn double_list(&mut self, field: Field, list: &[f64]) {
        self.append_list(field, list, |out, n| append_double(out, *n));
    }

    fn message(&mut self, field: Field, write: impl FnOnce(&mut Self)) {
        self.key(field);
        self.braces(write);
    }

    fn list(&mut self, field: Field, items: impl FnOnce(&mut Items<'_, Self>)) {
        self.key(field).push(b'[');
        items(&mut Items { wire: self, field });
        self.out.push(b']');
    }

    fn item(&mut self, _: Field, write: impl FnOnce(&mut Self)) {
        self.separate();
        self.braces(write);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn written(write: impl FnOnce(&mut Json)) -> Value {
        let mut json = Json::default();
        serde_json::from_slice(json.object(write)).unwrap()
    }

    #[test]
    fn each_type_has_the_form_that_the_mapping_gives_it() {
        let value = written(|json| {
            json.text(Field(1, "text"), "a\"b\n{[");
            json.id(Field(1, "id"), &[0x0a, 0xff]);
            json.truth(Field(1, "truth"), true);
            json.small(Field(1, "small"), 7);
            json.bits(Field(1, "bits"), 1);
            json.integer(Field(1, "integer"), i64::MIN);
            json.fixed(Field(1, "fixed"), u64::MAX);
            json.signed_fixed(Field(1, "signedFixed"), -1);
            json.double(Field(1, "double"), 0.5);
            json.double(Field(1, "infinite"), f64::NEG_INFINITY);
            json.fixed_list(Field(1, "fixedList"), &[1, u64::MAX]);
            json.double_list(Field(1, "doubleList"), &[1.5, f64::NAN]);
        });
        let expected = json!({
            "text": "a\"b\n{[", "id": "0aff", "truth": true, "small": 7, "bits": 1, "integer": "-9223372036854775808",
            "fixed": "18446744073709551615", "signedFixed": "-1", "double": 0.5, "infinite": "-Infinity",
            "fixedList": ["1", "18446744073709551615"], "doubleList": [1.5, "NaN"],
        });
        assert_eq!(value, expected);
    }

    #[test]
    fn messages_and_lists_nest_and_may_be_empty() {
        let number = |n| move |json: &mut Json| json.small(Field(1, "n"), n);
        let value = written(|json| {
            json.message(Field(1, "empty"), |_| ());
            json.list(Field(2, "none"), |_| ());
            json.list(Field(3, "many"), |list| {
                list.item(|item| item.list(Field(1, "inner"), |inner| inner.item(number(1))));
                list.item(number(2));
            });
        });
        assert_eq!(value, json!({"empty": {}, "none": [], "many": [{"inner": [{"n": 1}]}, {"n": 2}]}));
    }
}
