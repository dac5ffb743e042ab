//! The scope of a call of which only every Nth is timed: all are counted, the others are no more than that.

use super::allocating::Allocations;
use super::call::End;
use super::frame::Frame;
use super::judgement::Judgement;
use super::opening::Opening;
use super::outcome::Outcome;
use super::scope::Scope;
use super::shard::{CallCells, Shard};
use super::site::{Site, State, signals};
use super::thread;
use super::value::Encoder;

/// A call in progress that may be counted only.
#[must_use = "a scope that is dropped at once measures nothing"]
pub struct SampledScope<'f, const N: usize> {
    scope: Scope<'f, N>,
    counted: Option<Counted>,
}

/// A call that is not timed.
struct Counted {
    cells: &'static CallCells,
    outcome: Outcome,
    /// Whether the thread was unwinding already when the call began.
    unwinding: bool,
}

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
        match Turn::counted(state) {
            Some(shard) => Turn::Counted(shard),
            None => Turn::next_on(site, state),
        }
    }

    /// What nearly every call is, on the way of the function itself.
    #[inline(always)]
    fn counted(state: State) -> Option<&'static Shard> {
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
}

impl<'f, const N: usize> SampledScope<'f, N> {
    /// Begins a call, timed or not.
    #[inline(always)]
    pub fn enter(
        site: &'static Site,
        frame: &'f mut Frame<N>,
        head: impl FnOnce(&mut Opening<'_>),
        write: impl FnOnce(&mut Encoder<'_>),
    ) -> SampledScope<'f, N> {
        match Turn::next(site) {
            Turn::Off => SampledScope { scope: Scope::off(site), counted: None },
            Turn::Timed => SampledScope { scope: Scope::enter(site, frame, head, write), counted: None },
            Turn::Counted(shard) => {
                let cells = shard.cells(begin_untimed(site, shard, frame, head));
                let counted = Counted { cells, outcome: Outcome::Ok, unwinding: std::thread::panicking() };
                SampledScope { scope: Scope::off(site), counted: Some(counted) }
            }
        }
    }

    /// Charges the call with what this thread allocates while the guard lives, if it is timed.
    #[inline]
    pub fn count_allocations(&self) -> Allocations<'_> {
        self.scope.count_allocations()
    }

    /// One that is timed.
    #[inline(always)]
    pub(super) fn timed(scope: Scope<'f, N>) -> Self {
        SampledScope { scope, counted: None }
    }

    /// What comes before the end of a block.
    #[inline(always)]
    pub(super) fn leave_in_order(&mut self, disorder: u32) {
        self.scope.leave_in_order(disorder);
    }

    /// Lets `judge` say how the call ended, by its value; not called when the site is off.
    #[inline(always)]
    pub fn judge<T>(&mut self, output: &T, judge: fn(&T, &mut Judgement<'_>)) {
        match &mut self.counted {
            Some(counted) => counted.outcome = outcome_of(output, judge),
            None => self.scope.judge(output, judge),
        }
    }
}

/// Counts the call as begun, and returns its series.
#[inline(always)]
pub(super) fn begin_untimed<const N: usize>(
    site: &'static Site,
    shard: &Shard,
    frame: &mut Frame<N>,
    head: impl FnOnce(&mut Opening<'_>),
) -> u32 {
    let mut opening = frame.opening(site);
    head(&mut opening);
    let (series, has_extras) = opening.series();
    if has_extras {
        shard.cells(series).start();
    }
    series
}

/// How a call ended by its value; nothing is recorded of it.
#[inline(always)]
pub(super) fn outcome_of<T>(output: &T, judge: fn(&T, &mut Judgement<'_>)) -> Outcome {
    let mut end = End::unrecorded();
    judge(output, &mut Judgement { end: &mut end, bytes: &mut [], state: State::OFF });
    end.mark.outcome
}

impl<const N: usize> Drop for SampledScope<'_, N> {
    #[inline(always)]
    fn drop(&mut self) {
        if let Some(Counted { cells, outcome, unwinding }) = &self.counted {
            let is_panic = std::thread::panicking() && !unwinding;
            cells.count(if is_panic { Outcome::Panic } else { *outcome });
        }
    }
}
