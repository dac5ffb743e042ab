//! A writer for the protobuf wire format: what pprof files and OTLP requests need, and no schema.
//!
//! Owns nothing but a growing buffer. The callers (`profiling::pprof_format`, the OTLP exporter) know the field numbers and
//! leave out what proto3 would: this module writes every field it is asked to write, zeros included.
//! Format: <https://protobuf.dev/programming-guides/encoding/>.
//!
//! Invariant: groups and `sint` zigzag are absent, because neither format uses them here.

/// The low three bits of a tag.
const VARINT: u64 = 0;
const FIXED64: u64 = 1;
const LENGTH_DELIMITED: u64 = 2;
const FIXED32: u64 = 5;

/// The longest varint: ten groups of seven bits hold 64.
const MAX_VARINT: usize = 10;

/// One message being written, field by field, in the order of the calls.
#[derive(Debug, Default)]
pub(crate) struct Message {
    buf: Vec<u8>,
}

impl Message {
    /// An empty message; allocates with the first field.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// `uint32`, `uint64` and enum fields.
    pub(crate) fn uint64(&mut self, field: u32, v: u64) {
        self.tag(field, VARINT);
        self.varint(v);
    }

    /// `int32` and `int64` fields: two's complement, so a negative value takes ten bytes.
    pub(crate) fn int64(&mut self, field: u32, v: i64) {
        self.uint64(field, v as u64);
    }

    /// `bool` fields.
    pub(crate) fn bool(&mut self, field: u32, v: bool) {
        self.uint64(field, u64::from(v));
    }

    /// `double` fields.
    pub(crate) fn double(&mut self, field: u32, v: f64) {
        self.fixed64(field, v.to_bits());
    }

    /// `fixed64` fields, little-endian; `sfixed64` after a cast.
    pub(crate) fn fixed64(&mut self, field: u32, v: u64) {
        self.tag(field, FIXED64);
        self.buf.extend_from_slice(&v.to_le_bytes());
    }

    /// `fixed32` fields, little-endian.
    pub(crate) fn fixed32(&mut self, field: u32, v: u32) {
        self.tag(field, FIXED32);
        self.buf.extend_from_slice(&v.to_le_bytes());
    }

    /// `string` fields.
    pub(crate) fn string(&mut self, field: u32, v: &str) {
        self.bytes(field, v.as_bytes());
    }

    /// `bytes` fields, and messages that are encoded already.
    pub(crate) fn bytes(&mut self, field: u32, v: &[u8]) {
        self.tag(field, LENGTH_DELIMITED);
        self.varint(v.len() as u64);
        self.buf.extend_from_slice(v);
    }

    /// `repeated uint64`, packed.
    pub(crate) fn packed_uint64(&mut self, field: u32, v: &[u64]) {
        self.message(field, |packed| v.iter().for_each(|&item| packed.varint(item)));
    }

    /// `repeated int64`, packed.
    pub(crate) fn packed_int64(&mut self, field: u32, v: &[i64]) {
        self.message(field, |packed| v.iter().for_each(|&item| packed.varint(item as u64)));
    }

    /// `repeated fixed64`, packed; `repeated double` by their bits.
    pub(crate) fn packed_fixed64(&mut self, field: u32, v: impl Iterator<Item = u64>) {
        self.message(field, |packed| v.for_each(|item| packed.buf.extend_from_slice(&item.to_le_bytes())));
    }

    /// A nested message, written in place: no second buffer, whatever the depth.
    pub(crate) fn message(&mut self, field: u32, write: impl FnOnce(&mut Message)) {
        self.tag(field, LENGTH_DELIMITED);
        let start = self.buf.len();
        // Nearly all messages are short: their length takes one byte, and its place is kept.
        self.buf.push(0);
        write(self);
        let length = self.buf.len().saturating_sub(start + 1);
        if let (Ok(short @ ..0x80), Some(place)) = (u8::try_from(length), self.buf.get_mut(start)) {
            *place = short;
            return;
        }
        // A longer one is appended, then rotated to the front of the content.
        self.buf.remove(start);
        self.varint(length as u64);
        if let Some(written) = self.buf.get_mut(start..) {
            written.rotate_left(length);
        }
    }

    /// What has been written so far.
    pub(crate) fn as_slice(&self) -> &[u8] {
        &self.buf
    }

    /// The finished message.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.buf
    }

    /// Starts over and keeps the allocation.
    pub(crate) fn clear(&mut self) {
        self.buf.clear();
    }

    fn tag(&mut self, field: u32, wire_type: u64) {
        self.varint(u64::from(field) << 3 | wire_type);
    }

    fn varint(&mut self, mut v: u64) {
        self.buf.reserve(MAX_VARINT);
        while v >= 0x80 {
            self.buf.push(v as u8 | 0x80);
            v >>= 7;
        }
        self.buf.push(v as u8);
    }
}

#[cfg(test)]
mod tests {
    use super::Message;

    fn written(write: impl FnOnce(&mut Message)) -> Vec<u8> {
        let mut message = Message::new();
        write(&mut message);
        message.into_bytes()
    }

    #[test]
    fn the_examples_of_the_specification_come_out_byte_for_byte() {
        assert_eq!(written(|m| m.uint64(1, 150)), [0x08, 0x96, 0x01]);
        assert_eq!(written(|m| m.string(2, "testing")), b"\x12\x07testing");
        assert_eq!(written(|m| m.message(3, |inner| inner.uint64(1, 150))), [0x1a, 0x03, 0x08, 0x96, 0x01]);
        assert_eq!(
            written(|m| m.packed_uint64(6, &[3, 270, 86942])),
            [0x32, 0x06, 0x03, 0x8e, 0x02, 0x9e, 0xa7, 0x05]
        );
    }

    #[test]
    fn the_ends_of_each_type_keep_their_bits() {
        let ten_bytes = [0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
        assert_eq!(written(|m| m.int64(1, -1)), ten_bytes);
        assert_eq!(written(|m| m.uint64(1, u64::MAX)), ten_bytes);
        assert_eq!(written(|m| m.packed_int64(1, &[-1])), [&[0x0a, 10], &ten_bytes[1..]].concat());
        assert_eq!(written(|m| m.bool(1, true)), [0x08, 1]);
        assert_eq!(written(|m| m.double(1, 1.0)), [0x09, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f]);
        assert_eq!(written(|m| m.fixed64(16, 1)), [0x81, 0x01, 1, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(written(|m| m.fixed32(8, 1)), [0x45, 1, 0, 0, 0]);
        assert_eq!(written(|m| m.packed_fixed64(6, [1].into_iter())), [0x32, 8, 1, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(written(|m| m.message(1, |_| ())), [0x0a, 0]);
    }

    #[test]
    fn a_nested_message_longer_than_127_bytes_gets_a_longer_length() {
        let text = "x".repeat(300);
        let outer = written(|m| m.message(1, |middle| middle.message(2, |inner| inner.string(3, &text))));
        let expected = [b"\x0a\xb2\x02\x12\xaf\x02\x1a\xac\x02".as_slice(), text.as_bytes()].concat();
        assert_eq!(outer, expected);
    }

    #[test]
    fn a_cleared_message_starts_over() {
        let mut message = Message::new();
        message.bytes(1, b"old");
        message.clear();
        message.bytes(1, b"new");
        assert_eq!(message.as_slice(), b"\x0a\x03new");
    }
}
