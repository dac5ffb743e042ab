//! What other crates record through `tracing` and `log`: their events and spans go over the same ring as our calls, and each
//! is the other's parent where it stands inside it.
//!
//! Receives from the subscriber and the layer in `logging`, which know `tracing`'s traits; gives records to the ring and contexts to the thread's
//! slot. A span is known by a key, which is the `Id` that `tracing` sees. A key that is not one of ours, or not any more, is
//! told from the others and does nothing.

mod adopted;
#[cfg(feature = "tracing-opentelemetry")]
mod bridged;
mod event;
mod keys;
mod names;
#[cfg_attr(
    not(feature = "tracing-opentelemetry"),
    allow(dead_code, reason = "only OpenTelemetry's API gives a span another parent")
)]
mod pool;
#[allow(clippy::extra_unused_type_parameters, reason = "who calls has a copy of its own")]
mod span;
#[cfg_attr(
    not(feature = "tracing-opentelemetry"),
    allow(dead_code, reason = "only OpenTelemetry's API has attributes that no callsite declares")
)]
mod values;

pub use adopted::{Adopted, AdoptedFuture, adopt_future};
#[cfg(feature = "tracing-opentelemetry")]
pub(crate) use bridged::{Attribute, adopt, context, link, set_attribute, set_error};
pub(crate) use event::log;
pub(crate) use keys::{NO_SPAN, SpanKeys, remember_keys};
pub(crate) use names::name_of;
pub(crate) use span::{Parent, clone, close, current, enter, exit, follow, open, record};
