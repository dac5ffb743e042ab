//! Takes `tracing` events (and `log` records, which come as such) from other crates and puts them on the ring, under the
//! ids of the observed call around them.

use super::filter::{Filter, is_log_bridge};
use crate::instrument::{Encoder, SPAN_KEY, TARGET_KEY, foreign};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use tracing_core::field::{Field, Visit};
use tracing_core::subscriber::Interest;
use tracing_core::{Event, Metadata, Subscriber};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::{Context, Layer};

/// The layer that foreign events enter by.
pub(crate) struct CaptureLayer {
    filter: Filter,
    on: Arc<AtomicBool>,
}

impl CaptureLayer {
    /// Takes what `filter` lets through, while `on` is true.
    pub(crate) fn new(filter: Filter, on: Arc<AtomicBool>) -> Self {
        CaptureLayer { filter, on }
    }
}

impl<S: Subscriber> Layer<S> for CaptureLayer {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        self.filter.interest(metadata)
    }

    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        // Asked only for `log` records: `Interest` answers for all others. Here the target is the real one.
        metadata.is_event() && self.filter.enables(metadata.target(), (*metadata.level()).into())
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.filter.max_level())
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        // Relaxed: a line more or less around start and stop.
        if !self.on.load(Relaxed) {
            return;
        }
        let metadata = event.metadata();
        let is_log = is_log_bridge(metadata);
        foreign::log(metadata, |encoder| event.record(&mut Visitor { encoder, is_log }));
    }
}

struct Visitor<'v, 'e> {
    encoder: &'v mut Encoder<'e>,
    is_log: bool,
}

impl Visitor<'_, '_> {
    /// The key number of a field; `None` for what the `log` bridge adds for itself.
    fn key(&self, field: &Field) -> Option<u8> {
        if self.is_log && field.name().starts_with("log.") {
            return None;
        }
        // Beyond it stand the reserved keys.
        u8::try_from(field.index()).ok().filter(|key| *key < SPAN_KEY)
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
        if field.name() == "message" {
            self.encoder.message(format_args!("{value}"));
        } else if self.is_log && field.name() == "log.target" {
            self.encoder.text(TARGET_KEY, value);
        } else if let Some(key) = self.key(field) {
            self.encoder.field(key, value);
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            self.encoder.message(format_args!("{value:?}"));
        } else if let Some(key) = self.key(field) {
            self.encoder.debug(key, value);
        }
    }
}
