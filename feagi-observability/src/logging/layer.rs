//! The layer for hosts that own their subscriber: gives their events and spans to the same intake as our own subscriber does.
//!
//! It filters for itself alone. Where it is put together with its subscriber it is a per-layer filter to `tracing_subscriber`, so that
//! what nobody wants costs nothing. Where `reload` puts it in later that cannot be: there each event is looked at.

use super::bridge::Bridge;
use super::filter::is_log_bridge;
use super::intake::Intake;
use super::tap::{Tap, key_of};
use crate::instrument::foreign::{self, SpanKeys};
use std::any::TypeId;
use std::fmt;
use std::ptr;
use std::sync::Arc;
use tracing_core::span::{Attributes, Id, Record};
use tracing_core::subscriber::Interest;
use tracing_core::{Dispatch, Event, LevelFilter, Metadata, Subscriber};
use tracing_log::NormalizeEvent;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Filtered;
use tracing_subscriber::layer::{Context, Filter};
use tracing_subscriber::registry::{LookupSpan, Registry};

/// Records what a host's subscriber sees; made by [`ObservabilityManager::layer`](crate::ObservabilityManager::layer).
pub struct ObservabilityLayer<S> {
    filtered: Filtered<Tap<S>, Wanted, S>,
    intake: Arc<Intake>,
    keys: SpanKeys,
    place: Place,
}

/// What is known of the place where it was put.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Nothing yet, or it was put in by `reload`.
    Unknown,
    /// Over a registry, with a filter's number of its own.
    Registry,
    /// Over something that may know no filters.
    Other,
}

/// The filter of the configuration, as a filter of one layer.
struct Wanted(Arc<Intake>);

impl<S> Filter<S> for Wanted {
    fn enabled(&self, metadata: &Metadata<'_>, _: &Context<'_, S>) -> bool {
        self.0.enables(metadata)
    }

    fn callsite_enabled(&self, metadata: &'static Metadata<'static>) -> Interest {
        self.0.register(metadata)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.0.filter().max_level())
    }
}

impl<S> ObservabilityLayer<S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    pub(crate) fn new(intake: &Arc<Intake>) -> Self {
        let keys = SpanKeys { key: Some(key_of::<S>) };
        foreign::remember_keys(keys);
        let tap = Tap::new(Arc::clone(intake), Bridge::new(intake));
        ObservabilityLayer {
            filtered: tap.with_filter(Wanted(Arc::clone(intake))),
            intake: Arc::clone(intake),
            keys,
            place: Place::Unknown,
        }
    }

    fn is_filtered(&self) -> bool {
        self.place == Place::Registry
    }

    /// Whether an event is wanted that no filter has been asked about.
    fn wants(&self, event: &Event<'_>) -> bool {
        let metadata = event.metadata();
        if is_log_bridge(metadata) {
            // Its real target is a field.
            return event.normalized_metadata().is_none_or(|real| self.intake.enables(&real));
        }
        self.intake.enables(metadata)
    }
}

/// Calls a method of what works: within its filter, or without.
macro_rules! pass {
    ($self:ident.$method:ident($($argument:expr),*)) => {
        if $self.is_filtered() {
            $self.filtered.$method($($argument),*)
        } else {
            $self.filtered.inner().$method($($argument),*)
        }
    };
}

impl<S> Layer<S> for ObservabilityLayer<S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn on_register_dispatch(&self, dispatch: &Dispatch) {
        let first = dispatch.downcast_ref::<SpanKeys>();
        let is_first = first.is_none_or(|keys| ptr::eq(keys, &self.keys));
        self.filtered.inner().show(dispatch, is_first);
    }

    fn on_layer(&mut self, subscriber: &mut S) {
        self.filtered.inner_mut().put_over(subscriber);
        if (&*subscriber as &dyn Subscriber).is::<Registry>() {
            self.place = Place::Registry;
            self.filtered.on_layer(subscriber);
        } else {
            self.place = Place::Other;
        }
    }

    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if self.is_filtered() {
            return self.filtered.register_callsite(metadata);
        }
        // Not wanted here is no reason for others not to have it.
        self.intake.register(metadata);
        Interest::always()
    }

    fn enabled(&self, metadata: &Metadata<'_>, cx: Context<'_, S>) -> bool {
        !self.is_filtered() || self.filtered.enabled(metadata, cx)
    }

    fn event_enabled(&self, event: &Event<'_>, cx: Context<'_, S>) -> bool {
        !self.is_filtered() || self.filtered.event_enabled(event, cx)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        if self.is_filtered() { self.filtered.max_level_hint() } else { None }
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, cx: Context<'_, S>) {
        if self.is_filtered() || self.intake.enables(attributes.metadata()) {
            pass!(self.on_new_span(attributes, id, cx));
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, cx: Context<'_, S>) {
        pass!(self.on_record(id, values, cx));
    }

    fn on_follows_from(&self, id: &Id, follows: &Id, cx: Context<'_, S>) {
        pass!(self.on_follows_from(id, follows, cx));
    }

    fn on_event(&self, event: &Event<'_>, cx: Context<'_, S>) {
        if self.is_filtered() || self.wants(event) {
            pass!(self.on_event(event, cx));
        }
    }

    fn on_enter(&self, id: &Id, cx: Context<'_, S>) {
        pass!(self.on_enter(id, cx));
    }

    fn on_exit(&self, id: &Id, cx: Context<'_, S>) {
        pass!(self.on_exit(id, cx));
    }

    fn on_close(&self, id: Id, cx: Context<'_, S>) {
        pass!(self.on_close(id, cx));
    }

    // SAFETY: what is returned points to what was asked for: this layer, its keys, or what its parts say.
    unsafe fn downcast_raw(&self, id: TypeId) -> Option<*const ()> {
        if id == TypeId::of::<Self>() {
            return Some(ptr::from_ref(self).cast());
        }
        if id == TypeId::of::<SpanKeys>() {
            return Some(ptr::from_ref(&self.keys).cast());
        }
        // SAFETY: the same.
        unsafe {
            match self.place {
                Place::Other => self.filtered.inner().downcast_raw(id),
                // Also before it is put anywhere: it is asked then whether it has a filter.
                Place::Unknown | Place::Registry => self.filtered.downcast_raw(id),
            }
        }
    }
}

impl<S> fmt::Debug for ObservabilityLayer<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObservabilityLayer").finish_non_exhaustive()
    }
}
