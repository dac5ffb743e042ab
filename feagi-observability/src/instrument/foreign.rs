//! Foreign events: what other crates log through `tracing` or `log` goes over the same ring, under the ids around it.

use super::call::push;
use super::clock;
use super::record::{Header, Kind, flags};
use super::thread;
use super::value::Encoder;
use std::mem::MaybeUninit;
use std::ptr;
use tracing_core::Metadata;

/// Bytes of message and fields that one foreign event may have; the rest is cut.
const BYTES: usize = 4096;

/// Writes one foreign event; `write` encodes its fields, keyed by their index.
pub(crate) fn log(metadata: &'static Metadata<'static>, write: impl FnOnce(&mut Encoder<'_>)) {
    let mut bytes = [MaybeUninit::uninit(); BYTES];
    let mut encoder = Encoder::new(&mut bytes);
    write(&mut encoder);
    let (len, truncated) = encoder.finish();
    let Some(thread) = thread::attach() else { return };
    let mut header = Header {
        flags: flags::LINE | if truncated { flags::TRUNCATED } else { 0 },
        level: super::Level::from(*metadata.level()) as u8,
        origin: ptr::from_ref(metadata).cast(),
        start: clock::now(),
        ..Header::new(Kind::Log)
    };
    if let Some(context) = thread.slot.current() {
        header.trace_id = context.trace_id;
        header.span_id = context.span_id;
        header.span_name = context.name;
        header.flags |= if context.sampled { flags::SAMPLED } else { 0 };
    }
    push(thread, header, bytes.get(..len).unwrap_or_default());
}
