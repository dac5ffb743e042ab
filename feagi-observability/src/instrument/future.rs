//! The scope of an asynchronous call: a future that enters its context on every poll and leaves it after.

use super::allocating::Allocating;
use super::call::End;
use super::frame::{Frame, Running};
use super::judgement::Judgement;
use super::opening::Opening;
use super::outcome::Outcome;
use super::sampled::{self, Turn};
use super::shard::Shard;
use super::site::{Site, State};
use super::thread::{self, ThreadState};
use crate::context::Context;
use std::future::Future;
use std::mem::ManuallyDrop;
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};

/// A call that has begun before its future exists: fields are written while the function still owns its parameters, which the
/// future then takes.
#[must_use = "a call that is not given its future never ends"]
pub struct Pending<'f, const N: usize> {
    /// `None` where the site is off, and for a call that is not timed.
    call: Option<Running<'f>>,
    site: &'static Site,
    /// Whether only every Nth call is timed.
    is_sampled: bool,
    /// Where a call is counted that is not timed.
    counted: Option<&'static Shard>,
    untimed: Untimed,
}

/// The series that a call is to be counted under when it is not timed.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Untimed(u32);

impl Untimed {
    const NONE: Untimed = Untimed(u32::MAX);
}

impl<'f, const N: usize> Pending<'f, N> {
    /// One that measures nothing until it is begun.
    #[inline]
    pub fn new(site: &'static Site) -> Self {
        Pending { call: None, site, is_sampled: false, counted: None, untimed: Untimed::NONE }
    }

    /// The same of a call of which only every Nth is timed.
    #[inline]
    pub fn sampled(site: &'static Site) -> Self {
        Pending { is_sampled: true, ..Pending::new(site) }
    }

    /// What the call takes in before it begins: `None` where there is nothing to begin.
    ///
    /// The frame stands in the async function itself, which is pinned by the time that this runs.
    #[inline]
    pub fn open(&mut self, frame: &'f mut Frame<N>) -> Option<Opening<'f>> {
        match self.turn() {
            Turn::Off => None,
            Turn::Timed => frame.open(self.site),
            Turn::Counted(_) => {
                self.untimed = Untimed(0);
                None
            }
        }
    }

    /// The same for a site that has labels, which are taken of every call.
    #[inline]
    pub fn open_unregistered(&mut self, frame: &'f mut Frame<N>) -> Option<Opening<'f>> {
        match self.turn() {
            Turn::Off => None,
            Turn::Timed => frame.open_unregistered(self.site),
            Turn::Counted(shard) => {
                self.counted = Some(shard);
                Some(frame.opening(self.site, State::COUNTED, false))
            }
        }
    }

    #[inline]
    fn turn(&self) -> Turn {
        if self.is_sampled { Turn::next(self.site) } else { Turn::Timed }
    }

    /// Begins the call, timed or not.
    #[inline]
    pub fn begin(&mut self, opening: Opening<'f>) {
        if let Some(shard) = self.counted {
            sampled::begin_untimed(shard, &opening);
            self.untimed = Untimed(opening.series().0);
            return;
        }
        if self.is_sampled && opening.is_first() {
            Turn::take_first(self.site, opening.state());
        }
        self.call = Some(opening.begin_future());
    }
}

impl<const N: usize> Pending<'_, N> {
    /// That of the call; `None` where there is none.
    pub(crate) fn context(&self) -> Option<Context> {
        // SAFETY: the call has begun; nobody changes its context.
        self.call.as_ref().map(|call| unsafe { call.context().read() })
    }
}

/// Observes `future` as the call that has begun; `judge` sees the output.
#[inline(always)]
pub fn observe_future<const N: usize, F: Future>(
    pending: Pending<'_, N>,
    future: F,
    judge: fn(&F::Output, &mut Judgement<'_>),
) -> Observed<'_, N, F> {
    let Pending { call, untimed, site, .. } = pending;
    Observed { future: ManuallyDrop::new(future), call, untimed, site, judge }
}

/// The same, and charges the call with what the future allocates.
#[inline(always)]
pub fn observe_allocating<const N: usize, F: Future>(
    pending: Pending<'_, N>,
    future: F,
    judge: fn(&F::Output, &mut Judgement<'_>),
) -> Observed<'_, N, Allocating<F>> {
    // SAFETY: the observed future has both, and borrows the frame for as long as it lives.
    let future = unsafe { Allocating::new(future, pending.call.as_ref().map(Running::place)) };
    observe_future(pending, future, judge)
}

/// A future that is one observed call: from its beginning to its end, or to its drop.
#[must_use = "futures do nothing unless they are polled"]
pub struct Observed<'f, const N: usize, F: Future> {
    future: ManuallyDrop<F>,
    /// One that has begun and not ended.
    call: Option<Running<'f>>,
    untimed: Untimed,
    site: &'static Site,
    judge: fn(&F::Output, &mut Judgement<'_>),
}

impl<const N: usize, F: Future> Observed<'_, N, F> {
    /// Ends the call, if it has not ended yet.
    #[inline(always)]
    fn end(&mut self, is_dropped: bool) {
        if let Some(call) = self.call.take() {
            call.end_future(self.site, is_dropped);
        } else if self.untimed != Untimed::NONE {
            let outcome = if std::thread::panicking() { Outcome::Panic } else { Outcome::Cancelled };
            self.count_untimed(outcome);
        }
    }

