//! The `tracing` subscriber: takes the events and spans of other crates (and `log` records, which come as events) and puts them on
//! the ring, in one trace with our own calls.
//!
//! A subscriber and not a layer on a registry: a span's `Id` is the key under which `instrument` knows it, so that nothing
//! has to be looked up by it, kept beside it, locked or allocated for it.

use super::intake::Intake;
use crate::instrument::foreign::{self, NO_SPAN, Parent, SpanKeys};
use std::any::TypeId;
use std::ptr;
use std::sync::Arc;
use tracing_core::span::{Attributes, Current, Id, Record};
use tracing_core::subscriber::Interest;
use tracing_core::{Event, Metadata, Subscriber};
use tracing_subscriber::filter::LevelFilter;

static KEYS: SpanKeys = SpanKeys { key: None };

/// The subscriber of a process whose subscriber is ours.
pub(crate) struct Capture(Arc<Intake>);

impl Capture {
    /// One that gives to `intake`.
    pub(crate) fn new(intake: Arc<Intake>) -> Self {
        Capture(intake)
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
        self.0.register(metadata)
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        self.0.enables(metadata)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.0.filter().max_level())
    }

    fn event(&self, event: &Event<'_>) {
        self.0.event(event, || parent(event.is_root(), event.parent()));
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        if !self.0.is_on() {
            return Id::from_u64(NO_SPAN);
        }
        Id::from_u64(self.0.open(span, parent(span.is_root(), span.parent())))
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        self.0.record(span.into_u64(), values);
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
        self.0.close(id.into_u64())
    }

    // SAFETY: what is returned points to what was asked for: this subscriber, or a static.
    unsafe fn downcast_raw(&self, id: TypeId) -> Option<*const ()> {
        if id == TypeId::of::<SpanKeys>() {
            return Some(ptr::from_ref(&KEYS).cast());
        }
        (id == TypeId::of::<Self>()).then(|| ptr::from_ref(self).cast())
    }

    fn current_span(&self) -> Current {
        match foreign::current() {
            Some((key, metadata)) => Current::new(Id::from_u64(key), metadata),
            None => Current::none(),
        }
    }
}
