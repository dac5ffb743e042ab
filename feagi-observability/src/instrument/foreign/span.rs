//! Foreign spans: opened, entered and left in any order on any thread, closed into one record.

use super::super::clock;
use super::super::lost;
use super::super::outcome::Outcome;
use super::super::record::{Header, Kind, Mark, flags};
use super::super::thread::{self, ThreadState};
use super::super::value::{Encoder, LINK_KEY, REQUEST_ID_KEY, Written};
use super::keys::NO_SPAN;
use super::names::name_of;
use super::pool::{self, Open};
use super::values;
use crate::context::Context;
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::atomic::Ordering::{AcqRel, Relaxed};
use tracing_core::Metadata;

/// A span that was entered so often was entered more than once, or on another thread than its maker's.
const MANY: u8 = 2;
/// Beside the outcome: an error was logged in the span, which is reason enough to keep it.
const FAILED: u8 = 128;

/// What a foreign span or event stands in.
#[derive(Clone, Copy)]
pub(crate) enum Parent {
    /// Nothing.
    Root,
    /// What the thread is in.
    Current,
    /// The span with this key; nothing if there is none.
    Span(u64),
}

impl Parent {
    pub(super) fn context(self, thread: &ThreadState) -> Option<Context> {
        match self {
            Parent::Root => None,
            Parent::Current => thread.slot.around(),
            Parent::Span(key) => pool::find(key)?.context(),
        }
    }
}

