//! Foreign events: what other crates log through `tracing` or `log` goes over the same ring, under the ids around it.

use super::clock;
use super::lost;
use super::outcome::Outcome;
use super::record::{Header, Kind, Mark, flags};
use super::thread;
use super::value::{Encoder, SPAN_KEY};
use crate::context::{SpanId, TraceId};
use std::mem::MaybeUninit;
use std::ptr;
use tracing_core::Metadata;

/// Bytes of message and fields that one foreign event may have; the rest is cut.
const BYTES: usize = 4096;

/// Writes one foreign event; `write` encodes its fields, keyed by their index.
#[inline(always)]
pub(crate) fn log(metadata: &'static Metadata<'static>, write: impl FnOnce(&mut Encoder<'_>)) {
    let Some(thread) = thread::attach() else { return lost::count(flags::LINE) };
    let mut bytes = [MaybeUninit::uninit(); BYTES];
    let mut encoder = Encoder::new(&mut bytes);
    let (mut trace_id, mut span_id, mut flags) = (TraceId::NONE, SpanId::NONE, flags::LINE);
    if let Some(context) = thread.slot.current() {
        (trace_id, span_id) = (context.trace_id, context.span_id);
        flags |= if context.sampled { flags::SAMPLED } else { 0 };
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
    unsafe { thread.ring.push(mark.flags, fields.bytes, bytes.as_ptr(), header) };
}
