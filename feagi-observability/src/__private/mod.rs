//! What the macros' expansions name, and the one place that chooses whether they do anything.
//!
//! The macro crate emits the same tokens always: static facts, one call of `observe_sync!`, `observe_async!` or `emit_event!`,
//! the body. The macros of `on` instrument; those of `off` paste the body and let the compiler check what `on` would check.
//! Not a public interface: it changes with the macro crate, whose version is pinned.

mod check;
#[cfg(any(not(feature = "enabled"), feagi_observability_off))]
mod instrument_off;
#[cfg(all(feature = "enabled", not(feagi_observability_off)))]
mod instrument_on;
#[cfg(any(not(feature = "enabled"), feagi_observability_off))]
mod off;
#[cfg(all(feature = "enabled", not(feagi_observability_off)))]
mod on;
mod traced;

pub use crate::instrument::probe;
pub use crate::instrument::{
    Adopted, AdoptedFuture, Encoder, Event, Field, Frame, InstrumentFacts, InstrumentKind, Judgement, Level,
    LogWhen, Measure, MetricFacts, Observed, Pending, Scope, Site, SiteFacts, adopt_future, frame_bytes,
    observe_future,
};
#[cfg(any(not(feature = "enabled"), feagi_observability_off))]
pub use crate::{__feagi_check_key as check_key, __feagi_check_value as check_value};
pub use crate::{
    __feagi_emit_event as emit_event, __feagi_instrument_async as instrument_async,
    __feagi_instrument_sync as instrument_sync, __feagi_observe_async as observe_async,
    __feagi_observe_sync as observe_sync,
};
#[cfg(all(feature = "enabled", not(feagi_observability_off)))]
pub use crate::{
    __feagi_frame as frame, __feagi_instrument_causes as instrument_causes,
    __feagi_instrument_event as instrument_event, __feagi_instrument_events as instrument_events,
    __feagi_instrument_judge as instrument_judge, __feagi_instrument_open as instrument_open,
    __feagi_instrument_site as instrument_site, __feagi_instrument_span as instrument_span,
    __feagi_judge as judge, __feagi_site as site, __feagi_write as write,
};
pub use check::{count, debug, display, field, gauge, span_id};
pub use traced::{traced_debug, traced_display, traced_value};
/// The spans of `#[instrument]` are made by it, wherever the user's crate has it from.
pub use tracing;

/// Calls `body`. A closure that is called where it stands would not be inferred to be `FnOnce`, and then could not return what it
/// borrows mutably.
#[inline(always)]
pub fn call<T>(body: impl FnOnce() -> T) -> T {
    body()
}

/// A value of any type, for code that only the compiler sees.
#[cold]
pub fn never<T>() -> T {
    std::process::abort()
}
