//! Calls of which only every Nth is timed: all are counted, the others are no more than that.

use super::allocating::Allocations;
use super::call::End;
use super::frame::{Frame, Running};
use super::judgement::Judgement;
use super::opening::Opening;
use super::outcome::Outcome;
use super::scope::Scope;
use super::shard::{CallCells, Shard};
use super::site::{Site, State, signals};
use super::thread;
use crate::context::compiled;

/// What becomes of a call.
pub(super) enum Turn {
    Off,
    Timed,
    Counted(&'static Shard),
}

impl Turn {
    /// One call of so many is timed, the first of a thread among them.
    #[inline(always)]
    pub(super) fn next(site: &'static Site) -> Turn {
        let state = site.state();
        if state == State::OFF {
            return Turn::Off;
        }
        match Turn::passed_over(state) {
            Some(shard) => Turn::Counted(shard),
            None => Turn::next_on(site, state),
        }
    }

    /// What nearly every call is, on the way of the function itself.
    #[inline(always)]
    fn passed_over(state: State) -> Option<&'static Shard> {
        // A site that is not registered yet has no signal.
        if !state.has(signals::METRICS) {
            return None;
        }
        let shard = thread::attached()?.shard_if_any(state.index())?;
        shard.passes_over().then_some(shard)
    }

    #[cold]
    #[inline(never)]
    fn next_on(site: &'static Site, state: State) -> Turn {
        if state.has(signals::UNREGISTERED) {
            return Turn::Timed;
        }
        let Some(thread) = thread::attach() else { return Turn::Timed };
        // The turns are counted there, with or without metrics.
        let shard = thread.shard(state.index(), site);
        if shard.is_timed(site.facts.sample) {
            Turn::Timed
        } else if state.has(signals::METRICS) {
            Turn::Counted(shard)
        } else {
            Turn::Off
        }
    }

    /// A call that was timed because it is the first of all: it was its thread's turn.
    #[cold]
    #[inline(never)]
    pub(super) fn take_first(site: &'static Site, state: State) {
        if let Some(thread) = thread::attach() {
            thread.shard(state.index(), site).is_timed(site.facts.sample);
        }
    }
}

/// A call in progress that may be counted only; whoever has it says when it ends.
pub(super) struct Sampled<'f, const N: usize> {
    pub(super) scope: Scope<'f, N>,
    site: &'static Site,
    pub(super) counted: Option<Counted>,
}

/// A call that is not timed.
pub(super) struct Counted {
    shard: &'static Shard,
    cells: &'static CallCells,
}

impl Counted {
    /// Of the series that has no labels.
    #[inline(always)]
    fn new(shard: &'static Shard) -> Self {
        Counted { shard, cells: shard.cells(0) }
    }

    #[inline(always)]
    pub(super) fn count(&self) {
        self.cells.count(Outcome::Ok);
    }

    #[inline(always)]
    pub(super) fn count_panic(&self) {
        self.cells.count(Outcome::Panic);
    }
}

impl<'f, const N: usize> Sampled<'f, N> {
    #[inline]
    pub(super) fn new(site: &'static Site) -> Self {
        Sampled { scope: Scope::new(site), site, counted: None }
    }

    /// `None` also for a call that is counted only.
    #[inline(always)]
    pub(super) fn open(&mut self, frame: &'f mut Frame<N>) -> Option<Opening<'f>> {
        match Turn::next(self.site) {
            Turn::Off => None,
            Turn::Timed => self.scope.open(frame),
            Turn::Counted(shard) => {
                self.counted = Some(Counted::new(shard));
                None
            }
        }
    }

    /// Labels are taken of every call.
    #[inline(always)]
    pub(super) fn open_unregistered(&mut self, frame: &'f mut Frame<N>) -> Option<Opening<'f>> {
        match Turn::next(self.site) {
            Turn::Off => None,
            Turn::Timed => self.scope.open_unregistered(frame),
            Turn::Counted(shard) => {
                self.counted = Some(Counted::new(shard));
                Some(frame.opening(self.site, State::COUNTED, false))
            }
        }
    }

    #[inline(always)]
    pub(super) fn begin(&mut self, opening: Opening<'f>) {
        if let Some(counted) = &mut self.counted {
            counted.cells = begin_untimed(counted.shard, &opening);
            return;
        }
        if opening.is_first() {
            Turn::take_first(self.site, opening.state());
        }
        self.scope.begin(opening);
    }
}

/// Counts the call as begun; the cells of its series.
#[inline(always)]
pub(super) fn begin_untimed(shard: &'static Shard, opening: &Opening<'_>) -> &'static CallCells {
    let (series, has_extras) = opening.series();
    let cells = shard.cells(series);
    if has_extras {
        cells.start();
    }
    cells
}

/// What has become of a function's call by the time that its body begins.
pub struct Started<'f>(Start<'f>);