    /// Drops the future while its call is still running: in its context, and then the call ends.
    #[cold]
    fn cancel(&mut self) {
        let entered = Entered::enter(&self.call, self.site);
        // SAFETY: dropped once, here, in place; called by the drop alone.
        unsafe { ManuallyDrop::drop(&mut self.future) };
        drop(entered);
        self.end(true);
    }

    /// Ends the call with its value.
    #[inline(always)]
    fn finish(&mut self, output: &F::Output) {
        let judge = self.judge;
        if let Some(call) = &mut self.call {
            // SAFETY: the call's frame is one of this type. Should the error's `Display` unwind, the drop ends the call.
            judge(output, &mut unsafe { call.judgement::<N>() });
            self.end(false);
        } else if self.untimed != Untimed::NONE {
            let mut end = End::unrecorded();
            judge(output, &mut Judgement { end: &mut end, bytes: &mut [], state: State::OFF });
            self.count_untimed(end.mark.outcome);
        }
    }

    fn count_untimed(&mut self, outcome: Outcome) {
        let Untimed(series) = std::mem::replace(&mut self.untimed, Untimed::NONE);
        count_untimed(self.site, series, outcome);
    }
}

/// Counts a call on the thread that it ends on, which need not be the one that it began on.
#[cold]
#[inline(never)]
fn count_untimed(site: &'static Site, series: u32, outcome: Outcome) {
    let live = site.live();
    match thread::attach() {
        Some(thread) => thread.shard(live.index, site).cells(series).count(outcome),
        None => live.shared.cells(series).count_shared(outcome),
    }
}

/// Restores the previous context, also when the poll unwinds.
struct Entered<'c> {
    thread: &'static ThreadState,
    call: &'c Running<'c>,
    previous: *const Context,
}

impl<'c> Entered<'c> {
    /// Enters the context of a call, if there is one, for the length of the guard.
    #[inline(always)]
    fn enter(call: &'c Option<Running<'_>>, site: &'static Site) -> Option<Self> {
        let call = call.as_ref()?;
        let thread = thread::attach()?;
        call.begin_poll(site);
        // SAFETY: the guard restores before the poll or drop ends, and with it the borrow of the frame.
        Some(Entered { thread, call, previous: unsafe { call.enter(thread) } })
    }
}

impl Drop for Entered<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        self.thread.slot.leave(self.call.context(), self.previous);
    }
}

impl<const N: usize, F: Future> Future for Observed<'_, N, F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, task: &mut TaskContext<'_>) -> Poll<F::Output> {
        // SAFETY: nothing is moved out; `future` is only ever seen pinned, and dropped in place.
        let this = unsafe { self.get_unchecked_mut() };
        let entered = Entered::enter(&this.call, this.site);
        // SAFETY: structural pinning of `future`.
        let polled = unsafe { Pin::new_unchecked(&mut *this.future) }.poll(task);
        if polled.is_pending()
            && let Some(entered) = &entered
        {
            entered.call.end_poll(entered.thread);
        }
        drop(entered);
        if let Poll::Ready(output) = &polled {
            this.finish(output);
        }
        polled
    }
}

impl<const N: usize, F: Future> Drop for Observed<'_, N, F> {
    #[inline]
    fn drop(&mut self) {
        if self.call.is_some() {
            return self.cancel();
        }
        // SAFETY: dropped once, here, in place.
        unsafe { ManuallyDrop::drop(&mut self.future) };
        self.end(true);
    }
}
