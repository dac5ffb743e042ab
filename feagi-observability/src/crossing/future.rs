//! A future that runs in a captured context, wherever it is polled.

use super::CapturedContext;
use std::future::Future;
use std::mem::ManuallyDrop;
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};

/// Takes a context along: what the future does belongs to whoever asked for it, whatever thread and task does it.
///
/// An observed `async fn` keeps its own context over `.await` and from thread to thread anyway. This is for what begins elsewhere: a task.
///
/// ```
/// use feagi_observability::{CapturedContext, Context, InCurrentContext, SpanId, TraceId, current_context};
///
/// async fn answer() {
///     let here = current_context().unwrap().trace_id();
///     let task = async move { assert_eq!(current_context().unwrap().trace_id(), here) };
///     tokio::spawn(task.in_current_context()).await.unwrap();
/// }
///
/// let trace_id = TraceId::from_hex("4bf92f3577b34da6a3ce929d0e0e4736").unwrap();
/// let caller = Context::remote(trace_id, SpanId::from_hex("00f067aa0ba902b7").unwrap(), true);
/// let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
/// runtime.block_on(CapturedContext::from(caller).scope(answer()));
/// ```
pub trait InCurrentContext: Future + Sized {
    /// Makes the future run in the context that the calling thread is in now.
    ///
    /// ```
    /// use feagi_observability::{InCurrentContext, current_request_id, with_request_id};
    ///
    /// let future = with_request_id("r-7", || async { current_request_id() }.in_current_context());
    /// let id = tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future);
    /// assert_eq!(id.as_deref(), Some("r-7"));
    /// ```
    fn in_current_context(self) -> InContext<Self> {
        CapturedContext::capture().scope(self)
    }

    /// Makes the future run in the context that the calling thread is in now, under the caller's own id; see
    /// [`with_request_id`](crate::with_request_id).
    ///
    /// ```
    /// use feagi_observability::{InCurrentContext, current_request_id};
    ///
    /// let future = async { current_request_id() }.with_request_id("r-7");
    /// let id = tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future);
    /// assert_eq!(id.as_deref(), Some("r-7"));
    /// ```
    fn with_request_id(self, id: impl AsRef<str>) -> InContext<Self> {
        CapturedContext::capture().with_request_id(id.as_ref()).scope(self)
    }
}

impl<F: Future> InCurrentContext for F {}

/// A future in a context of its own: entered on each poll and when it is dropped, left after. Made by [`InCurrentContext`] and by
/// [`CapturedContext::scope`].
#[must_use = "futures do nothing unless they are polled"]
#[derive(Debug)]
pub struct InContext<F> {
    future: ManuallyDrop<F>,
    captured: CapturedContext,
}

impl<F> InContext<F> {
    pub(super) fn new(future: F, captured: CapturedContext) -> Self {
        InContext { future: ManuallyDrop::new(future), captured }
    }
}

impl<F: Future> Future for InContext<F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, task: &mut TaskContext<'_>) -> Poll<F::Output> {
        // SAFETY: nothing is moved out; `future` is only ever seen pinned, and dropped in place.
        let this = unsafe { self.get_unchecked_mut() };
        // SAFETY: pinned, and never changed.
        let _inside = unsafe { this.captured.enter() };
        // SAFETY: structural pinning of `future`.
        unsafe { Pin::new_unchecked(&mut *this.future) }.poll(task)
    }
}

impl<F> Drop for InContext<F> {
    fn drop(&mut self) {
        // SAFETY: it stays where it is until the drop is over, and the guard ends before.
        let _inside = unsafe { self.captured.enter() };
        // SAFETY: dropped once, here, in place.
        unsafe { ManuallyDrop::drop(&mut self.future) };
    }
}
