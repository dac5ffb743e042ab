//! What the macros' expansions name, and the one place that chooses whether they do anything.
//!
//! The macro crate emits the same tokens always: static facts, one call of `observe_sync!`, `observe_async!` or `emit_event!`,
//! the body. The macros of `on` instrument; those of `off` paste the body and let the compiler check what `on` would check.
//! Not a public interface: it changes with the macro crate, whose version is pinned.

mod check;
#[cfg(any(not(feature = "enabled"), feagi_observability_off))]
mod off;
#[cfg(all(feature = "enabled", not(feagi_observability_off)))]
mod on;

#[cfg(any(not(feature = "enabled"), feagi_observability_off))]
pub use crate::__feagi_check_opened as check_opened;
pub use crate::instrument::probe;
pub use crate::instrument::{
    Dynamic, Encoder, Event, Field, Frame, InstrumentFacts, InstrumentKind, Judgement, Level, LogWhen,
    Measure, MetricFacts, Observed, Opening, Pending, Rate, SampledScope, Scope, Site, SiteFacts, Slo,
    count_series, frame_bytes, label_part, number_series, observe_future,
};
pub use crate::telemetry::{Handle, HandleFacts, nowhere};
pub use crate::{
    __feagi_emit_event as emit_event, __feagi_observe_async as observe_async,
    __feagi_observe_sync as observe_sync, __feagi_register_metrics as register_metrics,
};
#[cfg(all(feature = "enabled", not(feagi_observability_off)))]
pub use crate::{
    __feagi_fill_event as fill_event, __feagi_judge as judge, __feagi_judge_one as judge_one,
    __feagi_open as open, __feagi_open_one as open_one, __feagi_site as site, __feagi_write as write,
};
pub use check::{count, debug, display, dynamic, field, follows_from, gauge, histogram, label, parent};
pub use feagi_observability_macros::event;
pub use std::sync::OnceLock;

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
