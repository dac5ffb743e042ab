//! The collector: drains the rings, decodes, merges by time, hands to sinks and exporters.

mod accounting;
mod entry;
mod numbered;
mod sink;

pub(crate) use accounting::{DropReason, SinkCounters};
pub(crate) use entry::{Entry, EntryKind, ThreadInfo};
pub(crate) use numbered::{NumberedField, numbered};
pub(crate) use sink::Sink;
