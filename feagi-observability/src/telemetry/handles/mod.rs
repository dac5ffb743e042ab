//! Typed handles of metrics: what a field of `#[derive(Metrics)]` is, and where its numbers are kept.
//!
//! Receives numbers from the program at any time and from any thread, gives families to the metrics page. A handle counts from its
//! registration to the end of the process, whether or not observability is initialised: a counter is a counter.
//!
//! Invariant: a use of a handle neither locks nor allocates nor panics, and touches atomics of its own series alone.

mod counter;
mod examples;
mod gauge;
mod handle;
mod histogram;

#[cfg(any(not(feature = "enabled"), feagi_observability_off, feagi_observability_off = "metrics"))]
mod absent;
#[cfg(all(feature = "enabled", not(any(feagi_observability_off, feagi_observability_off = "metrics"))))]
mod page;
#[cfg(all(feature = "enabled", not(any(feagi_observability_off, feagi_observability_off = "metrics"))))]
mod stored;

#[cfg(any(not(feature = "enabled"), feagi_observability_off, feagi_observability_off = "metrics"))]
pub(crate) use absent::{ask_for_examples, clash, clashes, families, registered};
#[cfg(all(feature = "enabled", not(any(feagi_observability_off, feagi_observability_off = "metrics"))))]
pub(crate) use {page::ask_for_examples, page::families, stored::clash, stored::clashes, stored::registered};

#[cfg(any(not(feature = "enabled"), feagi_observability_off, feagi_observability_off = "metrics"))]
use absent::Cells;
#[cfg(all(feature = "enabled", not(any(feagi_observability_off, feagi_observability_off = "metrics"))))]
use stored::Cells;

pub use counter::Counter;
pub use gauge::Gauge;
use handle::Unlabelled;

pub(crate) use handle::Registered;
pub use handle::{Handle, HandleFacts, nowhere};
pub use histogram::Histogram;
