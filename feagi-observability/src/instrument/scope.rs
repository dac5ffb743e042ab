//! The scope of a synchronous call: a guard that begins it, keeps its context, and ends it when dropped.

use super::call::{self, Frame, Judgement};
use super::registry;
use super::site::{Site, State, signals};
use super::value::Encoder;
use std::marker::PhantomData;

/// A call in progress; dropping it ends the call. Entered by the macros alone, which keep it and its frame in place.
#[must_use = "a scope that is dropped at once measures nothing"]
pub struct Scope<'f, const N: usize> {
    /// Shared, though nobody else has it: the thread's slot points into it.
    frame: Option<&'f Frame<N>>,
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
        write: impl FnOnce(&mut Encoder<'_>),
    ) -> Scope<'f, N> {
        let state = site.state();
        let frame = if state == State::OFF { None } else { Self::enter_on(site, state, frame, write) };
        Scope { frame, site, thread: PhantomData }
    }

    #[cold]
    #[inline(never)]
    fn enter_on(
        site: &'static Site,
        mut state: State,
        frame: &'f mut Frame<N>,
        write: impl FnOnce(&mut Encoder<'_>),
    ) -> Option<&'f Frame<N>> {
        if state.has(signals::UNREGISTERED) {
            state = registry::first_state(site);
            if state == State::OFF {
                return None;
            }
        }
        let fields = frame.write_fields(state, write);
        let frame: &'f Frame<N> = frame;
        // SAFETY: the scope borrows the frame and so keeps it in place, until its drop ends the call.
        unsafe { call::begin_scope(frame.call(), site, state, fields) };
        Some(frame)
    }

    /// Whether the call is observed.
    #[inline(always)]
    pub fn is_on(&self) -> bool {
        self.frame.is_some()
    }

    /// Lets `judge` say how the call ended; not called when the site is off.
    #[inline(always)]
    pub fn judge(&mut self, judge: impl FnOnce(&mut Judgement<'_>)) {
        if let Some(frame) = self.frame {
            // SAFETY: the frame was lent to this scope exclusively, and its call has begun.
            unsafe { frame.judge(judge) };
        }
    }
}

impl<const N: usize> Drop for Scope<'_, N> {
    #[inline(always)]
    fn drop(&mut self) {
        if let Some(frame) = self.frame {
            // SAFETY: its call has begun on this thread, for a scope is not `Send`.
            unsafe { call::end_scope(frame.call(), self.site, frame.bytes()) };
        }
    }
}
