//! Whether a subscriber has a layer of `tracing-opentelemetry` already. Its type is generic, and the one thing in it that is not has no
//! name outside of its crate: a subscriber that answers nothing is asked for it once, and remembers what it was asked for.

use std::any::TypeId;
use std::sync::OnceLock;
use tracing_core::span::{Attributes, Id, Record};
use tracing_core::subscriber::Interest;
use tracing_core::{Dispatch, Event, Metadata, Subscriber, callsite};
use tracing_opentelemetry::get_otel_context;

/// What the API looks for in a subscriber.
static SOUGHT: OnceLock<TypeId> = OnceLock::new();

/// Whether the API would find a layer in `subscriber`.
pub(super) fn has_layer(subscriber: &dyn Subscriber) -> bool {
    if SOUGHT.get().is_none() {
        get_otel_context(&Id::from_u64(1), &Dispatch::new(Probe));
        // The probe wanted no callsite, and that is remembered.
        callsite::rebuild_interest_cache();
    }
    // SAFETY: only whether there is something is looked at.
    SOUGHT.get().is_some_and(|sought| unsafe { subscriber.downcast_raw(*sought) }.is_some())
}

struct Probe;

impl Subscriber for Probe {
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::never()
    }

    fn enabled(&self, _: &Metadata<'_>) -> bool {
        false
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}

    // SAFETY: nothing is returned.
    unsafe fn downcast_raw(&self, id: TypeId) -> Option<*const ()> {
        let _ = SOUGHT.set(id);
        None
    }
}
