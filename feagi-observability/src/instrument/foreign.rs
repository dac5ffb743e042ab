//! Foreign events: what other crates log through `tracing` or `log` goes over the same ring, under the ids around it.

use super::clock;
use super::lost;
use super::record::{Header, Kind, flags};
use super::thread;
use super::value::{Encoder, SPAN_KEY};
use std::mem::MaybeUninit;
use std::ptr;
use tracing_core::Metadata;

/// Bytes of message and fields that one foreign event may have; the rest is cut.
const BYTES: usize = 4096;

/// Writes one foreign event; `write` encodes its fields, keyed by their index.
#[inline(always)]
pub(crate) fn log(metadata: &'static Metadata<'static>, write: impl FnOnce(&mut Encoder<'_>)) {
    let Some(thread) = thread::attach() else { return lost::count(flags::LINE) };
    let mut header =
        Header { flags: flags::LINE, origin: ptr::from_ref(metadata).cast(), ..Header::new(Kind::Log) };
    let mut bytes = [MaybeUninit::uninit(); BYTES];
    let mut encoder = Encoder::new(&mut bytes);
    if let Some(context) = thread.slot.current() {
        header.trace_id = context.trace_id;
        header.span_id = context.span_id;
        header.flags |= if context.sampled { flags::SAMPLED } else { 0 };
        encoder.span_name(SPAN_KEY, context.name);
    }
    write(&mut encoder);
    let written = encoder.finish();
    header.flags |= if written.truncated { flags::TRUNCATED } else { 0 };
    header.start = clock::now();
    thread.ring.push(header, bytes.get(..written.bytes as usize).unwrap_or_default());
}
