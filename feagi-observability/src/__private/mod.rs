//! What the macros' expansions name, and the one place that chooses whether they do anything.
//!
//! The macro crate emits the same tokens always: static facts, one call of `observe_sync!`, `observe_async!`,
//! `observe_boxed!` or `emit_event!`, the body. The macros of `on` instrument; those of `off` paste the body and let the compiler check what `on` would check.
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

#[cfg(any(not(feature = "enabled"), feagi_observability_off))]
pub use crate::__feagi_check_opened as check_opened;
pub use crate::instrument::probe;
pub use crate::instrument::{
    Adopted, AdoptedFuture, Allocating, Allocations, Dynamic, Encoder, Event, Field, Frame, InstrumentFacts,
    InstrumentKind, Judgement, Level, LogWhen, Measure, MetricFacts, Observed, Opening, Pending, Rate,
    SampledScope, Scope, Site, SiteFacts, Slo, adopt_future, count_series, frame_bytes, label_part,
    number_series, observe_allocating, observe_future,
};
pub use crate::telemetry::{Handle, HandleFacts, nowhere};
#[cfg(all(feature = "enabled", not(feagi_observability_off)))]
pub use crate::{
    __feagi_charged as charged, __feagi_fill_event as fill_event,
    __feagi_instrument_causes as instrument_causes, __feagi_instrument_event as instrument_event,
    __feagi_instrument_events as instrument_events, __feagi_instrument_judge as instrument_judge,
    __feagi_instrument_open as instrument_open, __feagi_instrument_span as instrument_span,
    __feagi_judge as judge, __feagi_judge_one as judge_one, __feagi_observer as observer,
    __feagi_open as open, __feagi_open_one as open_one, __feagi_site as site, __feagi_write as write,
};
pub use crate::{
    __feagi_check_fields as check_fields, __feagi_emit_event as emit_event,
    __feagi_instrument_async as instrument_async, __feagi_instrument_sync as instrument_sync,
    __feagi_observe_async as observe_async, __feagi_observe_boxed as observe_boxed,
    __feagi_observe_sync as observe_sync, __feagi_register_metrics as register_metrics,
};
#[cfg(any(not(feature = "enabled"), feagi_observability_off))]
pub use crate::{__feagi_check_key as check_key, __feagi_check_value as check_value};
pub use check::{
    count, debug, display, dynamic, field, follows_from, gauge, histogram, label, parent, span_id,
};
pub use feagi_observability_macros::event;
pub use std::sync::OnceLock;
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
