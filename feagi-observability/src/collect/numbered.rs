//! Tells repeated field keys apart, for formats whose keys must be unique.

use crate::instrument::{Fields, Value};

/// One field; the second of the same key has `number` 2 and is to be shown as `key#2`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct NumberedField<'a> {
    pub(crate) key: &'a str,
    pub(crate) number: usize,
    pub(crate) value: Value<'a>,
}

/// The fields in the order they were written, numbered so that no two are shown under the same name.
pub(crate) fn numbered(fields: Fields<'_>) -> impl Iterator<Item = NumberedField<'_>> {
    let mut seen = Seen(0);
    fields.iter().enumerate().map(move |(index, (key, value))| {
        let number = if seen.maybe(key) { number(fields, key, index) } else { 1 };
        NumberedField { key, number, value }
    })
}

/// The rank of the field at `index` among those of its key. A number is passed over if a field is literally named so.
fn number(fields: Fields<'_>, key: &str, index: usize) -> usize {
    let earlier = fields.iter().take(index).filter(|(other, _)| *other == key).count();
    let mut number = 1;
    for _ in 0..earlier {
        number += 1;
        while fields.iter().any(|(other, _)| names(other, key, number)) {
            number += 1;
        }
    }
    number
}

/// Whether `text` is `key#number`.
fn names(text: &str, key: &str, number: usize) -> bool {
    text.strip_prefix(key).and_then(|rest| rest.strip_prefix('#')).and_then(|digits| digits.parse().ok())
        == Some(number)
}

/// A small filter: answers "not seen yet" for nearly every key without looking at the others.
struct Seen(u128);

impl Seen {
    fn maybe(&mut self, key: &str) -> bool {
        let hash = key.bytes().fold(key.len(), |hash, byte| hash.wrapping_mul(31) ^ usize::from(byte));
        let bit = 1 << (hash % 128);
        let seen = self.0 & bit != 0;
        self.0 |= bit;
        seen
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instrument::{Encoder, Keys};
    use std::mem::MaybeUninit;

    fn shown(keys: &[&'static str]) -> Vec<String> {
        let mut buffer = [MaybeUninit::uninit(); 8192];
        let mut encoder = Encoder::new(&mut buffer);
        for key in 0..keys.len() {
            encoder.field(key as u8, &true);
        }
        let len = encoder.finish().bytes as usize;
        // SAFETY: the encoder has initialised the first `len` bytes.
        let bytes: Vec<u8> = buffer[..len].iter().map(|b| unsafe { b.assume_init() }).collect();
        let name = |field: NumberedField<'_>| match field.number {
            1 => field.key.to_owned(),
            number => format!("{}#{number}", field.key),
        };
        numbered(Fields::new(&bytes, Keys::Site(keys))).map(name).collect()
    }

    #[test]
    fn repeated_keys_are_numbered_in_order_and_never_meet_a_literal_name() {
        assert_eq!(shown(&["a", "b", "a", "a"]), ["a", "b", "a#2", "a#3"]);
        assert_eq!(shown(&["a", "a", "a", "a#2"]), ["a", "a#3", "a#4", "a#2"]);
        assert_eq!(shown(&["a#2", "a", "a#2", "a"]), ["a#2", "a", "a#2#2", "a#3"]);
    }

    #[test]
    fn many_keys_stay_unique() {
        let keys: Vec<&'static str> = (0..250).map(|i| ["x", "y", "x#2", "x#02", "y#7"][i % 5]).collect();
        let names = shown(&keys);
        let unique: std::collections::HashSet<_> = names.iter().collect();
        assert_eq!(unique.len(), names.len());
    }
}
