//! One call in flight: what `Scope` and `Observed` share, from the first clock read to the record.
//!
//! What does not depend on the function that is observed stands in functions that are not generic: each site adds few
//! instructions to its program, and those that all share stay in the cache.

use super::clock;
use super::lost;
use super::outcome::Outcome;
use super::record::{Header, Kind, Mark, flags};
use super::site::{Site, State, signals};
use super::thread::{self, ThreadState};
use super::value::{ERROR_KEY, Encoder, Written};
use crate::context::Context;
use std::fmt;
use std::marker::PhantomData;
use std::mem::{MaybeUninit, offset_of};
use std::ptr::{self, NonNull};

/// Bytes that a call with so many fields has for their values, and for the text of an error.
/// They stand uninitialised on the stack, or in the future: room costs nothing but room.
#[must_use]
pub const fn frame_bytes(fields: usize) -> usize {
    let wanted = 192 + fields * 64;
    if wanted > 4096 { 4096 } else { wanted }
}

/// Where a call keeps what it needs until it ends; lives in the instrumented function.
#[repr(C)]
pub struct Frame<const N: usize> {
    call: MaybeUninit<Call>,
    bytes: [MaybeUninit<u8>; N],
}

/// So that the bytes are found from the call, without a word about how many they are.
const _: () = assert!(offset_of!(Frame<1>, bytes) == size_of::<Call>());

// SAFETY: the one pointer in it, to the previous context, is written and read within a single scope, on one thread.
unsafe impl<const N: usize> Send for Frame<N> {}
// SAFETY: a shared reference gives access to nothing.
unsafe impl<const N: usize> Sync for Frame<N> {}

impl<const N: usize> Frame<N> {
    /// Room, nothing in it.
    #[inline(always)]
    #[must_use]
    #[allow(clippy::new_without_default, reason = "only the macros make frames")]
    pub const fn new() -> Self {
        Frame { call: MaybeUninit::uninit(), bytes: [MaybeUninit::uninit(); N] }
    }

    /// Writes a call's fields, if anyone wants them. Before its context is entered: a `Debug` that unwinds leaves nothing
    /// behind.
    #[inline(always)]
    pub(super) fn write_fields(&mut self, state: State, write: impl FnOnce(&mut Encoder<'_>)) -> Written {
        if !state.has(signals::RECORD) {
            return Written::default();
        }
        let mut encoder = Encoder::new(&mut self.bytes);
        write(&mut encoder);
        encoder.finish()
    }

    #[inline(always)]
    pub(super) fn bytes(&self) -> *const MaybeUninit<u8> {
        self.bytes.as_ptr()
    }

    /// Begins the call of a function: its ids, its context, its clock.
    ///
    /// # Safety
    /// It is ended by [`Running::end_scope`] before the frame is gone.
    #[inline(always)]
    pub(super) unsafe fn begin_scope(
        &mut self,
        site: &'static Site,
        state: State,
        fields: Written,
    ) -> Running<'_> {
        // SAFETY: a frame begins with a place for a call.
        unsafe { begin_scope(NonNull::from(self).cast(), site, state, fields) }
    }

    /// Begins the call of a future, whose context is entered by each poll.
    #[inline(always)]
    pub(super) fn begin_future(&mut self, site: &'static Site, state: State, fields: Written) -> Running<'_> {
        // SAFETY: a frame begins with a place for a call.
        unsafe { begin_future(NonNull::from(self).cast(), site, state, fields) }
    }
}

/// A call that has begun, in a frame that was lent to it. A pointer, not a reference: the thread's slot points there too.
#[repr(transparent)]
pub(super) struct Running<'f> {
    call: NonNull<Call>,
    frame: PhantomData<&'f mut Call>,
}

// SAFETY: a future and its call move between threads only while no slot points there.
unsafe impl Send for Running<'_> {}
// SAFETY: a shared reference gives access to nothing.
unsafe impl Sync for Running<'_> {}

