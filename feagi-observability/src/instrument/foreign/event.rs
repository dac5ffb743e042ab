//! Foreign events: one record each, under the ids of the span or call around it.

use super::super::clock;
use super::super::lost;
use super::super::outcome::Outcome;
use super::super::record::{Header, Kind, Mark, flags};
use super::super::thread;
use super::super::value::{Encoder, SPAN_KEY};
use super::span::{self, Parent};
use crate::context::{SpanId, TraceId};
use std::mem::MaybeUninit;
use std::ptr;
use tracing_core::{Level, Metadata};

/// Bytes of message and fields that one foreign event may have; the rest is cut.
const BYTES: usize = 4096;

/// Writes one foreign event; `write` encodes its fields, keyed by their index.
#[inline(always)]
pub(crate) fn log(
    metadata: &'static Metadata<'static>,
    parent: Parent,
    write: impl FnOnce(&mut Encoder<'_>),
) {
    let Some(thread) = thread::attach() else { return lost::count(flags::LINE) };
    let mut bytes = [MaybeUninit::uninit(); BYTES];
    let mut encoder = Encoder::new(&mut bytes);
    let (mut trace_id, mut span_id, mut flags) = (TraceId::NONE, SpanId::NONE, flags::LINE);
    if let Some(context) = parent.context(thread) {
        (trace_id, span_id) = (context.trace_id, context.span_id);
        flags |= context.fate.marks();
        if !context.fate.is_sampled() && *metadata.level() == Level::ERROR {
            span::fail(parent, thread);
        }
        encoder.span_name(SPAN_KEY, context.name);
    }
    write(&mut encoder);
    let fields = encoder.finish();
    let mark = Mark { kind: Kind::Log, outcome: Outcome::Ok, flags: flags | fields.flags };
    let header = || Header {
        bytes: fields.bytes,
        mark,
        origin: ptr::from_ref(metadata).cast(),
        trace_id,
        span_id,
        parent_id: SpanId::NONE,
        start: clock::now(),
        duration: 0,
    };
    // SAFETY: the encoder has initialised as many bytes as it says.
    unsafe {
        if thread.slot.is_carrying() && thread.push_with_request_id(header(), bytes.as_ptr()) {
            return;
        }
        thread.ring.push(mark.flags, fields.bytes, bytes.as_ptr(), header);
    }
}
