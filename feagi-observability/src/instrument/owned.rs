//! A call with a frame of its own on the heap: one that begins outside of an async function, such as a request at a service, and ends with
//! a future that goes wherever its owner takes it.

use super::frame::Frame;
use super::future::{Observed, Pending, observe_future};
use super::judgement::Judgement;
use super::opening::Opening;
use super::site::Site;
use crate::context::Context;
use std::future::Future;
use std::mem::ManuallyDrop;
use std::pin::Pin;
use std::ptr::NonNull;
use std::task::{Context as TaskContext, Poll};

/// A call that has begun and waits for its future; dropped without one, it ends as one that was given up, or by the panic that drops it.
pub(crate) struct OwnedCall<const N: usize> {
    /// Stands in front of the frame, and so ends before it.
    begun: Begun<N>,
    frame: OwnedFrame<N>,
}

struct Begun<const N: usize>(ManuallyDrop<Pending<'static, N>>);

impl<const N: usize> OwnedCall<N> {
    /// Begins a call of an async site without labels, which takes in what `fill` gives it; `None` where the site is off.
    pub(crate) fn begin(site: &'static Site, fill: impl FnOnce(&mut Opening<'_>)) -> Option<Self> {
        if !site.is_on() {
            return None;
        }
        let frame = OwnedFrame::new();
        // SAFETY: nobody else has it, and it is freed after the call has ended: see the order of the fields here and in `Owned`.
        let room: &'static mut Frame<N> = unsafe { &mut *frame.0.as_ptr() };
        let mut pending = Pending::new(site);
        let mut opening = pending.open(room)?;
        fill(&mut opening);
        pending.begin(opening);
        Some(OwnedCall { begun: Begun(ManuallyDrop::new(pending)), frame })
    }

    /// What runs in the call before its future does is to run in this context.
    pub(crate) fn context(&self) -> Option<Context> {
        self.begun.0.context()
    }

    /// Makes `future` the call; `judge` sees the output.
    pub(crate) fn observe<F: Future>(
        self,
        future: F,
        judge: fn(&F::Output, &mut Judgement<'_>),
    ) -> Owned<N, F> {
        let OwnedCall { begun, frame } = self;
        Owned { observed: observe_future(begun.into_inner(), future, judge), frame }
    }
}

impl<const N: usize> Begun<N> {
    fn into_inner(self) -> Pending<'static, N> {
        let mut this = ManuallyDrop::new(self);
        // SAFETY: taken once, for `this` is not dropped.
        unsafe { ManuallyDrop::take(&mut this.0) }
    }
}

impl<const N: usize> Drop for Begun<N> {
    fn drop(&mut self) {
        // SAFETY: taken once, here.
        let pending = unsafe { ManuallyDrop::take(&mut self.0) };
        drop(observe_future(pending, std::future::pending::<()>(), |(), _| {}));
    }
}

/// A future that is one observed call and has its frame.
#[must_use = "futures do nothing unless they are polled"]
pub(crate) struct Owned<const N: usize, F: Future> {
    /// Stands in front of the frame, and so ends before it.
    observed: Observed<'static, N, F>,
    #[allow(dead_code, reason = "kept for as long as the call")]
    frame: OwnedFrame<N>,
}

impl<const N: usize, F: Future> Future for Owned<N, F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, task: &mut TaskContext<'_>) -> Poll<F::Output> {
        // SAFETY: structural pinning of `observed`, which is never moved and dropped in place.
        unsafe { self.map_unchecked_mut(|this| &mut this.observed) }.poll(task)
    }
}

/// Freed when it is dropped. A pointer, not a box: the call points there, too.
struct OwnedFrame<const N: usize>(NonNull<Frame<N>>);

// SAFETY: it owns a frame, which is `Send`.
unsafe impl<const N: usize> Send for OwnedFrame<N> {}
// SAFETY: a shared reference gives access to nothing.
unsafe impl<const N: usize> Sync for OwnedFrame<N> {}

impl<const N: usize> OwnedFrame<N> {
    fn new() -> Self {
        OwnedFrame(NonNull::from(Box::leak(Box::new(Frame::new()))))
    }
}

impl<const N: usize> Drop for OwnedFrame<N> {
    fn drop(&mut self) {
        // SAFETY: made from a box, and whatever pointed there has ended.
        drop(unsafe { Box::from_raw(self.0.as_ptr()) });
    }
}