impl Running<'_> {
    #[inline(always)]
    fn new(call: NonNull<Call>) -> Self {
        Running { call, frame: PhantomData }
    }

    /// Lets `judge` say how the call ended; its frame has `N` bytes.
    ///
    /// # Safety
    /// The frame has so many.
    #[inline(always)]
    pub(super) unsafe fn judge<const N: usize>(&mut self, judge: impl FnOnce(&mut Judgement<'_>)) {
        let call = self.call.as_ptr();
        // SAFETY: nobody else has the call; the slot's reader looks at its context alone, which is neither its end nor its bytes.
        unsafe {
            let bytes = std::slice::from_raw_parts_mut(call.add(1).cast(), N);
            judge(&mut Judgement { end: &mut (*call).end, bytes, state: (*call).state });
        }
    }

    /// Makes the call's context the innermost one.
    ///
    /// # Safety
    /// The slot is restored before the call ends or moves.
    #[inline(always)]
    pub(super) unsafe fn enter(&self, thread: &ThreadState) -> *const Context {
        // SAFETY: the caller's promise.
        unsafe { thread.slot.enter(&raw const (*self.call.as_ptr()).context) }
    }

    /// Leaves and ends the call of a function.
    ///
    /// # Safety
    /// It was begun by [`Frame::begin_scope`] on this thread.
    #[inline(always)]
    pub(super) unsafe fn end_scope(&mut self, site: &'static Site) {
        // SAFETY: the caller's promise.
        unsafe { end_scope(self.call.as_ptr(), site) }
    }

    /// Ends the call of a future; `is_dropped` if it has not finished. No poll is under way.
    #[inline(always)]
    pub(super) fn end_future(self, site: &'static Site, is_dropped: bool) {
        // SAFETY: the call has begun, and this was the only way to it.
        unsafe { end_future(self.call.as_ptr(), site, is_dropped) }
    }
}

pub(super) struct Call {
    /// What the thread's slot points to while the call runs: must neither move nor change then.
    context: Context,
    previous: *const Context,
    start: u64,
    state: State,
    end: End,
    /// Whether the thread was unwinding already when the call began.
    unwinding: bool,
}

/// What is known of a call's record before the call ends; as the record begins, so that it is copied as one word.
#[repr(C)]
struct End {
    bytes: u32,
    mark: Mark,
}

impl Call {
    /// Writes all but the context, which has been written, and starts the clock.
    ///
    /// # Safety
    /// `place` is one for a call.
    #[inline(always)]
    unsafe fn write(place: *mut Call, previous: *const Context, state: State, fields: Written) {
        // SAFETY: the caller's promise. Piece by piece, as a context is.
        unsafe {
            let mut flags = state.flags();
            if (*place).context.sampled {
                flags |= flags::SAMPLED;
            } else {
                flags &= !flags::SPAN;
            }
            let mark = Mark { kind: Kind::Call, outcome: Outcome::Ok, flags: flags | fields.flags };
            (&raw mut (*place).end).write(End { bytes: fields.bytes, mark });
            (&raw mut (*place).previous).write(previous);
            (&raw mut (*place).state).write(state);
            (&raw mut (*place).unwinding).write(std::thread::panicking());
            (&raw mut (*place).start).write(clock::now());
        }
    }

    #[inline(always)]
    fn is_unwinding(&self) -> bool {
        std::thread::panicking() && !self.unwinding
    }
}

impl End {
    /// It ends like this; a failure gets its line whatever the level of the site.
    #[inline]
    fn set(&mut self, outcome: Outcome, state: State) {
        self.mark.outcome = outcome;
        if outcome.is_failure() && state.has(signals::ERROR_LINE) {
            self.mark.flags |= flags::LINE;
        }
    }
}

/// # Safety
/// `call` is a place for a call, which stays as it is until [`end_scope`].
#[inline(never)]
unsafe fn begin_scope<'f>(
    call: NonNull<Call>,
    site: &'static Site,
    state: State,
    fields: Written,
) -> Running<'f> {
    let Some(thread) = thread::attached() else {
        // SAFETY: the caller's promise.
        return unsafe { begin_unattached(call, site, state, fields, begin_scope) };
    };
    let place = call.as_ptr();
    // SAFETY: the caller's promise. The context is entered where it stands.
    unsafe {
        let context = &raw mut (*place).context;
        let previous = thread.slot.write_child(context, &site.span_name, state.has(signals::SPAN));
        Call::write(place, previous, state, fields);
        thread.slot.enter(context);
    }
    Running::new(call)
}

/// # Safety
/// `call` is a place for a call.
#[inline(never)]
unsafe fn begin_future<'f>(
    call: NonNull<Call>,
    site: &'static Site,
    state: State,
    fields: Written,
) -> Running<'f> {
    let Some(thread) = thread::attached() else {
        // SAFETY: the caller's promise.
        return unsafe { begin_unattached(call, site, state, fields, begin_future) };
    };
    let place = call.as_ptr();
    // SAFETY: the caller's promise.
    unsafe {
        let context = &raw mut (*place).context;
        thread.slot.write_child(context, &site.span_name, state.has(signals::SPAN));
        Call::write(place, ptr::null(), state, fields);
    }
    Running::new(call)
}

