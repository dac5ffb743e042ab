//! Rings, the wake, threads and shards in every order that their threads can come in. `docs/models.md` says what is bounded.

mod ring;
mod shards;
mod wake;

use super::Outcome;
use super::record::{Header, Kind, Mark, flags};
use super::ring::{Ring, lines_and_spans};
use super::thread::Leave;
use crate::context::{SpanId, TraceId};
use std::ptr;
use tracing_core::Metadata;

/// What the lines are said to come from.
fn metadata() -> &'static Metadata<'static> {
    use tracing::callsite::Callsite;
    tracing::callsite!(name: "model", kind: tracing::metadata::Kind::EVENT, fields: message).metadata()
}

/// Writes the line `number`, with so many bytes of fields that tell the number, too; `false` if it was dropped.
fn push(ring: &Ring, number: u64, bytes: usize) -> bool {
    let mark = Mark { kind: Kind::Log, outcome: Outcome::Ok, flags: flags::LINE };
    let (trace_id, span_id) = (TraceId::NONE, SpanId::NONE);
    let fields = vec![number as u8; bytes];
    let (origin, bytes) = (ptr::from_ref(metadata()).cast(), bytes as u32);
    let header =
        Header { bytes, mark, origin, trace_id, span_id, parent_id: span_id, start: number, duration: 0 };
    let dropped = lines_and_spans(&ring.counts.dropped);
    // SAFETY: the fields are initialised.
    unsafe { ring.push(mark.flags, bytes, fields.as_ptr().cast(), || header) };
    lines_and_spans(&ring.counts.dropped) == dropped
}

/// A thread that writes; it ends, for all but `loom`, when this is dropped.
pub(crate) struct Writer(Leave);

impl Writer {
    pub(crate) fn attach() -> Self {
        Writer(Leave::new())
    }

    /// Writes the line `number`; `false` if it was dropped.
    pub(crate) fn write(&self, number: u64) -> bool {
        push(&self.0.state.ring, number, 0)
    }
}
