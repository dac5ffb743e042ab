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

/// Observes `future` as one call of `site`. Fields are written now; `judge` sees the output.
#[inline]
pub fn observe_future<const N: usize, F: Future>(
    site: &'static Site,
    write: impl FnOnce(&mut Encoder<'_>),
    judge: fn(&F::Output, &mut Judgement<'_>),
    future: F,
) -> Observed<N, F> {
    let mut observed =
        Observed { future: ManuallyDrop::new(future), frame: Frame::new(), on: false, site, judge };
    if site.state() != 0 {
        observed.begin(write);
    }
    observed
}

/// A future that is one observed call: from its creation to its end, or to its drop.
#[must_use = "futures do nothing unless they are polled"]
pub struct Observed<const N: usize, F: Future> {
    future: ManuallyDrop<F>,
    frame: Frame<N>,
    /// Whether the frame holds a call that has not ended.
    on: bool,
    site: &'static Site,
    judge: fn(&F::Output, &mut Judgement<'_>),
}

// SAFETY: the one pointer in the frame, to the previous context, is written and read within a single poll, on one thread.
unsafe impl<const N: usize, F: Future + Send> Send for Observed<N, F> {}
// SAFETY: a shared reference gives access to nothing.
unsafe impl<const N: usize, F: Future + Sync> Sync for Observed<N, F> {}

impl<const N: usize, F: Future> Observed<N, F> {
    #[cold]
    #[inline(never)]
    fn begin(&mut self, write: impl FnOnce(&mut Encoder<'_>)) {
        let Some(call) = Call::begin(self.site) else { return };
        let call = self.frame.call.write(call);
        if call.wants_fields() {
            let mut encoder = Encoder::new(&mut self.frame.bytes);
            write(&mut encoder);
            call.set_fields(encoder.finish());
        }
        call.start_clock();
        self.on = true;
    }

    #[cold]
    #[inline(never)]
    fn end(&mut self, judged: impl FnOnce(&mut Call, &mut [std::mem::MaybeUninit<u8>])) {
        self.on = false;
        // SAFETY: `on` said that the call has been written; it is taken back only here.
        let call = unsafe { self.frame.call.assume_init_mut() };
        judged(call, &mut self.frame.bytes);
        call.end(self.site, true, &self.frame.bytes);
    }

    /// Enters the context for the length of the guard.
    fn enter(&self) -> Option<Entered> {
        if !self.on {
            return None;
        }
        let thread = thread::attach()?;
        // SAFETY: `on`: the call has been written.
        let call = unsafe { self.frame.call.assume_init_ref() };
        // SAFETY: `self` is pinned while it is polled or dropped, and the guard restores before either ends.
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

impl<const N: usize, F: Future> Future for Observed<N, F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, task: &mut TaskContext<'_>) -> Poll<F::Output> {
        // SAFETY: nothing is moved out; `future` is only ever seen pinned, and dropped in place.
        let this = unsafe { self.get_unchecked_mut() };
        let entered = this.enter();
        // SAFETY: structural pinning of `future`.
        let polled = unsafe { Pin::new_unchecked(&mut *this.future) }.poll(task);
        drop(entered);
        if let (Poll::Ready(output), true) = (&polled, this.on) {
            let judge = this.judge;
            this.end(|call, bytes| judge(output, &mut call.judge(bytes)));
        }
        polled
    }
}

impl<const N: usize, F: Future> Drop for Observed<N, F> {
    #[inline]
    fn drop(&mut self) {
        let entered = self.enter();
        // SAFETY: dropped once, here, in place.
        unsafe { ManuallyDrop::drop(&mut self.future) };
        drop(entered);
        if self.on {
            self.end(|call, _| call.mark_cancelled());
        }
    }
}