/// On a thread's first call; also on a thread that is ending, where nothing is entered.
///
/// # Safety
/// `call` is a place for a call, fit for `again`.
#[cold]
#[inline(never)]
unsafe fn begin_unattached<'f>(
    call: NonNull<Call>,
    site: &'static Site,
    state: State,
    fields: Written,
    again: unsafe fn(NonNull<Call>, &'static Site, State, Written) -> Running<'f>,
) -> Running<'f> {
    if thread::attach().is_some() {
        // SAFETY: the caller's promise.
        return unsafe { again(call, site, state, fields) };
    }
    let place = call.as_ptr();
    // SAFETY: the caller's promise.
    unsafe {
        (&raw mut (*place).context).write(Context::none(&site.span_name, state.has(signals::SPAN)));
        Call::write(place, ptr::null(), state, fields);
    }
    Running::new(call)
}

/// # Safety
/// [`begin_scope`] has begun `call` on this thread, and nobody else has it.
#[cold]
#[inline(never)]
unsafe fn end_scope(call: *mut Call, site: &'static Site) {
    // SAFETY: the caller's promise.
    unsafe {
        let Some(thread) = thread::attached() else { return end_unattached(call, site) };
        thread.slot.restore((*call).previous);
        if (*call).is_unwinding() {
            (*call).end.set(Outcome::Panic, (*call).state);
        }
        end(call, thread, site);
    }
}

/// # Safety
/// [`begin_future`] has begun `call`, no poll is under way, and nobody else has it.
#[cold]
#[inline(never)]
unsafe fn end_future(call: *mut Call, site: &'static Site, is_dropped: bool) {
    // SAFETY: the caller's promise.
    unsafe {
        if is_dropped {
            let outcome = if (*call).is_unwinding() { Outcome::Panic } else { Outcome::Cancelled };
            (*call).end.set(outcome, (*call).state);
        }
        match thread::attach() {
            Some(thread) => end(call, thread, site),
            None => end_unattached(call, site),
        }
    }
}

/// Counts the call and writes its record. The context has been left.
///
/// # Safety
/// `call` stands in a frame and has begun.
#[inline(always)]
unsafe fn end(call: *const Call, thread: &ThreadState, site: &'static Site) {
    // SAFETY: the caller's promise.
    let Call { context, start, state, end: End { bytes, mark }, .. } = unsafe { &*call };
    let duration = clock::to_nanos(clock::now().saturating_sub(*start));
    if state.has(signals::METRICS) {
        thread.shard(state.index(), site).record_call(mark.outcome, duration);
    }
    if mark.flags & (flags::LINE | flags::SPAN) == 0 {
        return;
    }
    let header = || Header {
        bytes: *bytes,
        mark: *mark,
        origin: ptr::from_ref(site).cast(),
        trace_id: context.trace_id,
        span_id: context.span_id,
        parent_id: context.parent_id,
        start: *start,
        duration,
    };
    // SAFETY: the fields were written to the bytes behind the call.
    unsafe { thread.ring.push(mark.flags, *bytes, call.add(1).cast(), header) };
}

/// On a thread that is ending: counted where all may write, as is the record that it cannot leave.
///
/// # Safety
/// The call has begun.
#[cold]
#[inline(never)]
unsafe fn end_unattached(call: *mut Call, site: &'static Site) {
    // SAFETY: the caller's promise.
    let call = unsafe { &mut *call };
    if call.is_unwinding() {
        call.end.set(Outcome::Panic, call.state);
    }
    if call.state.has(signals::METRICS) {
        let nanos = clock::to_nanos(clock::now().saturating_sub(call.start));
        site.live().shared.record_call_shared(call.end.mark.outcome, nanos);
    }
    lost::count(call.end.mark.flags);
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
        self.end.set(Outcome::Error, self.state);
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
        let Some(free) = self.bytes.get_mut(self.end.bytes as usize..) else { return };
        let mut encoder = Encoder::new(free);
        encoder.arguments(ERROR_KEY, text);
        let added = encoder.finish();
        self.end.bytes += added.bytes;
        self.end.mark.flags |= added.flags;
    }
}
