//! The room that an instrumented function lends to its call, and the hold on a call that runs in it.

use super::call::{self, Call};
use super::extras;
use super::judgement::Judgement;
use super::opening::{Dimensions, Opened, Opening};
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

    /// Takes a call's labels, parent and links by `head`, and its fields by `write` if anyone wants them. Before its context is entered: a `Debug` that unwinds leaves nothing
    /// behind.
    #[inline(always)]
    pub(super) fn open(
        &mut self,
        site: &'static Site,
        state: State,
        head: impl FnOnce(&mut Opening<'_>),
        write: impl FnOnce(&mut Encoder<'_>),
    ) -> Opened {
        let mut opening = Opening::new(site, &mut self.bytes, None);
        head(&mut opening);
        opening.finish(state.has(signals::RECORD), write)
    }

    /// The same on a site's first call, which registers it; `None` if it is off.
    pub(super) fn open_first(
        &mut self,
        site: &'static Site,
        head: impl FnOnce(&mut Opening<'_>),
        write: impl FnOnce(&mut Encoder<'_>),
    ) -> Option<(State, Opened)> {
        let mut opening = Opening::new(site, &mut self.bytes, Some(Dimensions::default()));
        head(&mut opening);
        let state = registry::first_state(site, opening.dimensions());
        (state != State::OFF).then(|| (state, opening.finish(state.has(signals::RECORD), write)))
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

    /// Begins the call of a function: its ids, its context, its clock.
    ///
    /// # Safety
    /// It is ended by [`Running::end_scope`] before the frame is gone.
    #[inline(always)]
    pub(super) unsafe fn begin_scope(
        &mut self,
        site: &'static Site,
        state: State,
        opened: Opened,
    ) -> Running<'_> {
        let call = NonNull::from(self).cast();
        // SAFETY: a frame begins with a place for a call.
        let running = unsafe {
            match opened.parent {
                None => call::begin_scope(call, site, state, opened.fields),
                Some(parent) => call::begin_below(call, site, state, opened.fields, parent),
            }
        };
        running.measure(site, &opened)
    }

    /// Begins the call of a future, whose context is entered by each poll.
    #[inline(always)]
    pub(super) fn begin_future(&mut self, site: &'static Site, state: State, opened: Opened) -> Running<'_> {
        let call = NonNull::from(self).cast();
        // SAFETY: a frame begins with a place for a call.
        let running = unsafe {
            match opened.parent {
                None => call::begin_future(call, site, state, opened.fields),
                Some(parent) => call::begin_below(call, site, state, opened.fields, parent),
            }
        };
        running.measure(site, &opened)
    }

    /// Room for the labels of a call that is counted only.
    #[inline(always)]
    pub(super) fn opening(&mut self, site: &'static Site) -> Opening<'_> {
        Opening::new(site, &mut self.bytes, None)
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
    fn measure(self, site: &'static Site, opened: &Opened) -> Self {
        if opened.has_extras {
            // SAFETY: the call has begun; the slot's reader looks at its context alone.
            let call = unsafe { &mut *self.call.as_ptr() };
            extras::begin(call, thread::attached(), site, opened.series);
        }
        self
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
        unsafe { thread.slot.enter(self.context()) }
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