enum Start<'f> {
    /// The site is off.
    Off,
    /// It is counted here, and no more.
    Counted(&'static CallCells),
    Timed(Running<'f>),
}

impl<'f> Started<'f> {
    /// A call that is counted and no more, as nearly every one is; another one is to be opened, out of the way.
    #[inline(always)]
    #[must_use]
    pub fn counted(site: &'static Site) -> Option<Self> {
        if !compiled::METRICS {
            return None;
        }
        let shard = thread::attached()?.shard_if_any(site.counted())?;
        shard.passes_over().then(|| Started(Start::Counted(shard.cells(0))))
    }
}

/// Begins such a call: opened and begun as a scope is.
pub struct Starting<'f, const N: usize>(Sampled<'f, N>);

impl<'f, const N: usize> Starting<'f, N> {
    /// One that has not begun.
    #[inline]
    pub fn new(site: &'static Site) -> Self {
        Starting(Sampled::new(site))
    }

    /// What the call takes in before it begins; `None` where there is nothing to begin.
    #[inline]
    pub fn open(&mut self, frame: &'f mut Frame<N>) -> Option<Opening<'f>> {
        self.0.open(frame)
    }

    /// The same for a site that has labels.
    #[inline]
    pub fn open_unregistered(&mut self, frame: &'f mut Frame<N>) -> Option<Opening<'f>> {
        self.0.open_unregistered(frame)
    }

    /// Begins the call, timed or not.
    #[inline]
    pub fn begin(&mut self, opening: Opening<'f>) {
        self.0.begin(opening);
    }

    /// What has become of it.
    #[inline]
    pub fn started(self) -> Started<'f> {
        Started(match (self.0.counted, self.0.scope.into_call()) {
            (Some(counted), _) => Start::Counted(counted.cells),
            (None, Some(call)) => Start::Timed(call),
            (None, None) => Start::Off,
        })
    }
}

/// The scope of a function's call of which only every Nth is timed. Its body stands in a closure, and [`SampledScope::complete`] behind
/// it.
#[must_use = "a scope that is dropped at once measures nothing"]
pub struct SampledScope<'f, const N: usize> {
    start: Start<'f>,
    site: &'static Site,
    /// How it ended, if it is counted only.
    end: End,
}

impl<'f, const N: usize> SampledScope<'f, N> {
    /// A call that stays in `frame`.
    #[inline(always)]
    pub fn new(site: &'static Site, Started(start): Started<'f>) -> Self {
        SampledScope { start, site, end: End::unrecorded() }
    }

    /// Charges the call with what this thread allocates while the guard lives, if it is timed.
    #[inline]
    pub fn count_allocations(&self) -> Allocations<'_> {
        let call = if let Start::Timed(call) = &self.start { Some(call.place()) } else { None };
        // SAFETY: the call has begun, and the guard borrows the scope, which keeps the frame.
        unsafe { Allocations::of(call) }
    }

    /// Where it is said how the call ended; `None` where the site is off.
    #[inline(always)]
    pub fn judgement(&mut self) -> Option<Judgement<'_>> {
        match &mut self.start {
            Start::Off => None,
            Start::Counted(_) => Some(Judgement { end: &mut self.end, bytes: &mut [], state: State::OFF }),
            // SAFETY: the call's frame is one of this type.
            Start::Timed(call) => Some(unsafe { call.judgement::<N>() }),
        }
    }

    /// The body has returned.
    #[inline(always)]
    pub fn complete(&mut self) {
        if let Start::Counted(cells) = &self.start {
            cells.count(self.end.mark.outcome);
            self.start = Start::Off;
        }
    }
}

impl<const N: usize> Drop for SampledScope<'_, N> {
    #[inline(always)]
    fn drop(&mut self) {
        match &mut self.start {
            Start::Off => {}
            // Not completed: the body has unwound.
            Start::Counted(cells) => cells.count(Outcome::Panic),
            // SAFETY: it has begun on this thread: the macros make it where its body runs.
            Start::Timed(call) => unsafe { call.end_scope(self.site) },
        }
    }
}
