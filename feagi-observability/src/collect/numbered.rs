//! Tells repeated field keys apart, for formats whose keys must be unique.

use crate::instrument::{Fields, Value};

/// One field; the second of the same key has `number` 2 and is to be shown as `key#2`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct NumberedField<'a> {
    pub(crate) key: &'a str,
    pub(crate) number: usize,
    pub(crate) value: Value<'a>,
}

/// What a format makes of keys.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Naming<F> {
    /// What becomes of each byte of a key: two keys that look the same afterwards are one.
    pub(crate) shown: F,
    /// Keys that are taken already.
    pub(crate) reserved: &'static [&'static str],
}

impl<F: Fn(u8) -> u8 + Copy> Naming<F> {
    fn same(self, one: &str, other: &str) -> bool {
        one.len() == other.len()
            && one.bytes().zip(other.bytes()).all(|(a, b)| (self.shown)(a) == (self.shown)(b))
    }

    /// Whether `text` is `key#number`.
    fn names(self, text: &str, key: &str, number: usize) -> bool {
        let Some((head, rest)) = text.as_bytes().split_at_checked(key.len()) else { return false };
        let same = head.iter().zip(key.bytes()).all(|(a, b)| (self.shown)(*a) == (self.shown)(b));
        let digits = rest.strip_prefix(b"#").and_then(|digits| std::str::from_utf8(digits).ok());
        same && digits.and_then(|digits| digits.parse().ok()) == Some(number)
    }
}

/// The fields in the order they were written, numbered so that no two are shown under the same name.
pub(crate) fn numbered(fields: Fields<'_>) -> impl Iterator<Item = NumberedField<'_>> {
    numbered_as(fields, Naming { shown: |byte| byte, reserved: &[] })
}

/// The same where keys are not shown as they are.
pub(crate) fn numbered_as<F: Fn(u8) -> u8 + Copy>(
    fields: Fields<'_>,
    naming: Naming<F>,
) -> impl Iterator<Item = NumberedField<'_>> + use<'_, F> {
    let mut seen = Seen(0);
    fields.iter().enumerate().map(move |(index, (key, value))| {
        let is_reserved = naming.reserved.contains(&key);
        let maybe = seen.maybe(key, naming.shown) || is_reserved;
        let number = if maybe { number(fields, naming, key, index) } else { 1 };
        NumberedField { key, number, value }
    })
}

/// The rank of the field at `index` among those of its key. A number is passed over if a field is literally named so.
fn number<F: Fn(u8) -> u8 + Copy>(fields: Fields<'_>, naming: Naming<F>, key: &str, index: usize) -> usize {
    let taken = naming.reserved.iter().filter(|reserved| naming.same(reserved, key)).count();
    let earlier = taken + fields.iter().take(index).filter(|(other, _)| naming.same(other, key)).count();
    let mut number = 1;
    for _ in 0..earlier {
        number += 1;
        while fields.iter().any(|(other, _)| naming.names(other, key, number)) {
            number += 1;
        }
    }
    number
}

/// A small filter: answers "not seen yet" for nearly every key without looking at the others.
struct Seen(u128);

impl Seen {
    fn maybe(&mut self, key: &str, shown: impl Fn(u8) -> u8) -> bool {
        let hash =
            key.bytes().map(shown).fold(key.len(), |hash, byte| hash.wrapping_mul(31) ^ usize::from(byte));
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
        shown_as(keys, Naming { shown: |byte| byte, reserved: &[] })
    }

    fn shown_as(keys: &[&'static str], naming: Naming<fn(u8) -> u8>) -> Vec<String> {
        let mut buffer = [MaybeUninit::uninit(); 8192];
        let mut encoder = Encoder::new(&mut buffer);
        for key in 0..keys.len() {
            encoder.field(key as u8, &true);
        }
        let len = encoder.finish().bytes as usize;
        // SAFETY: the encoder has initialised the first `len` bytes.
        let bytes: Vec<u8> = buffer[..len].iter().map(|b| unsafe { b.assume_init() }).collect();
        let shown = |key: &str| String::from_utf8(key.bytes().map(naming.shown).collect()).unwrap();
        let name = |field: NumberedField<'_>| match field.number {
            1 => shown(field.key),
            number => format!("{}#{number}", shown(field.key)),
        };
        numbered_as(Fields::new(&bytes, Keys::Site(keys)), naming).map(name).collect()
    }

    #[test]
    fn repeated_keys_are_numbered_in_order_and_never_meet_a_literal_name() {
        assert_eq!(shown(&["a", "b", "a", "a"]), ["a", "b", "a#2", "a#3"]);
        assert_eq!(shown(&["a", "a", "a", "a#2"]), ["a", "a#3", "a#4", "a#2"]);
        assert_eq!(shown(&["a#2", "a", "a#2", "a"]), ["a#2", "a", "a#2#2", "a#3"]);
    }

    #[test]
    fn keys_that_are_shown_alike_or_taken_are_told_apart() {
        let shown: fn(u8) -> u8 = |byte| if byte == b'.' { b'_' } else { byte };
        let naming = Naming { shown, reserved: &["level"] };
        let names = shown_as(&["a.b", "a_b", "level", "a_b#2", "a.b", "level#2"], naming);
        assert_eq!(names, ["a_b", "a_b#3", "level#3", "a_b#2", "a_b#4", "level#2"]);
    }

    #[test]
    fn many_keys_stay_unique() {
        let keys: Vec<&'static str> = (0..250).map(|i| ["x", "y", "x#2", "x#02", "y#7"][i % 5]).collect();
        let names = shown(&keys);
        let unique: std::collections::HashSet<_> = names.iter().collect();
        assert_eq!(unique.len(), names.len());
    }
}
