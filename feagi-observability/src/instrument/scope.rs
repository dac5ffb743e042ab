//! The scope of a synchronous call: a guard that begins it, keeps its context, and ends it when dropped.

use super::allocating::Allocations;
use super::frame::{Frame, Running};
use super::judgement::Judgement;
use super::opening::Opening;
use super::site::{Site, State, signals};
use super::thread;
use super::value::Encoder;
use std::marker::PhantomData;

/// A call in progress; dropping it ends the call. Entered by the macros alone, which keep it and its frame in place.
#[must_use = "a scope that is dropped at once measures nothing"]
pub struct Scope<'f, const N: usize> {
    /// `None` where the site is off.
    call: Option<Running<'f>>,
    site: &'static Site,
    /// Invariant: not `Send`. It restores the context of the thread that it was entered on.
    thread: PhantomData<*const ()>,
}

impl<'f, const N: usize> Scope<'f, N> {
    /// Begins a call: one relaxed load and a branch where the site is off.
    #[inline(always)]
    pub fn enter(
        site: &'static Site,
        frame: &'f mut Frame<N>,
        head: impl FnOnce(&mut Opening<'_>),
        write: impl FnOnce(&mut Encoder<'_>),
    ) -> Scope<'f, N> {
        let state = site.state();
        let call = if state == State::OFF { None } else { Self::enter_on(site, state, frame, head, write) };
        Scope { call, site, thread: PhantomData }
    }

    /// One that measures nothing.
    #[inline(always)]
    pub(super) fn off(site: &'static Site) -> Self {
        Scope { call: None, site, thread: PhantomData }
    }

    #[cold]
    #[inline(never)]
    fn enter_on(
        site: &'static Site,
        state: State,
        frame: &'f mut Frame<N>,
        head: impl FnOnce(&mut Opening<'_>),
        write: impl FnOnce(&mut Encoder<'_>),
    ) -> Option<Running<'f>> {
        if state.has(signals::UNREGISTERED) {
            return Self::enter_first(site, frame, head, write);
        }
        let opened = frame.open(site, state, head, write);
        // SAFETY: the scope borrows the frame and so keeps it in place, until its drop ends the call.
        Some(unsafe { frame.begin_scope(site, state, opened) })
    }

    #[cold]
    #[inline(never)]
    fn enter_first(
        site: &'static Site,
        frame: &'f mut Frame<N>,
        head: impl FnOnce(&mut Opening<'_>),
        write: impl FnOnce(&mut Encoder<'_>),
    ) -> Option<Running<'f>> {
        let (state, opened) = frame.open_first(site, head, write)?;
        // SAFETY: as above.
        Some(unsafe { frame.begin_scope(site, state, opened) })
    }

    /// Charges the call with what this thread allocates while the guard lives.
    #[inline]
    pub fn count_allocations(&self) -> Allocations<'_> {
        // SAFETY: the call has begun, and the guard borrows the scope, which keeps the frame.
        unsafe { Allocations::of(self.call.as_ref().map(Running::place)) }
    }

    /// What comes before the end of a block, which may have been suspended: unless its context is innermost, and all blocks since have
    /// ended in order, it goes back to nothing.
    #[inline(always)]
    pub(super) fn leave_in_order(&mut self, disorder: u32) {
        if let (Some(call), Some(thread)) = (&mut self.call, thread::attached()) {
            let is_innermost = call.is_innermost(thread);
            if !is_innermost {
                thread.disorder.set(thread.disorder.get().wrapping_add(1));
            }
            if !is_innermost || thread.disorder.get() != disorder {
                call.forget_previous();
            }
        }
    }

    /// Lets `judge` say how the call ended, by its value; not called when the site is off.
    #[inline(always)]
    pub fn judge<T>(&mut self, output: &T, judge: fn(&T, &mut Judgement<'_>)) {
        if let Some(call) = &mut self.call {
            // SAFETY: the call's frame is one of this type.
            unsafe { call.judge::<N>(|judgement| judge(output, judgement)) };
        }
    }
}

impl<const N: usize> Drop for Scope<'_, N> {
    #[inline(always)]
    fn drop(&mut self) {
        if let Some(call) = &mut self.call {
            // SAFETY: it has begun on this thread, for a scope is not `Send`.
            unsafe { call.end_scope(self.site) };
        }
    }
}
