//! The record: what one call, event or foreign log line leaves on the ring.

use super::Outcome;
use crate::context::{Fate, SpanId, TraceId};

/// What a record is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    Call = 0,
    Event = 1,
    Log = 2,
    /// A foreign span.
    Span = 3,
    /// One poll of an async call, under the ids of the call.
    Poll = 4,
    Padding = 255,
}

pub(crate) mod flags {
    /// A log line is to be written.
    pub(crate) const LINE: u8 = 1;
    /// A span is to be exported.
    pub(crate) const SPAN: u8 = 2;
    /// A field was cut.
    pub(crate) const TRUNCATED: u8 = 4;
    /// The context was sampled (for lines, whose span is another record).
    pub(crate) const SAMPLED: u8 = 8;
    /// The call took longer than its budget.
    pub(crate) const OVER_BUDGET: u8 = 16;
    /// A foreign span that did not run in one piece on one thread. None has a budget.
    pub(crate) const ASYNC: u8 = OVER_BUDGET;
    /// Where it is the outermost span of its trace: what was around it has none.
    pub(crate) const PARTIAL: u8 = 32;
    /// A call and its span are two records, of which this is one.
    pub(crate) const ADOPTED: u8 = 64;
    /// That it stands in its trace is a guess.
    pub(crate) const INFERRED: u8 = 128;
}

/// So that one is made of the other without a branch.
const _: () = assert!(Fate::SAMPLED == flags::SAMPLED && Fate::INFERRED == flags::INFERRED);

/// What a record is; one word, so that it is copied as one.
#[derive(Clone, Copy)]
#[repr(C, align(4))]
pub(crate) struct Mark {
    pub(crate) kind: Kind,
    pub(crate) outcome: Outcome,
    pub(crate) flags: u8,
}

/// The fixed part of a record; fields follow it. Level and async-ness are not in it: its origin knows them.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct Header {
    /// Bytes of the fields.
    pub(crate) bytes: u32,
    pub(crate) mark: Mark,
    /// The `Site` of a call or event, the `tracing` metadata of a log or foreign span.
    pub(crate) origin: *const (),
    pub(crate) trace_id: TraceId,
    pub(crate) span_id: SpanId,
    pub(crate) parent_id: SpanId,
    /// Clock ticks at the start; for events and logs the moment itself.
    pub(crate) start: u64,
    /// Nanoseconds.
    pub(crate) duration: u64,
}

/// One cache line: what a call writes beside its fields.
const _: () = assert!(size_of::<Header>() == 64);

/// How every record begins, padding too.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct Prefix {
    /// Bytes of the fields; of padding, bytes in all.
    pub(crate) bytes: u32,
    pub(crate) kind: Kind,
}
