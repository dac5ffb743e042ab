//! The collector: drains the rings, decodes, merges by time, hands to sinks and exporters.

mod accounting;
mod entry;
mod sink;

pub(crate) use crate::instrument::ThreadInfo;
pub(crate) use accounting::{DropReason, SinkCounters};
pub(crate) use entry::{Entry, EntryKind};
pub(crate) use sink::Sink;
