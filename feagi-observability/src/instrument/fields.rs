//! The other side of `value`: a record's bytes, read back as named values.

use super::value::{ATTRIBUTE_KEY, ERROR_KEY, LINK_KEY, NAME_KEY, REQUEST_ID_KEY, SPAN_KEY, Tag};
use crate::context::SpanName;
use std::ptr;

/// A field's value as sinks see it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Value<'a> {
    Bool(bool),
    I64(i64),
    U64(u64),
    F64(f64),
    Str(&'a str),
}

/// The fields of one record, decoded as they are asked for.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a> {
    bytes: &'a [u8],
    keys: Keys<'a>,
}

/// Where key numbers lead.
#[derive(Clone, Copy)]
pub(crate) enum Keys<'a> {
    Site(&'a [&'static str]),
    Foreign(&'static tracing_core::field::FieldSet),
}

impl Keys<'_> {
    fn get(&self, key: u8) -> Option<&'static str> {
        match self {
            Keys::Site(names) => names.get(usize::from(key)).copied(),
            Keys::Foreign(set) => set.iter().nth(usize::from(key)).map(|field| field.name()),
        }
    }
}

impl<'a> Fields<'a> {
    pub(crate) fn new(bytes: &'a [u8], keys: Keys<'a>) -> Self {
        Fields { bytes, keys }
    }

    /// Named fields in the order they were written, without message and error.
    pub(crate) fn iter(self) -> impl Iterator<Item = (&'a str, Value<'a>)> {
        let mut named = None;
        Raw { bytes: self.bytes }.filter_map(move |(key, value)| match (self.keys, key, value) {
            (Keys::Foreign(_), NAME_KEY, Value::Str(name)) => {
                named = Some(name);
                None
            }
            (Keys::Foreign(_), ATTRIBUTE_KEY, _) => Some((named.take()?, value)),
            (keys, ..) => Some((keys.get(key)?, value)),
        })
    }

    /// The text under one of the reserved keys.
    pub(crate) fn reserved(self, reserved: u8) -> Option<&'a str> {
        Raw { bytes: self.bytes }.find_map(|(key, value)| match value {
            Value::Str(text) if key == reserved => Some(text),
            _ => None,
        })
    }

    /// The name that a foreign event's span had.
    pub(crate) fn span_name(self) -> Option<&'static SpanName> {
        Raw { bytes: self.bytes }.find_map(|(key, value)| match value {
            // SAFETY: only `Encoder::span_name` writes numbers under this key, and their names are static.
            Value::U64(place) if key == SPAN_KEY => unsafe {
                ptr::with_exposed_provenance::<SpanName>(place as usize).as_ref()
            },
            _ => None,
        })
    }

    /// The spans that this one follows from, each as `trace id-span id`.
    pub(crate) fn links(self) -> impl Iterator<Item = &'a str> {
        Raw { bytes: self.bytes }.filter_map(|(key, value)| match value {
            Value::Str(text) if key == LINK_KEY => Some(text),
            _ => None,
        })
    }

    /// The caller's request id.
    pub(crate) fn request_id(self) -> Option<&'a str> {
        self.reserved(REQUEST_ID_KEY)
    }

    /// The error text of a call that ended in an error.
    pub(crate) fn error(self) -> Option<&'a str> {
        self.reserved(ERROR_KEY)
    }
}

/// Encoded fields one by one: the key, and all bytes of the field.
pub(super) fn raw_fields(bytes: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    let mut rest = Raw { bytes };
    std::iter::from_fn(move || {
        let before = rest.bytes;
        let (key, _) = rest.next()?;
        Some((key, before.get(..before.len() - rest.bytes.len())?))
    })
}

struct Raw<'a> {
    bytes: &'a [u8],
}

impl<'a> Iterator for Raw<'a> {
    type Item = (u8, Value<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let [key, tag, rest @ ..] = self.bytes else { return None };
        if *tag == Tag::Str as u8 {
            let (len, rest) = rest.split_first_chunk::<2>()?;
            let (text, rest) = rest.split_at_checked(usize::from(u16::from_le_bytes(*len)))?;
            self.bytes = rest;
            return Some((*key, Value::Str(std::str::from_utf8(text).unwrap_or("<invalid utf-8>"))));
        }
        let (payload, rest) = rest.split_first_chunk::<8>()?;
        self.bytes = rest;
        let bits = u64::from_le_bytes(*payload);
        let value = match *tag {
            t if t == Tag::Bool as u8 => Value::Bool(bits != 0),
            t if t == Tag::I64 as u8 => Value::I64(bits as i64),
            t if t == Tag::F64 as u8 => Value::F64(f64::from_bits(bits)),
            _ => Value::U64(bits),
        };
        Some((*key, value))
    }
}
