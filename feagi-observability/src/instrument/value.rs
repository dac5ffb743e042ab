//! Typed field values, written on the caller's thread into bytes; `fields` reads them back.
//!
//! One field is `key index u8, type u8, payload`; integers and floats are 8 bytes, texts a `u16` length and UTF-8.
//! Key indexes from 248 up are reserved for what has no name of the author's.

use super::label::LabelValue;
use super::record::flags;
use crate::context::SpanName;
use std::fmt::{self, Write};
use std::mem::MaybeUninit;
use std::ptr;

/// The name of an attribute that no callsite has declared; its value is the next field, under [`ATTRIBUTE_KEY`].
pub(crate) const NAME_KEY: u8 = 249;
/// The value of the attribute that the field before it names.
pub(crate) const ATTRIBUTE_KEY: u8 = 248;
/// From here on keys have no name of the author's.
pub(crate) const FIRST_RESERVED_KEY: u8 = ATTRIBUTE_KEY;
pub(crate) const MESSAGE_KEY: u8 = 254;
/// The target of a `log` record, whose callsite has none.
pub(crate) const TARGET_KEY: u8 = 252;
/// A span that this one follows from, `<trace id>-<span id>` in hex; may stand several times.
pub(crate) const LINK_KEY: u8 = 250;
/// The name of the span around a foreign event, as a pointer.
pub(crate) const SPAN_KEY: u8 = 251;
/// The error text of a call that ended in an error.
pub(crate) const ERROR_KEY: u8 = 253;
/// The caller's request id.
pub(crate) const REQUEST_ID_KEY: u8 = 255;

#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Tag {
    Bool,
    I64,
    U64,
    F64,
    Str,
}

/// What an encoder has written.
#[derive(Clone, Copy, Default)]
pub(crate) struct Written {
    pub(crate) bytes: u32,
    /// [`flags::TRUNCATED`] or none.
    pub(crate) flags: u8,
}

/// Writes fields into a fixed buffer; what does not fit is cut and remembered, never an error.
pub struct Encoder<'a> {
    buffer: &'a mut [MaybeUninit<u8>],
    len: usize,
    truncated: bool,
}

impl<'a> Encoder<'a> {
    #[inline]
    pub(crate) fn new(buffer: &'a mut [MaybeUninit<u8>]) -> Self {
        Encoder { buffer, len: 0, truncated: false }
    }

    /// Bytes written so far, and whether anything was cut.
    #[inline]
    pub(crate) fn finish(self) -> Written {
        // A buffer is smaller than 4 GiB.
        Written { bytes: self.len as u32, flags: if self.truncated { flags::TRUNCATED } else { 0 } }
    }

    /// Records a typed value under the site's key number `key`.
    #[inline]
    pub fn field<T: Field + ?Sized>(&mut self, key: u8, value: &T) {
        value.encode(key, self);
    }

    /// Records a label by the text of its value.
    pub fn label<L: LabelValue + ?Sized>(&mut self, key: u8, value: &L) {
        if let Some(text) = L::VALUES.get(value.index()) {
            self.text(key, text);
        }
    }

    /// Records a value by its `Display`.
    pub fn display<T: fmt::Display + ?Sized>(&mut self, key: u8, value: &T) {
        self.arguments(key, format_args!("{value}"));
    }

    /// Records a value by its `Debug`.
    pub fn debug<T: fmt::Debug + ?Sized>(&mut self, key: u8, value: &T) {
        self.arguments(key, format_args!("{value:?}"));
    }

    /// Records the line's message.
    pub fn message(&mut self, arguments: fmt::Arguments<'_>) {
        match arguments.as_str() {
            Some(text) => self.text(MESSAGE_KEY, text),
            None => self.arguments(MESSAGE_KEY, arguments),
        }
    }