/// Opens a span with one handle and returns its key; `write` encodes its first values, keyed by their index.
/// Whether spans are wanted is for the count of those that there is no room for.
pub(crate) fn open(
    metadata: &'static Metadata<'static>,
    parent: Parent,
    is_wanted: bool,
    write: impl FnOnce(&mut Encoder<'_>),
) -> u64 {
    let flags = if is_wanted { flags::SPAN } else { 0 };
    let (Some(thread), Some(fresh)) = (thread::attach(), pool::take()) else {
        lost::count(flags);
        return NO_SPAN;
    };
    let context = thread.slot.child_of(parent.context(thread), name_of(metadata));
    let block = fresh.block;
    block.values.with(|open| open.reset(write));
    if thread.slot.is_carrying() {
        // That of who opens it, wherever it is closed.
        thread.slot.see_request_id(|id| block.values.with(|open| open.prepend(REQUEST_ID_KEY, id)));
    }
    block.handles.store(1, Relaxed);
    block.entries.store(0, Relaxed);
    block.outcome.store(0, Relaxed);
    block.maker.store(ptr::from_ref(thread).cast_mut(), Relaxed);
    block.start.store(clock::now(), Relaxed);
    fresh.publish(&context, metadata)
}

/// Adds values to an open span; a later one under a key takes the place of an earlier one.
pub(crate) fn record(key: u64, write: impl FnOnce(&mut Encoder<'_>)) {
    if let Some(span) = pool::find(key) {
        add(span, false, write);
    }
}

/// Says that a span follows from another.
pub(crate) fn follow(key: u64, cause: u64) {
    let (Some(span), Some(cause)) = (pool::find(key), pool::find(cause).and_then(Open::context)) else {
        return;
    };
    let (trace_id, span_id) = (cause.trace_id, cause.span_id);
    add(span, true, |encoder| encoder.arguments(LINK_KEY, format_args!("{trace_id}-{span_id}")));
}

/// Says how the call ended whose span it is; `error` is encoded.
pub(super) fn judge(key: u64, outcome: Outcome, error: &[u8]) {
    if let Some(span) = pool::find(key) {
        let failed = span.block.outcome.load(Relaxed) & FAILED;
        span.block.outcome.store((outcome as u8 + 1) | failed, Relaxed);
        if !error.is_empty() {
            merge(span, error, false, 0);
        }
    }
}

/// An error was logged in `parent`, which is not kept: if it is a span that is open, it is kept at its end.
#[cold]
pub(super) fn fail(parent: Parent, thread: &ThreadState) {
    let (key, innermost) = match parent {
        Parent::Root => return,
        Parent::Span(key) => (Some(key), None),
        // A call may stand within the span that was entered last.
        Parent::Current => (thread.slot.last_span(), thread.slot.current()),
    };
    let Some(span) = key.and_then(pool::find) else { return };
    let is_it = |context: Context| span.context().is_some_and(|own| own.span_id == context.span_id);
    if innermost.is_none_or(is_it) {
        span.block.outcome.fetch_or(FAILED, Relaxed);
    }
}

/// An open span's context.
pub(crate) fn context(key: u64) -> Option<Context> {
    pool::find(key)?.context()
}

/// An open span's values so far, encoded.
pub(super) struct Recorded<'a> {
    pub(super) written: Written,
    pub(super) bytes: &'a [u8],
}

/// Calls `with` with the values of an open span, if they can be had.
pub(super) fn values<R>(key: u64, with: impl FnOnce(Recorded<'_>) -> R) -> Option<R> {
    let span = pool::find(key)?;
    span.block.values.with(|open| with(Recorded { written: open.written(), bytes: open.bytes() }))
}

/// The user's code runs before the values are taken: it may come back to this span.
pub(super) fn add(span: Open, may_repeat: bool, write: impl FnOnce(&mut Encoder<'_>)) {
    let mut bytes = [MaybeUninit::uninit(); values::BYTES];
    let mut encoder = Encoder::new(&mut bytes);
    write(&mut encoder);
    let more = encoder.finish();
    let encoded = bytes.get(..more.bytes as usize).unwrap_or_default();
    // SAFETY: the encoder has initialised as many bytes as it says.
    let encoded = unsafe { encoded.assume_init_ref() };
    merge(span, encoded, may_repeat, more.flags);
}

pub(super) fn merge(span: Open, encoded: &[u8], may_repeat: bool, flags: u8) {
    span.block.values.with(|open| {
        if span.is_open() {
            open.merge(encoded, may_repeat);
            if flags & flags::TRUNCATED != 0 {
                open.set_truncated();
            }
        }
    });
}

/// Makes the span the innermost one of this thread.
pub(crate) fn enter(key: u64) {
    let (Some(thread), Some(span)) = (thread::attach(), pool::find(key)) else { return };
    let Some(context) = span.context() else { return };
    let entries = &span.block.entries;
    if entries.load(Relaxed) < MANY {
        let is_makers = ptr::eq(span.block.maker.load(Relaxed), thread);
        entries.fetch_add(if is_makers { 1 } else { MANY }, Relaxed);
    }
    thread.slot.enter_span(key, context);
}

/// Leaves the span where it was entered last on this thread, whatever was entered since.
pub(crate) fn exit(key: u64) {
    if let Some(thread) = thread::attached() {
        thread.slot.leave_span(key);
    }
}

/// The span that this thread has entered last and not left.
pub(crate) fn current() -> Option<(u64, &'static Metadata<'static>)> {
    let key = thread::attached()?.slot.last_span()?;
    Some((key, pool::find(key)?.metadata()?))
}

/// Counts one handle more.
pub(crate) fn clone(key: u64) {
    if let Some(span) = pool::find(key) {
        span.block.handles.fetch_add(1, Relaxed);
    }
}

/// Counts one handle less; with the last one the span ends, and leaves its record if it `is_wanted`.
pub(crate) fn close(key: u64, is_wanted: bool) -> bool {
    let Some(span) = pool::find(key) else { return false };
    // Release: what other handles' threads did comes before; acquire: this one sees it.
    if span.block.handles.fetch_sub(1, AcqRel) != 1 {
        return false;
    }
    let (context, metadata) = (span.context(), span.metadata());
    if !span.close() {
        return false;
    }
    if let (Some(context), Some(metadata), true) = (context, metadata, is_wanted)
        && (context.fate.is_sampled() || has_failed(span))
    {
        leave_record(span, &context, metadata);
    }
    pool::give(key);
    true
}

/// How the call ended whose span it is, where somebody has said.
fn outcome(span: Open) -> Option<Outcome> {
    let code = (span.block.outcome.load(Relaxed) & !FAILED).checked_sub(1)?;
    Outcome::ALL.get(usize::from(code)).copied()
}

/// Whether it is kept for what has happened in it, although its trace is not.
#[cold]
fn has_failed(span: Open) -> bool {
    span.block.outcome.load(Relaxed) & FAILED != 0 || outcome(span).is_some_and(Outcome::is_failure)
}

fn leave_record(span: Open, context: &Context, metadata: &'static Metadata<'static>) {
    let Some(thread) = thread::attach() else { return lost::count(flags::SPAN) };
    let block = span.block;
    let start = block.start.load(Relaxed);
    let duration = clock::to_nanos(clock::now().saturating_sub(start));
    let is_nested = block.entries.load(Relaxed) == 1 && ptr::eq(block.maker.load(Relaxed), thread);
    let outcome = outcome(span);
    let flags = flags::SPAN
        | context.fate.marks()
        | if is_nested { 0 } else { flags::ASYNC }
        | if context.is_partial() { flags::PARTIAL } else { 0 }
        | if outcome.is_some() { flags::ADOPTED } else { 0 };
    let outcome = outcome.unwrap_or(Outcome::Ok);
    let push = |written: Written, bytes: *const MaybeUninit<u8>| {
        let mark = Mark { kind: Kind::Span, outcome, flags: flags | written.flags };
        let header = || Header {
            bytes: written.bytes,
            mark,
            origin: ptr::from_ref(metadata).cast(),
            trace_id: context.trace_id,
            span_id: context.span_id,
            parent_id: context.parent_id,
            start,
            duration,
        };
        // SAFETY: so many bytes are initialised.
        unsafe { thread.ring.push(mark.flags, written.bytes, bytes, header) };
    };
    let pushed = block.values.with(|open| push(open.written(), open.bytes().as_ptr().cast()));
    if pushed.is_none() {
        push(Written { bytes: 0, flags: flags::TRUNCATED }, ptr::dangling());
    }
}
