//! The scope of an asynchronous call: a future that enters its context on every poll and leaves it after.

use super::call::Judgement;
use super::frame::{Frame, Running};
use super::registry;
use super::site::{Site, State, signals};
use super::thread::{self, ThreadState};
use super::value::Encoder;
use crate::context::Context;
use std::future::Future;
use std::mem::ManuallyDrop;
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};

/// A call that has begun before its future exists: fields are written while the function still owns its parameters, which the
/// future then takes.
#[must_use = "a call that is not given its future never ends"]
pub struct Pending<'f, const N: usize> {
    /// `None` where the site is off.
    call: Option<Running<'f>>,
    site: &'static Site,
}

impl<'f, const N: usize> Pending<'f, N> {
    /// Begins a call: one relaxed load and a branch where the site is off.
    ///
    /// The frame stands in the async function itself, which is pinned by the time that this runs.
    #[inline(always)]
    pub fn begin(
        site: &'static Site,
        frame: &'f mut Frame<N>,
        write: impl FnOnce(&mut Encoder<'_>),
    ) -> Pending<'f, N> {
        let state = site.state();
        let call = if state == State::OFF { None } else { Self::begin_on(site, state, frame, write) };
        Pending { call, site }
    }

    #[cold]
    #[inline(never)]
    fn begin_on(
        site: &'static Site,
        state: State,
        frame: &'f mut Frame<N>,
        write: impl FnOnce(&mut Encoder<'_>),
    ) -> Option<Running<'f>> {
        if state.has(signals::UNREGISTERED) {
            return Self::begin_first(site, frame, write);
        }
        let fields = frame.write_fields(state, write);
        Some(frame.begin_future(site, state, fields))
    }

    #[cold]
    #[inline(never)]
    fn begin_first(
        site: &'static Site,
        frame: &'f mut Frame<N>,
        write: impl FnOnce(&mut Encoder<'_>),
    ) -> Option<Running<'f>> {
        let state = registry::first_state(site);
        if state == State::OFF { None } else { Self::begin_on(site, state, frame, write) }
    }
}

/// Observes `future` as the call that has begun; `judge` sees the output.
#[inline(always)]
pub fn observe_future<const N: usize, F: Future>(
    pending: Pending<'_, N>,
    future: F,
    judge: fn(&F::Output, &mut Judgement<'_>),
) -> Observed<'_, N, F> {
    Observed { future: ManuallyDrop::new(future), call: pending.call, site: pending.site, judge }
}

/// A future that is one observed call: from its beginning to its end, or to its drop.
#[must_use = "futures do nothing unless they are polled"]
pub struct Observed<'f, const N: usize, F: Future> {
    future: ManuallyDrop<F>,
    /// One that has begun and not ended.
    call: Option<Running<'f>>,
    site: &'static Site,
    judge: fn(&F::Output, &mut Judgement<'_>),
}

impl<const N: usize, F: Future> Observed<'_, N, F> {
    /// Enters the context for the length of the guard.
    #[inline(always)]
    fn enter(&self) -> Option<Entered> {
        let call = self.call.as_ref()?;
        let thread = thread::attach()?;
        // SAFETY: the guard restores before the poll or drop ends, and with it the borrow of the frame.
        Some(Entered { thread, previous: unsafe { call.enter(thread) } })
    }

    /// Ends the call, if it has not ended yet.
    #[inline(always)]
    fn end(&mut self, is_dropped: bool) {
        if let Some(call) = self.call.take() {
            call.end_future(self.site, is_dropped);
        }
    }
}

/// Restores the previous context, also when the poll unwinds.
struct Entered {
    thread: &'static ThreadState,
    previous: *const Context,
}

impl Drop for Entered {
    fn drop(&mut self) {
        self.thread.slot.restore(self.previous);
    }
}

impl<const N: usize, F: Future> Future for Observed<'_, N, F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, task: &mut TaskContext<'_>) -> Poll<F::Output> {
        // SAFETY: nothing is moved out; `future` is only ever seen pinned, and dropped in place.
        let this = unsafe { self.get_unchecked_mut() };
        let entered = this.enter();
        // SAFETY: structural pinning of `future`.
        let polled = unsafe { Pin::new_unchecked(&mut *this.future) }.poll(task);
        drop(entered);
        if let Poll::Ready(output) = &polled
            && let Some(call) = &mut this.call
        {
            let judge = this.judge;
            // SAFETY: the call's frame is one of this type. Should the error's `Display` unwind, the drop ends the call.
            unsafe { call.judge::<N>(|judgement| judge(output, judgement)) };
            this.end(false);
        }
        polled
    }
}

impl<const N: usize, F: Future> Drop for Observed<'_, N, F> {
    #[inline]
    fn drop(&mut self) {
        let entered = self.enter();
        // SAFETY: dropped once, here, in place.
        unsafe { ManuallyDrop::drop(&mut self.future) };
        drop(entered);
        self.end(true);
    }
}
