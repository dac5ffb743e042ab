//! Messages of OTLP, written once and encoded either way.
//!
//! The mappings (`span`, `log_record`, `metric`, `resource`) say which field holds what; a [`Wire`] writes it down, as protobuf or as JSON.
//! Protobuf leaves out what is zero, and the mappings do so for both where a record has nothing to say.
//!
//! Formats: opentelemetry-proto, version 1; its JSON is that of protobuf 3, but for ids, which are hex, and enums, which are numbers.

use crate::protobuf::Message;

/// A field: its number, and its name in JSON.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field(pub(super) u32, pub(super) &'static str);

/// Writes one message, field by field.
pub(super) trait Wire: Sized {
    /// `string`.
    fn text(&mut self, field: Field, text: &str);
    /// `bytes` that are a trace or span id.
    fn id(&mut self, field: Field, id: &[u8]);
    /// `bool`.
    fn truth(&mut self, field: Field, truth: bool);
    /// `uint32` and enums.
    fn small(&mut self, field: Field, n: u32);
    /// `fixed32`.
    fn bits(&mut self, field: Field, n: u32);
    /// `int64`.
    fn integer(&mut self, field: Field, n: i64);
    /// `fixed64`.
    fn fixed(&mut self, field: Field, n: u64);
    /// `sfixed64`.
    fn signed_fixed(&mut self, field: Field, n: i64);
    /// `double`.
    fn double(&mut self, field: Field, n: f64);
    /// `repeated fixed64`.
    fn fixed_list(&mut self, field: Field, list: &[u64]);
    /// `repeated double`.
    fn double_list(&mut self, field: Field, list: &[f64]);
    /// A message inside this one.
    fn message(&mut self, field: Field, write: impl FnOnce(&mut Self));
    /// Messages of a repeated field; all of them stand in one list.
    fn list(&mut self, field: Field, items: impl FnOnce(&mut Items<'_, Self>));
    /// One message of the list that is being written.
    fn item(&mut self, field: Field, write: impl FnOnce(&mut Self));
}

/// A message that knows its fields.
pub(super) trait Content {
    fn write<W: Wire>(&self, out: &mut W);
}

/// A repeated field that is being written.
pub(super) struct Items<'a, W> {
    pub(super) wire: &'a mut W,
    pub(super) field: Field,
}

impl<W: Wire> Items<'_, W> {
    pub(super) fn item(&mut self, write: impl FnOnce(&mut W)) {
        self.wire.item(self.field, write);
    }
}

impl Wire for Message {
    fn text(&mut self, field: Field, text: &str) {
        self.string(field.0, text);
    }

    fn id(&mut self, field: Field, id: &[u8]) {
        self.bytes(field.0, id);
    }

    fn truth(&mut self, field: Field, truth: bool) {
        self.bool(field.0, truth);
    }

    fn small(&mut self, field: Field, n: u32) {
        self.uint64(field.0, u64::from(n));
    }

    fn bits(&mut self, field: Field, n: u32) {
        self.fixed32(field.0, n);
    }

    fn integer(&mut self, field: Field, n: i64) {
        self.int64(field.0, n);
    }

    fn fixed(&mut self, field: Field, n: u64) {
        self.fixed64(field.0, n);
    }

    fn signed_fixed(&mut self, field: Field, n: i64) {
        self.fixed64(field.0, n as u64);
    }

    fn double(&mut self, field: Field, n: f64) {
        Message::double(self, field.0, n);
    }

    fn fixed_list(&mut self, field: Field, list: &[u64]) {
        self.packed_fixed64(field.0, list.iter().copied());
    }

    fn double_list(&mut self, field: Field, list: &[f64]) {
        self.packed_fixed64(field.0, list.iter().map(|n| n.to_bits()));
    }

    fn message(&mut self, field: Field, write: impl FnOnce(&mut Self)) {
        Message::message(self, field.0, write);
    }

    fn list(&mut self, field: Field, items: impl FnOnce(&mut Items<'_, Self>)) {
        items(&mut Items { wire: self, field });
    }

    fn item(&mut self, field: Field, write: impl FnOnce(&mut Self)) {
        Message::message(self, field.0, write);
    }
}