    #[inline]
    fn scalar(&mut self, key: u8, tag: Tag, payload: u64) {
        if let Some([key_place, tag_place, rest @ ..]) = self.buffer.get_mut(self.len..self.len + 10) {
            key_place.write(key);
            tag_place.write(tag as u8);
            write_bytes(rest, &payload.to_le_bytes());
            self.len += 10;
        } else {
            self.truncated = true;
        }
    }

    /// Records a name by its place.
    #[inline]
    pub(crate) fn span_name(&mut self, key: u8, name: &'static SpanName) {
        self.scalar(key, Tag::U64, ptr::from_ref(name).expose_provenance() as u64);
    }

    pub(crate) fn text(&mut self, key: u8, text: &str) {
        if let Some(mut writer) = self.open_text() {
            let _ = writer.write_str(text);
            let TextWriter { written, full, .. } = writer;
            self.close_text(key, written, full);
        }
    }

    /// Formats into the buffer. A `Display` that fails leaves what it wrote, marked.
    pub(crate) fn arguments(&mut self, key: u8, arguments: fmt::Arguments<'_>) {
        if let Some(mut writer) = self.open_text() {
            if writer.write_fmt(arguments).is_err() && !writer.full {
                let _ = writer.write_str("<error while formatting>");
            }
            let TextWriter { written, full, .. } = writer;
            self.close_text(key, written, full);
        }
    }

    /// Room for a text behind its head; `None` if there is none even for that.
    #[inline]
    fn open_text(&mut self) -> Option<TextWriter<'_>> {
        let Some(room) = self.buffer.get_mut(self.len + TEXT_HEAD..) else {
            self.truncated = true;
            return None;
        };
        Some(TextWriter { room, written: 0, full: false })
    }

    /// Writes the head of a text whose bytes stand behind it. Until then the encoder's length is unchanged: a `Debug` that unwinds
    /// leaves no half field.
    #[inline]
    fn close_text(&mut self, key: u8, written: u16, full: bool) {
        self.truncated |= full;
        if let Some(head) = self.buffer.get_mut(self.len..self.len + TEXT_HEAD) {
            write_bytes(head, &text_head(key, written));
            self.len += TEXT_HEAD + usize::from(written);
        }
    }
}

/// Bytes of key, type and length in front of a text.
pub(super) const TEXT_HEAD: usize = 4;

/// What stands in front of a text.
#[inline]
pub(super) fn text_head(key: u8, length: u16) -> [u8; TEXT_HEAD] {
    let [low, high] = length.to_le_bytes();
    [key, Tag::Str as u8, low, high]
}

/// Appends text; cuts it at a character's boundary.
struct TextWriter<'a> {
    room: &'a mut [MaybeUninit<u8>],
    written: u16,
    /// The room was too small.
    full: bool,
}

impl fmt::Write for TextWriter<'_> {
    #[inline]
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let at = usize::from(self.written);
        let free = self.room.len().min(usize::from(u16::MAX)) - at;
        let fits = text.len() <= free;
        let take = if fits { text.len() } else { text.floor_char_boundary(free) };
        if let (Some(room), Some(bytes)) = (self.room.get_mut(at..at + take), text.as_bytes().get(..take)) {
            write_bytes(room, bytes);
            self.written += take as u16;
        }
        if fits {
            return Ok(());
        }
        self.full = true;
        // Stops a huge `Debug` early; the cut is noted.
        Err(fmt::Error)
    }
}

/// Replaces the number of the first field, which must have this key, and returns the fields behind it.
pub(super) fn replace_first(fields: &mut [u8], key: u8, number: u64) -> Option<&mut [u8]> {
    let ([found, tag, payload @ ..], rest) = fields.split_first_chunk_mut::<10>()?;
    if (*found, *tag) != (key, Tag::U64 as u8) {
        return None;
    }
    *payload = number.to_le_bytes();
    Some(rest)
}

#[inline(always)]
fn write_bytes(room: &mut [MaybeUninit<u8>], bytes: &[u8]) {
    for (place, byte) in room.iter_mut().zip(bytes) {
        place.write(*byte);
    }
}

