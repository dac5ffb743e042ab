//! One call in flight: what `Scope` and `Observed` share, from the first clock read to the record.
//!
//! What does not depend on the function that is observed stands in functions that are not generic: each site adds few
//! instructions to its program, and those that all share stay in the cache.

use super::clock;
use super::lost;
use super::outcome::Outcome;
use super::record::{Header, Kind, flags};
use super::site::{Site, State, signals};
use super::thread::{self, ThreadState};
use super::value::{ERROR_KEY, Encoder};
use crate::context::Context;
use std::cell::UnsafeCell;
use std::fmt;
use std::mem::MaybeUninit;
use std::ptr;

/// Bytes that a call with so many fields has for their values, and for the text of an error.
/// They stand uninitialised on the stack, or in the future: room costs nothing but room.
#[must_use]
pub const fn frame_bytes(fields: usize) -> usize {
    let wanted = 192 + fields * 64;
    if wanted > 4096 { 4096 } else { wanted }
}

/// Where a call keeps what it needs until it ends; lives in the instrumented function.
///
/// Who observes the call holds a shared reference to its frame and works through the cells: the thread's slot points into the
/// frame at the same time, which an exclusive reference would forbid.
#[repr(C)]
pub struct Frame<const N: usize> {
    call: UnsafeCell<MaybeUninit<Call>>,
    bytes: UnsafeCell<[MaybeUninit<u8>; N]>,
}

// SAFETY: the one pointer in it, to the previous context, is written and read within a single poll or scope, on one thread.
unsafe impl<const N: usize> Send for Frame<N> {}
// SAFETY: a shared reference gives access to nothing, but to the one scope or future that it was lent to exclusively.
unsafe impl<const N: usize> Sync for Frame<N> {}

impl<const N: usize> Frame<N> {
    /// Room, nothing in it.
    #[inline(always)]
    #[must_use]
    #[allow(clippy::new_without_default, reason = "only the macros make frames")]
    pub const fn new() -> Self {
        Frame {
            call: UnsafeCell::new(MaybeUninit::uninit()),
            bytes: UnsafeCell::new([MaybeUninit::uninit(); N]),
        }
    }

    #[inline(always)]
    pub(super) fn call(&self) -> *mut Call {
        self.call.get().cast()
    }

    #[inline(always)]
    pub(super) fn bytes(&self) -> *mut MaybeUninit<u8> {
        self.bytes.get().cast()
    }

