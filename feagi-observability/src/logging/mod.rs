//! Log lines: what is captured, what is wanted, how a line looks.

// Both have the same interface, so that no other file asks which one is there.
#[cfg(feature = "tracing-opentelemetry")]
mod bridge;
#[cfg(not(feature = "tracing-opentelemetry"))]
#[path = "bridge_absent.rs"]
mod bridge;
mod capture;
mod filter;
mod filtered;
pub(crate) mod format;
#[allow(clippy::extra_unused_type_parameters, reason = "who calls has a copy of its own")]
mod intake;
mod layer;
mod live;
mod notice;
#[cfg(feature = "tracing-opentelemetry")]
mod otel_probe;
#[cfg(feature = "tracing-opentelemetry")]
mod otel_tracer;
mod role;
mod tap;
mod visit;

pub(crate) use capture::Capture;
pub(crate) use filter::Filter;
pub(crate) use filtered::Filtered;
pub(crate) use intake::Intake;
pub use layer::ObservabilityLayer;
pub(crate) use live::LiveFilter;
pub(crate) use notice::warn;