/// A type that a field can carry as it is: numbers, `bool`, texts, and references, options and boxes of them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be recorded as a field as it is",
    label = "not a number, a bool or a text",
    note = "write `%value` to record it by `Display` or `?value` to record it by `Debug`",
    note = "on a field of an event's struct these are `#[event(display)]` and `#[event(debug)]`"
)]
pub trait Field {
    /// Writes the value under `key`.
    fn encode(&self, key: u8, encoder: &mut Encoder<'_>);
}

macro_rules! scalar_fields {
    ($($tag:ident as $wide:ty { $($t:ty)* })*) => {$($(
        impl Field for $t {
            #[inline]
            fn encode(&self, key: u8, encoder: &mut Encoder<'_>) {
                encoder.scalar(key, Tag::$tag, (*self as $wide).to_bits_le());
            }
        }
    )*)*};
}

/// The 64 bits that stand for a number on the ring.
trait Bits {
    fn to_bits_le(self) -> u64;
}
impl Bits for i64 {
    #[inline]
    fn to_bits_le(self) -> u64 {
        self as u64
    }
}
impl Bits for u64 {
    #[inline]
    fn to_bits_le(self) -> u64 {
        self
    }
}
impl Bits for f64 {
    #[inline]
    fn to_bits_le(self) -> u64 {
        self.to_bits()
    }
}

scalar_fields! {
    I64 as i64 { i8 i16 i32 i64 isize }
    U64 as u64 { u8 u16 u32 u64 usize }
    F64 as f64 { f32 f64 }
}

impl Field for bool {
    #[inline]
    fn encode(&self, key: u8, encoder: &mut Encoder<'_>) {
        encoder.scalar(key, Tag::Bool, u64::from(*self));
    }
}

impl Field for i128 {
    fn encode(&self, key: u8, encoder: &mut Encoder<'_>) {
        match i64::try_from(*self) {
            Ok(small) => small.encode(key, encoder),
            Err(_) => encoder.display(key, self),
        }
    }
}

impl Field for u128 {
    fn encode(&self, key: u8, encoder: &mut Encoder<'_>) {
        match u64::try_from(*self) {
            Ok(small) => small.encode(key, encoder),
            Err(_) => encoder.display(key, self),
        }
    }
}

impl Field for str {
    fn encode(&self, key: u8, encoder: &mut Encoder<'_>) {
        encoder.text(key, self);
    }
}

impl Field for String {
    fn encode(&self, key: u8, encoder: &mut Encoder<'_>) {
        encoder.text(key, self);
    }
}

impl Field for std::borrow::Cow<'_, str> {
    fn encode(&self, key: u8, encoder: &mut Encoder<'_>) {
        encoder.text(key, self);
    }
}

impl Field for char {
    fn encode(&self, key: u8, encoder: &mut Encoder<'_>) {
        encoder.text(key, self.encode_utf8(&mut [0; 4]));
    }
}

/// Seconds, the base unit.
impl Field for std::time::Duration {
    #[inline]
    fn encode(&self, key: u8, encoder: &mut Encoder<'_>) {
        self.as_secs_f64().encode(key, encoder);
    }
}

/// `None` leaves the field out.
impl<T: Field> Field for Option<T> {
    #[inline]
    fn encode(&self, key: u8, encoder: &mut Encoder<'_>) {
        if let Some(value) = self {
            value.encode(key, encoder);
        }
    }
}

macro_rules! forwarded_fields {
    ($($t:ty),*) => {$(
        impl<T: Field + ?Sized> Field for $t {
            #[inline]
            fn encode(&self, key: u8, encoder: &mut Encoder<'_>) {
                (**self).encode(key, encoder);
            }
        }
    )*};
}
forwarded_fields!(&T, &mut T, Box<T>, std::rc::Rc<T>, std::sync::Arc<T>);

#[cfg(test)]
mod tests;
