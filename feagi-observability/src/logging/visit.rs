//! The values of foreign events and spans, as `tracing` shows them one by one, into the encoder.

use crate::instrument::{Encoder, FIRST_RESERVED_KEY, TARGET_KEY};
use std::fmt;
use tracing_core::field::{Field, Visit};

pub(super) struct Visitor<'v, 'e> {
    encoder: &'v mut Encoder<'e>,
    /// A field `message` is the text of a line; in a span it is a field like others.
    has_message: bool,
    is_log: bool,
}

impl<'v, 'e> Visitor<'v, 'e> {
    /// For an event, which may be a `log` record.
    pub(super) fn event(encoder: &'v mut Encoder<'e>, is_log: bool) -> Self {
        Visitor { encoder, has_message: true, is_log }
    }

    /// For a span.
    pub(super) fn span(encoder: &'v mut Encoder<'e>) -> Self {
        Visitor { encoder, has_message: false, is_log: false }
    }

    fn is_message(&self, field: &Field) -> bool {
        self.has_message && field.name() == "message"
    }

    /// The key number of a field; `None` for what the `log` bridge adds for itself.
    fn key(&self, field: &Field) -> Option<u8> {
        if self.is_log && field.name().starts_with("log.") {
            return None;
        }
        // Beyond it stand the reserved keys.
        u8::try_from(field.index()).ok().filter(|key| *key < FIRST_RESERVED_KEY)
    }
}

macro_rules! record {
    ($($method:ident: $t:ty),*) => {$(
        fn $method(&mut self, field: &Field, value: $t) {
            if let Some(key) = self.key(field) {
                self.encoder.field(key, &value);
            }
        }
    )*};
}

impl Visit for Visitor<'_, '_> {
    record! { record_f64: f64, record_i64: i64, record_u64: u64, record_i128: i128, record_u128: u128, record_bool: bool }

    fn record_str(&mut self, field: &Field, value: &str) {
        if self.is_message(field) {
            self.encoder.message(format_args!("{value}"));
        } else if self.is_log && field.name() == "log.target" {
            self.encoder.text(TARGET_KEY, value);
        } else if let Some(key) = self.key(field) {
            self.encoder.field(key, value);
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if self.is_message(field) {
            self.encoder.message(format_args!("{value:?}"));
        } else if let Some(key) = self.key(field) {
            self.encoder.debug(key, value);
        }
    }
}
