//! What is said of a call when it has ended, from its value: how it ended, and the fields that come from the value.

use super::call::End;
use super::outcome::Outcome;
use super::site::{State, signals};
use super::value::{ERROR_KEY, Encoder, Field};
use std::fmt::{self, Debug, Display};
use std::mem::MaybeUninit;

/// Says how a call ended, from its value.
pub struct Judgement<'c> {
    pub(super) end: &'c mut End,
    pub(super) bytes: &'c mut [MaybeUninit<u8>],
    pub(super) state: State,
}

impl Judgement<'_> {
    /// It ended in an error that cannot be shown.
    pub fn error(&mut self) {
        self.end.set(Outcome::Error, self.state);
    }

    /// It ended in this error, shown by its `Display`.
    pub fn error_display(&mut self, error: &dyn fmt::Display) {
        self.error();
        self.text(format_args!("{error}"));
    }

    /// It ended in this error, shown by its `Debug`.
    pub fn error_debug(&mut self, error: &dyn fmt::Debug) {
        self.error();
        self.text(format_args!("{error:?}"));
    }

    /// Whether the returned value is to be recorded.
    pub fn wants_value(&self) -> bool {
        self.state.has(signals::RET) && self.state.has(signals::RECORD)
    }

    /// Whether anyone wants fields.
    pub fn wants_fields(&self) -> bool {
        self.state.has(signals::RECORD)
    }

    /// Records a typed value under the site's key number `key`.
    pub fn field<T: Field + ?Sized>(&mut self, key: u8, value: &T) {
        self.encode(|encoder| encoder.field(key, value));
    }

    /// Records a value by its `Display`.
    pub fn display<T: Display + ?Sized>(&mut self, key: u8, value: &T) {
        self.encode(|encoder| encoder.display(key, value));
    }

    /// Records a value by its `Debug`.
    pub fn debug<T: Debug + ?Sized>(&mut self, key: u8, value: &T) {
        self.encode(|encoder| encoder.debug(key, value));
    }

    fn text(&mut self, text: fmt::Arguments<'_>) {
        self.encode(|encoder| encoder.arguments(ERROR_KEY, text));
    }

    /// Behind what has been written so far.
    fn encode(&mut self, encode: impl FnOnce(&mut Encoder<'_>)) {
        if !self.state.has(signals::RECORD) {
            return;
        }
        let Some(free) = self.bytes.get_mut(self.end.bytes as usize..) else { return };
        let mut encoder = Encoder::new(free);
        encode(&mut encoder);
        let added = encoder.finish();
        self.end.bytes += added.bytes;
        self.end.mark.flags |= added.flags;
    }
}
