//! The `tracing` subscriber: takes the events and spans of other crates (and `log` records, which come as events) and puts them on
//! the ring, in one trace with our own calls.
//!
//! A subscriber and not a layer on a registry: a span's `Id` is the key under which `instrument` knows it, so that nothing
//! has to be looked up by it, kept beside it, locked or allocated for it.

use super::filter::{Filter, is_log_bridge};
use crate::context::compiled;
use crate::instrument::{Encoder, LINK_KEY, TARGET_KEY, foreign};
use foreign::{NO_SPAN, Parent, SpanKeys};
use std::any::TypeId;
use std::fmt;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use tracing_core::field::{Field, Visit};
use tracing_core::span::{Attributes, Current, Id, Record};
use tracing_core::subscriber::Interest;
use tracing_core::{Event, Metadata, Subscriber};
use tracing_subscriber::filter::LevelFilter;

/// Where foreign events and spans enter.
pub(crate) struct Capture {
    filter: Filter,
    on: Arc<AtomicBool>,
    has_spans: bool,
}

impl Capture {
    /// Takes what `filter` lets through, while `on` is true. Spans are followed in any case, for the ids of lines, and leave
    /// records if `has_spans`.
    pub(crate) fn new(filter: Filter, on: Arc<AtomicBool>, has_spans: bool) -> Self {
        Capture { filter, on, has_spans }
    }

    /// Relaxed: a line or span more or less around start and stop.
    fn is_on(&self) -> bool {
        self.on.load(Relaxed)
    }
}

/// What an event or a new span stands in.
fn parent(is_root: bool, explicit: Option<&Id>) -> Parent {
    match explicit {
        Some(id) => Parent::Span(id.into_u64()),
        None if is_root => Parent::Root,
        None => Parent::Current,
    }
}

impl Subscriber for Capture {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if !compiled::LOG && metadata.is_event() {
            return Interest::never();
        }
        let interest = self.filter.interest(metadata);
        if metadata.is_span() && !interest.is_never() {
            // Made now, so that no span has to.
            foreign::name_of(metadata);
        }
        interest
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        // Asked where `Interest` did not answer, as for `log` records: here the target is the real one.
        self.filter.enables(metadata.target(), (*metadata.level()).into())
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.filter.max_level())
    }

    fn event(&self, event: &Event<'_>) {
        if !compiled::LOG || !self.is_on() {
            return;
        }
        let metadata = event.metadata();
        let is_log = is_log_bridge(metadata);
        let parent = parent(event.is_root(), event.parent());
        foreign::log(metadata, parent, |encoder| {
            event.record(&mut Visitor { encoder, has_message: true, is_log });
        });
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        if !self.is_on() {
            return Id::from_u64(NO_SPAN);
        }
        let parent = parent(span.is_root(), span.parent());
        Id::from_u64(foreign::open(span.metadata(), parent, compiled::TRACE && self.has_spans, |encoder| {
            span.record(&mut Visitor { encoder, has_message: false, is_log: false });
        }))
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        foreign::record(span.into_u64(), |encoder| {
            values.record(&mut Visitor { encoder, has_message: false, is_log: false });
        });
    }

    fn record_follows_from(&self, span: &Id, follows: &Id) {
        foreign::follow(span.into_u64(), follows.into_u64());
    }

    fn enter(&self, span: &Id) {
        foreign::enter(span.into_u64());
    }

    fn exit(&self, span: &Id) {
        foreign::exit(span.into_u64());
    }

    fn clone_span(&self, id: &Id) -> Id {
        foreign::clone(id.into_u64());
        id.clone()
    }

    fn try_close(&self, id: Id) -> bool {
        foreign::close(id.into_u64(), self.is_on())
    }

    // SAFETY: what is returned points to what was asked for: this subscriber, or a type without size, which may stand anywhere.
    unsafe fn downcast_raw(&self, id: TypeId) -> Option<*const ()> {
        let is_known = id == TypeId::of::<Self>() || id == TypeId::of::<SpanKeys>();
        is_known.then(|| ptr::from_ref(self).cast())
    }

    fn current_span(&self) -> Current {
        match foreign::current() {
            Some((key, metadata)) => Current::new(Id::from_u64(key), metadata),
            None => Current::none(),
        }
    }
}

struct Visitor<'v, 'e> {
    encoder: &'v mut Encoder<'e>,
    /// A field `message` is the text of a line; in a span it is a field like others.
    has_message: bool,
    is_log: bool,
}

impl Visitor<'_, '_> {
    fn is_message(&self, field: &Field) -> bool {
        self.has_message && field.name() == "message"
    }

    /// The key number of a field; `None` for what the `log` bridge adds for itself.
    fn key(&self, field: &Field) -> Option<u8> {
        if self.is_log && field.name().starts_with("log.") {
            return None;
        }
        // Beyond it stand the reserved keys.
        u8::try_from(field.index()).ok().filter(|key| *key < LINK_KEY)
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
