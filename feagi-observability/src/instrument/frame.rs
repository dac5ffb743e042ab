//! The room that an instrumented function lends to its call, and the hold on a call that runs in it.

use super::call::{self, Call};
use super::extras;
use super::judgement::Judgement;
use super::opening::Opening;
use super::polls;
use super::registry;
use super::site::{Site, State, signals};
use super::thread::{self, ThreadState};
use super::value::{Encoder, Written};
use crate::context::Context;
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

    /// What a call takes in before it begins; `None` where the site is off. The site's first call registers it.
    #[inline]
    pub(super) fn open(&mut self, site: &'static Site) -> Option<Opening<'_>> {
        let mut state = site.state();
        if state == State::OFF {
            return None;
        }
        std::hint::cold_path();
        let is_first = state.has(signals::UNREGISTERED);
        if is_first {
            state = registry::first_state(site, &[]);
            if state == State::OFF {
                return None;
            }
        }
        Some(self.opening(site, state, is_first))
    }

    /// The same for a site whose labels say how it is to be registered: [`Opening::register`] comes after them.
    #[inline]
    pub(super) fn open_unregistered(&mut self, site: &'static Site) -> Option<Opening<'_>> {
        let state = site.state();
        if state == State::OFF {
            return None;
        }
        std::hint::cold_path();
        Some(self.opening(site, state, state.has(signals::UNREGISTERED)))
    }

    #[inline]
    pub(super) fn opening(&mut self, site: &'static Site, state: State, is_first: bool) -> Opening<'_> {
        let call = NonNull::from(&mut *self).cast();
        Opening::new(site, state, is_first, call, &mut self.bytes)
    }

    /// Writes an event's fields, if anyone wants them.
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

    /// Where the call stands.
    #[inline(always)]
    pub(super) fn place(&self) -> NonNull<Call> {
        self.call
    }

    /// Whether its context is the thread's innermost one.
    #[inline(always)]
    pub(super) fn is_innermost(&self, thread: &ThreadState) -> bool {
        ptr::eq(thread.slot.settled(), self.context())
    }

    /// Where its context stands.
    #[inline(always)]
    pub(super) fn context(&self) -> *const Context {
        // SAFETY: the call has begun; no reference is made.
        unsafe { &raw const (*self.call.as_ptr()).context }
    }

    /// Goes back to no context when it ends.
    #[inline(always)]
    pub(super) fn forget_previous(&mut self) {
        // SAFETY: the call has begun; the slot's reader looks at its context alone.
        unsafe { (&raw mut (*self.call.as_ptr()).previous).write(ptr::null()) };
    }

    /// Begins what the site measures besides.
    #[inline(always)]
    pub(super) fn measure(&mut self, site: &'static Site, series: u32) {
        // SAFETY: the call has begun; the slot's reader looks at its context alone.
        let call = unsafe { &mut *self.call.as_ptr() };
        extras::begin(call, thread::attached(), site, series);
    }

    /// Where it is said how the call ended; its frame has `N` bytes.
    ///
    /// # Safety
    /// The frame has so many.
    #[inline]
    pub(super) unsafe fn judgement<const N: usize>(&mut self) -> Judgement<'_> {
        let call = self.call.as_ptr();
        // SAFETY: nobody else has the call; the slot's reader looks at its context alone, which is neither its end nor its bytes.
        unsafe {
            let bytes = std::slice::from_raw_parts_mut(call.add(1).cast(), N);
            Judgement { end: &mut (*call).end, bytes, state: (*call).state }
        }
    }

    /// Makes the call's context the innermost one.
    ///
    /// # Safety
    /// The slot is restored before the call ends or moves.
    #[inline(always)]
    pub(super) unsafe fn enter(&self, thread: &ThreadState) -> *const Context {
        // SAFETY: the caller's promise.
        unsafe { thread.slot.enter(self.context()) }
    }

    /// Before each poll: of nearly all nothing is asked.
    #[inline(always)]
    pub(super) fn begin_poll(&self, site: &'static Site) {
        let call = self.call.as_ptr();
        // SAFETY: the call has begun; the slot's reader looks at its context alone.
        unsafe {
            if (*call).state.has(signals::POLLS) {
                polls::begin(call, site);
            }
        }
    }

    /// After each poll that [`begin_poll`](Self::begin_poll) was before and that is not the last: the end of the call is the end of that one.
    #[inline(always)]
    pub(super) fn end_poll(&self, thread: &ThreadState) {
        let call = self.call.as_ptr();
        // SAFETY: the call has begun.
        unsafe {
            if (*call).state.has(signals::POLLS) {
                polls::end(call, thread);
            }
        }
    }

    /// Leaves and ends the call of a function.
    ///
    /// # Safety
    /// It was begun by [`Opening::begin_scope`] on this thread.
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
