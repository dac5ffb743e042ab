//! The future of a response: a call that ends with it, in the context that it was begun in.

use super::fields::{self, FIELDS};
use crate::crossing::{CapturedContext, InContext};
use crate::instrument::{Judgement, Owned, OwnedCall, frame_bytes};
use http::Response;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};

const BYTES: usize = frame_bytes(FIELDS);

/// A call that waits for its response.
pub(super) type RequestCall = OwnedCall<BYTES>;

/// How the outcome of a call is told from the response.
pub(super) type Judge<T> = fn(&T, &mut Judgement<'_>);

/// The response of an observed service. Dropped before it is there, the call was cancelled.
#[must_use = "futures do nothing unless they are polled"]
pub struct ResponseFuture<F: Future> {
    future: InContext<Observing<F>>,
}

enum Observing<F: Future> {
    Observed(Owned<BYTES, F>),
    /// Where nothing is on.
    Plain(F),
}

/// Has the service begin its response within the call, if there is one. What the call carries stands in `around`, with the context that
/// it was begun in.
pub(super) fn respond<F: Future>(
    around: &CapturedContext,
    call: Option<RequestCall>,
    begin: impl FnOnce() -> F,
    judge: Judge<F::Output>,
) -> ResponseFuture<F> {
    let inside = call.as_ref().and_then(OwnedCall::context).map(|context| around.at(context));
    let future = inside.as_ref().unwrap_or(around).run(begin);
    let observing = match call {
        Some(call) => Observing::Observed(call.observe(future, judge)),
        None => Observing::Plain(future),
    };
    ResponseFuture { future: around.scope(observing) }
}

impl<F: Future> Future for Observing<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, task: &mut TaskContext<'_>) -> Poll<F::Output> {
        // SAFETY: structural pinning of what either has, which is never moved and dropped in place.
        unsafe {
            match self.get_unchecked_mut() {
                Observing::Observed(future) => Pin::new_unchecked(future).poll(task),
                Observing::Plain(future) => Pin::new_unchecked(future).poll(task),
            }
        }
    }
}

impl<F: Future> Future for ResponseFuture<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, task: &mut TaskContext<'_>) -> Poll<F::Output> {
        // SAFETY: structural pinning of `future`, which is never moved and dropped in place.
        unsafe { self.map_unchecked_mut(|this| &mut this.future) }.poll(task)
    }
}

impl<F: Future> std::fmt::Debug for ResponseFuture<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}

/// A server's: the caller's mistakes are no errors of its own.
pub(super) fn judge_served<B, E>(result: &Result<Response<B>, E>, judgement: &mut Judgement<'_>) {
    fields::judge(result, 500, judgement);
}

/// A client's: whatever it did not get is an error.
pub(super) fn judge_asked<B, E>(result: &Result<Response<B>, E>, judgement: &mut Judgement<'_>) {
    fields::judge(result, 400, judgement);
}
