//! The room that an instrumented function lends to its call, and the hold on a call that runs in it.

use super::call::{self, Call, Judgement};
use super::site::{Site, State, signals};
use super::thread::ThreadState;
use super::value::{Encoder, Written};
use crate::context::Context;
use std::marker::PhantomData;
use std::mem::{MaybeUninit, offset_of};
use std::ptr::NonNull;

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
        unsafe { call::begin_scope(NonNull::from(self).cast(), site, state, fields) }
    }

    /// Begins the call of a future, whose context is entered by each poll.
    #[inline(always)]
    pub(super) fn begin_future(&mut self, site: &'static Site, state: State, fields: Written) -> Running<'_> {
        // SAFETY: a frame begins with a place for a call.
        unsafe { call::begin_future(NonNull::from(self).cast(), site, state, fields) }
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
    pub(super) fn new(call: NonNull<Call>) -> Self {
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
        unsafe { call::end_scope(self.call.as_ptr(), site) }
    }

    /// Ends the call of a future; `is_dropped` if it has not finished. No poll is under way.
    #[inline(always)]
    pub(super) fn end_future(self, site: &'static Site, is_dropped: bool) {
        // SAFETY: the call has begun, and this was the only way to it.
        unsafe { call::end_future(self.call.as_ptr(), site, is_dropped) }
    }
}
