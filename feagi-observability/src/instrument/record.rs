//! The record: what one call, event or foreign log line leaves on the ring.

use crate::context::{SpanId, TraceId};
use std::ptr;

/// What a record is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    Call = 0,
    Event = 1,
    Log = 2,
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
}

/// The fixed part of a record; fields follow it. Level and async-ness are not in it: its origin knows them.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct Header {
    /// Bytes of the fields; of padding, bytes in all. Set by the ring.
    pub(crate) bytes: u32,
    pub(crate) kind: Kind,
    pub(crate) outcome: u8,
    pub(crate) flags: u8,
    /// The `Site` of a call or event, the `tracing` metadata of a log.
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

impl Header {
    pub(crate) const fn new(kind: Kind) -> Self {
        Header {
            bytes: 0,
            kind,
            outcome: 0,
            flags: 0,
            origin: ptr::null(),
            trace_id: TraceId::NONE,
            span_id: SpanId::NONE,
            parent_id: SpanId::NONE,
            start: 0,
            duration: 0,
        }
    }
}
