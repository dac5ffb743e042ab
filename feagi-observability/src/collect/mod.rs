//! The collector: drains the rings, decodes, merges by time, hands to sinks and exporters.
//!
//! Imports `instrument` and `context`; signals implement its [`Sink`].

#[cfg_attr(
    not(any(feature = "otlp", feature = "zipkin")),
    allow(dead_code, reason = "only the network is tried again")
)]
mod accounting;
mod collector;
mod decode;
#[cfg_attr(not(feature = "chrome-tracing"), allow(dead_code, reason = "spans say more than lines"))]
mod entry;
pub(crate) mod exemplars;
#[cfg(all(test, feagi_observability_model))]
mod models;
mod numbered;
mod rate;
#[cfg_attr(
    not(feature = "chrome-tracing"),
    allow(dead_code, reason = "only a trace file is made of whole records")
)]
mod recent;
mod sink;
mod stats;

pub(crate) use accounting::{DropReason, SinkCounters};
pub(crate) use collector::{Collector, CollectorCounts, Outputs};
pub(crate) use entry::{Entry, EntryKind};
pub(crate) use numbered::{Naming, NumberedField, numbered, numbered_as};
pub(crate) use recent::{Recent, WholeRecord};
pub use recent::{RecentKind, RecentRecord, RecentValue};
pub(crate) use sink::Sink;
pub(crate) use stats::Accounting;
pub use stats::{SignalStats, SinkStats, Stats};
