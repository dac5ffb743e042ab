//! The scope of an asynchronous call: a future that enters its context on every poll and leaves it after.

use super::call::{Call, Frame, Judgement};
use super::site::Site;
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
    frame: Option<&'f mut Frame<N>>,
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
        if site.state() == 0 {
            return Pending { frame: None, site };
        }
        Self::begin_on(site, frame, write)
    }

    #[cold]
    #[inline(never)]
    fn begin_on(
        site: &'static Site,
        frame: &'f mut Frame<N>,
        write: impl FnOnce(&mut Encoder<'_>),
    ) -> Pending<'f, N> {
        let Some(call) = Call::begin(site) else { return Pending { frame: None, site } };
        let call = frame.call.write(call);
        if call.wants_fields() {
            let mut encoder = Encoder::new(&mut frame.bytes);
            write(&mut encoder);
            call.set_fields(encoder.finish());
        }
        call.start_clock();
        Pending { frame: Some(frame), site }
    }
}

/// Observes `future` as the call that has begun; `judge` sees the output.
#[inline(always)]
pub fn observe_future<const N: usize, F: Future>(
    pending: Pending<'_, N>,
    future: F,
    judge: fn(&F::Output, &mut Judgement<'_>),
) -> Observed<'_, N, F> {
    Observed { future: ManuallyDrop::new(future), frame: pending.frame, site: pending.site, judge }
}

/// A future that is one observed call: from its beginning to its end, or to its drop.
#[must_use = "futures do nothing unless they are polled"]
pub struct Observed<'f, const N: usize, F: Future> {
    future: ManuallyDrop<F>,
    /// Holds a call that has not ended; `None` where there is none.
    frame: Option<&'f mut Frame<N>>,
    site: &'static Site,
    judge: fn(&F::Output, &mut Judgement<'_>),
}

impl<const N: usize, F: Future> Observed<'_, N, F> {
    #[cold]
    #[inline(never)]
    fn end(
        site: &'static Site,
        frame: &mut Frame<N>,
        judged: impl FnOnce(&mut Call, &mut [std::mem::MaybeUninit<u8>]),
    ) {
        // SAFETY: `Pending::begin` has written the call into every frame that it hands on.
        let call = unsafe { frame.call.assume_init_mut() };
        judged(call, &mut frame.bytes);
        call.end(site, true, &frame.bytes);
    }

    /// Enters the context for the length of the guard.
    #[inline(always)]
    fn enter(&self) -> Option<Entered> {
        let frame = self.frame.as_deref()?;
        let thread = thread::attach()?;
        // SAFETY: as in `end`.
        let call = unsafe { frame.call.assume_init_ref() };
        // SAFETY: the frame is borrowed for longer than a poll or drop, and the guard restores before either ends.
        Some(Entered { thread, previous: unsafe { thread.slot.enter(&call.context) } })
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
            && let Some(frame) = this.frame.take()
        {
            let judge = this.judge;
            Self::end(this.site, frame, |call, bytes| judge(output, &mut call.judge(bytes)));
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
        if let Some(frame) = self.frame.take() {
            Self::end(self.site, frame, |call, _| call.mark_cancelled());
        }
    }
}
