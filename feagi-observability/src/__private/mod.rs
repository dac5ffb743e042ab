//! What the macros' expansions name, and the one place that chooses whether they do anything.
//!
//! The macro crate emits the same tokens always: static facts, one call of `observe_sync!`, `observe_async!`,
//! `observe_boxed!` or `emit_event!`, the body. The macros of `on` instrument; those of `off` paste the body and let the compiler check what `on` would check.
//! One signal less is no matter of theirs: see `compiled` in `context`. All four less are everything.
//! Not a public interface: it changes with the macro crate, whose version is pinned.

mod check;
#[cfg(any(
    not(feature = "enabled"),
    feagi_observability_off,
    all(
        feagi_observability_off = "log",
        feagi_observability_off = "trace",
        feagi_observability_off = "metrics",
        feagi_observability_off = "profile"
    )
))]
#[path = "off.rs"]
mod chosen;
#[cfg(not(any(
    not(feature = "enabled"),
    feagi_observability_off,
    all(
        feagi_observability_off = "log",
        feagi_observability_off = "trace",
        feagi_observability_off = "metrics",
        feagi_observability_off = "profile"
    )
)))]
#[path = "on.rs"]
mod chosen;
#[cfg(feature = "rayon")]
#[path = "rayon_known.rs"]
mod rayon;
#[cfg(not(feature = "rayon"))]
#[path = "rayon_unknown.rs"]
mod rayon;

#[cfg(any(not(feature = "enabled"), feagi_observability_off, feagi_observability_off = "metrics"))]
mod handles_off;
#[cfg(all(feature = "enabled", not(any(feagi_observability_off, feagi_observability_off = "metrics"))))]
mod handles_on;
mod traced;

pub use crate::context::Region;
pub use crate::instrument::probe;
pub use crate::instrument::{
    Adopted, AdoptedFuture, Allocating, Allocations, BlockScope, Dimensions, Dynamic, Encoder, Event, Field,
    Frame, InstrumentFacts, InstrumentKind, Judgement, Level, LogWhen, Measure, MetricFacts, Observed,
    Opening, Pending, Rate, SampledBlockScope, SampledScope, Scope, Site, SiteFacts, Slo, SpanKind, Started,
    Starting, adopt_future, count_series, frame_bytes, label_part, number_series, observe_allocating,
    observe_future,
};
pub use crate::telemetry::{Handle, HandleFacts, nowhere};
pub use crate::{
    __feagi_check_fields as check_fields, __feagi_emit_event as emit_event,
    __feagi_instrument_async as instrument_async, __feagi_instrument_sync as instrument_sync,
    __feagi_observe_async as observe_async, __feagi_observe_boxed as observe_boxed,
    __feagi_observe_sync as observe_sync, __feagi_register_metrics as register_metrics,
    __feagi_require_rayon as require_rayon,
};
pub use check::{
    count, debug, display, dynamic, field, follows_from, gauge, histogram, label, parent, span_id,
};
pub use chosen::*;
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

/// Calls what is rarely called, out of the way of what is called often.
#[cold]
#[inline(never)]
pub fn outlined<T>(rare: impl FnOnce() -> T) -> T {
    rare()
}

/// Lets `judge` say how the call ended, by its value alone.
#[inline(always)]
pub fn judge_value<T>(value: &T, judgement: &mut Judgement<'_>, judge: fn(&T, &mut Judgement<'_>)) {
    judge(value, judgement);
}

/// Where the path of an item is found, which is within the function that is observed.
#[must_use]
pub const fn path_of<T>(_item: &T) -> fn() -> &'static str {
    std::any::type_name::<T>
}

/// A value of any type, for code that only the compiler sees.
#[cold]
pub fn never<T>() -> T {
    std::process::abort()
}