    /// Writes a call's fields, if anyone wants them. Before its context is entered: a `Debug` that unwinds leaves nothing
    /// behind.
    #[inline(always)]
    pub(super) fn write_fields(&mut self, state: State, write: impl FnOnce(&mut Encoder<'_>)) -> Written {
        if !state.has(signals::RECORD) {
            return Written::default();
        }
        let mut encoder = Encoder::new(self.bytes.get_mut());
        write(&mut encoder);
        encoder.finish()
    }

    /// Lets `judge` say how the call ended.
    ///
    /// # Safety
    /// The call has begun, and nobody else holds this frame.
    #[inline(always)]
    pub(super) unsafe fn judge(&self, judge: impl FnOnce(&mut Judgement<'_>)) {
        // SAFETY: the caller's promise; the slot's reader looks at the call's context alone, which is not part of its end.
        unsafe {
            let state = (*self.call()).state;
            judge(&mut Judgement { end: &mut (*self.call()).end, bytes: &mut *self.bytes.get(), state });
        }
    }
}

/// What an encoder has written: so many bytes, and whether anything was cut.
#[derive(Clone, Copy, Default)]
pub(crate) struct Written {
    pub(crate) bytes: u32,
    pub(crate) truncated: bool,
}

pub(super) struct Call {
    /// What the thread's slot points to while the call runs: must neither move nor change then.
    context: Context,
    previous: *const Context,
    start: u64,
    state: State,
    /// Whether the thread was unwinding already when the call began.
    unwinding: bool,
    end: End,
}

/// What is known of a call's end before it comes.
struct End {
    outcome: Outcome,
    fields: Written,
}

impl Call {
    #[inline(always)]
    fn new(context: Context, state: State, fields: Written) -> Call {
        Call {
            context,
            previous: ptr::null(),
            start: 0,
            state,
            unwinding: std::thread::panicking(),
            end: End { outcome: Outcome::Ok, fields },
        }
    }

    #[inline(always)]
    fn is_unwinding(&self) -> bool {
        std::thread::panicking() && !self.unwinding
    }
}

/// Begins the call of a function: its ids, its context, its clock.
///
/// # Safety
/// `call` is a place for a call, which stays as it is until [`end_scope`].
#[inline(never)]
pub(super) unsafe fn begin_scope(call: *mut Call, site: &'static Site, state: State, fields: Written) {
    let Some(thread) = thread::attach() else {
        // SAFETY: the caller's promise, as for all of `call` below.
        return unsafe { begin_unattached(call, site, state, fields) };
    };
    let context = thread.slot.child(&site.span_name, state.has(signals::SPAN));
    // SAFETY: as above. The context is entered where it stands.
    unsafe {
        call.write(Call::new(context, state, fields));
        (*call).previous = thread.slot.enter(&raw const (*call).context);
        (*call).start = clock::now();
    }
}

/// Begins the call of a future, whose context is entered by each poll.
///
/// # Safety
/// `call` is a place for a call.
#[inline(never)]
pub(super) unsafe fn begin_future(call: *mut Call, site: &'static Site, state: State, fields: Written) {
    let Some(thread) = thread::attach() else {
        // SAFETY: the caller's promise.
        return unsafe { begin_unattached(call, site, state, fields) };
    };
    let context = thread.slot.child(&site.span_name, state.has(signals::SPAN));
    // SAFETY: the caller's promise.
    unsafe { call.write(Call { start: clock::now(), ..Call::new(context, state, fields) }) };
}

/// On a thread that is ending.
///
/// # Safety
/// `call` is a place for a call.
#[cold]
unsafe fn begin_unattached(call: *mut Call, site: &'static Site, state: State, fields: Written) {
    let context = Context::none(&site.span_name, state.has(signals::SPAN));
    // SAFETY: the caller's promise.
    unsafe { call.write(Call { start: clock::now(), ..Call::new(context, state, fields) }) };
}

/// Leaves and ends the call of a function; `bytes` are those that its fields were written to.
///
/// # Safety
/// [`begin_scope`] has begun `call` on this thread.
#[cold]
#[inline(never)]
pub(super) unsafe fn end_scope(call: *mut Call, site: &'static Site, bytes: *const MaybeUninit<u8>) {
    let thread = thread::attach();
    // SAFETY: the caller's promise: nobody else has the call.
    unsafe {
        if let Some(thread) = thread {
            thread.slot.restore((*call).previous);
        }
        if (*call).is_unwinding() {
            (*call).end.outcome = Outcome::Panic;
        }
        end(&*call, thread, site, bytes);
    }
}

/// Ends the call of a future; `is_dropped` if it has not finished.
///
/// # Safety
/// [`begin_future`] has begun `call`; no poll is under way.
#[cold]
#[inline(never)]
pub(super) unsafe fn end_future(
    call: *mut Call,
    site: &'static Site,
    bytes: *const MaybeUninit<u8>,
    is_dropped: bool,
) {
    // SAFETY: the caller's promise: nobody else has the call.
    unsafe {
        if is_dropped {
            let unwinding = (*call).is_unwinding();
            (*call).end.outcome = if unwinding { Outcome::Panic } else { Outcome::Cancelled };
        }
        end(&*call, thread::attach(), site, bytes);
    }
}

/// Makes the call's context the innermost one.
///
/// # Safety
/// The call has begun, and stays as it is until the slot is restored.
#[inline(always)]
pub(super) unsafe fn enter(call: *const Call, thread: &ThreadState) -> *const Context {
    // SAFETY: the caller's promise.
    unsafe { thread.slot.enter(&raw const (*call).context) }
}

/// Counts the call and writes its record. The context has been left.
///
/// # Safety
/// As many of `bytes` as the call's fields take are initialised.
#[inline(always)]
unsafe fn end(
    call: &Call,
    thread: Option<&'static ThreadState>,
    site: &'static Site,
    bytes: *const MaybeUninit<u8>,
) {
    let nanos = clock::to_nanos(clock::now().saturating_sub(call.start));
    let Some(thread) = thread else { return end_unattached(call, site, nanos) };
    let Call { state, end: End { outcome, fields }, .. } = *call;
    if state.has(signals::METRICS) {
        thread.shard(state.index(), site).record_call(outcome, nanos);
    }
    let flags = record_flags(call);
    if flags & (flags::LINE | flags::SPAN) == 0 {
        return;
    }
    let header = Header {
        outcome: outcome as u8,
        flags,
        origin: ptr::from_ref(site).cast(),
        trace_id: call.context.trace_id,
        span_id: call.context.span_id,
        parent_id: call.context.parent_id,
        start: call.start,
        duration: nanos,
        ..Header::new(Kind::Call)
    };
    // SAFETY: the caller's promise.
    thread.ring.push(header, unsafe { std::slice::from_raw_parts(bytes, fields.bytes as usize) });
}

/// What the call's record is to be: without line and span it is none.
#[inline(always)]
fn record_flags(call: &Call) -> u8 {
    let mut flags = call.state.flags();
    if call.end.outcome.is_failure() && call.state.has(signals::ERROR_LINE) {
        flags |= flags::LINE;
    }
    if call.context.sampled {
        flags |= flags::SAMPLED;
    } else {
        flags &= !flags::SPAN;
    }
    if call.end.fields.truncated { flags | flags::TRUNCATED } else { flags }
}

/// On a thread that is ending: counted where all may write, as is the record that it cannot leave.
#[cold]
#[inline(never)]
fn end_unattached(call: &Call, site: &'static Site, nanos: u64) {
    if call.state.has(signals::METRICS) {
        site.live().shared.record_call_shared(call.end.outcome, nanos);
    }
    lost::count(record_flags(call));
}

/// Says how a call ended, from its value.
pub struct Judgement<'c> {
    end: &'c mut End,
    bytes: &'c mut [MaybeUninit<u8>],
    state: State,
}

impl Judgement<'_> {
    /// It ended in an error that cannot be shown.
    pub fn error(&mut self) {
        self.end.outcome = Outcome::Error;
    }

    /// It ended in this error, shown by its `Display`.
    pub fn error_display(&mut self, error: &dyn fmt::Display) {
        self.error();
        self.text(format_args!("{error}"));
    }

    /// It ended in this error, shown by its `Debug`.
    pub fn error_debug(&mut self, error: &dyn fmt::Debug) {
        self.error();
        self.text(format_args!("{error:?}"));
    }

    fn text(&mut self, text: fmt::Arguments<'_>) {
        if !self.state.has(signals::RECORD) {
            return;
        }
        let written = self.end.fields.bytes as usize;
        let Some(free) = self.bytes.get_mut(written..) else { return };
        let mut encoder = Encoder::new(free);
        encoder.arguments(ERROR_KEY, text);
        let added = encoder.finish();
        self.end.fields.bytes += added.bytes;
        self.end.fields.truncated |= added.truncated;
    }
}
