//! The layer's work, whichever way it is filtered: what `tracing_subscriber` tells, by keys that stand beside its spans.

use super::bridge::Bridge;
use super::intake::Intake;
use super::role::Role;
use crate::instrument::foreign::{self, NO_SPAN, Parent};
use std::any::TypeId;
use std::sync::Arc;
use tracing_core::span::{Attributes, Id, Record};
use tracing_core::{Dispatch, Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::{LookupSpan, SpanRef};

/// Stands in a span's extensions.
#[derive(Clone, Copy)]
struct Key(u64);

pub(super) struct Tap<S> {
    intake: Arc<Intake>,
    role: Role,
    bridge: Bridge<S>,
}

/// The key of a span of a subscriber over an `S` with our layer.
pub(super) fn key_of<S>(dispatch: &Dispatch, id: &Id) -> Option<u64>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    beside(&dispatch.downcast_ref::<S>()?.span(id)?)
}

fn beside<'a, R: LookupSpan<'a>>(span: &SpanRef<'a, R>) -> Option<u64> {
    span.extensions().get::<Key>().map(|key| key.0)
}

impl<S> Tap<S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    pub(super) fn new(intake: Arc<Intake>, bridge: Bridge<S>) -> Self {
        Tap { role: Role::new(Arc::clone(&intake)), intake, bridge }
    }

    /// It is about to stand over this subscriber.
    pub(super) fn put_over(&mut self, subscriber: &S) {
        self.bridge.put_over(subscriber);
    }

    /// It stands in the subscriber behind this dispatch, and is the first of ours in it or not.
    pub(super) fn show(&self, dispatch: &Dispatch, is_first: bool) {
        self.role.show(is_first);
        if is_first {
            self.bridge.show(dispatch);
        }
    }

    /// The key of a span, if it is for this layer to deal with it.
    fn key(&self, id: &Id, cx: &Context<'_, S>) -> Option<u64> {
        if self.role.is_active() { beside(&cx.span(id)?) } else { None }
    }

    /// What an event or a new span stands in. A parent that is not recorded is stepped over.
    fn parent(&self, is_root: bool, explicit: Option<&Id>, cx: &Context<'_, S>) -> Parent {
        match explicit {
            Some(id) => {
                let found = cx.span(id).and_then(|span| {
                    self.bridge.settle(id);
                    span.scope().find_map(|span| beside(&span))
                });
                found.map_or(Parent::Root, Parent::Span)
            }
            None if is_root => Parent::Root,
            None => Parent::Current,
        }
    }
}

impl<S> Layer<S> for Tap<S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, cx: Context<'_, S>) {
        if !self.intake.is_on() || !self.role.is_active() {
            return;
        }
        let parent = self.parent(attributes.is_root(), attributes.parent(), &cx);
        let key = self.intake.open(attributes, parent);
        if key == NO_SPAN {
            return;
        }
        if let Some(span) = cx.span(id) {
            span.extensions_mut().replace(Key(key));
        }
        self.bridge.opened(attributes, id, key, cx);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, cx: Context<'_, S>) {
        if let Some(key) = self.key(id, &cx) {
            self.intake.record(key, values);
        }
    }

    fn on_follows_from(&self, id: &Id, follows: &Id, cx: Context<'_, S>) {
        let Some(_held) = cx.span(follows) else { return };
        self.bridge.settle(follows);
        if let (Some(key), Some(cause)) = (self.key(id, &cx), self.key(follows, &cx)) {
            foreign::follow(key, cause);
        }
    }

    fn on_event(&self, event: &Event<'_>, cx: Context<'_, S>) {
        if self.role.is_active() {
            self.intake.event(event, || self.parent(event.is_root(), event.parent(), &cx));
        }
    }

    fn on_enter(&self, id: &Id, cx: Context<'_, S>) {
        if let Some(key) = self.key(id, &cx) {
            // First: whatever parent the span was given becomes its parent now.
            self.bridge.entering(id, cx);
            foreign::enter(key);
        }
    }

    fn on_exit(&self, id: &Id, cx: Context<'_, S>) {
        if let Some(key) = self.key(id, &cx) {
            foreign::exit(key);
            self.bridge.exited(id, cx);
        }
    }

    fn on_close(&self, id: Id, cx: Context<'_, S>) {
        if let Some(key) = self.key(&id, &cx) {
            // First: it hands over what it still has.
            self.bridge.closing(id, cx);
            self.intake.close(key);
        }
    }

    // SAFETY: what is returned is what the bridge says.
    unsafe fn downcast_raw(&self, id: TypeId) -> Option<*const ()> {
        // SAFETY: the same.
        unsafe { self.bridge.downcast_raw(id) }
    }
}
