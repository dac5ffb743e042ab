//! What some sites measure beyond outcome and duration: labels, calls in progress, buckets of their own, a budget,
//! allocations.
//!
//! All of it stands outside the way of a plain call, which only asks one bit.

use super::alloc::Allocated;
use super::call::Call;
use super::judged::Judged;
use super::outcome::Outcome;
use super::record::flags;
use super::site::{Site, signals};
use super::thread::ThreadState;

/// A call begins.
#[cold]
pub(super) fn begin(call: &mut Call, thread: Option<&ThreadState>, site: &'static Site, series: u32) {
    call.series.write(series);
    call.allocated.write(Allocated::default());
    if !site.facts.in_flight || !call.state.has(signals::METRICS) {
        return;
    }
    match thread {
        Some(thread) => thread.shard(call.state.index(), site).cells(series).start(),
        None => site.live().shared.cells(series).start_shared(),
    }
}

/// A call ends: counts it, and returns the flags that its record has besides.
#[cold]
pub(super) fn end(judged: &Judged<'_>, thread: &ThreadState, site: &'static Site) -> u8 {
    let shard = judged.state.has(signals::METRICS).then(|| thread.shard(judged.state.index(), site));
    let over = over_budget(judged, site);
    if let Some(shard) = shard {
        let cells = shard.cells(judged.series);
        if is_foreign(judged, site) {
            cells.count(judged.outcome);
        } else {
            cells.record(judged.outcome, judged.nanos, site.facts.buckets);
        }
        if over != 0 {
            cells.exceed();
        }
        if site.facts.alloc {
            cells.allocate(judged.allocated);
        }
    }
    over
}

/// The same on a thread that is ending.
#[cold]
pub(super) fn end_shared(judged: &Judged<'_>, site: &'static Site) -> u8 {
    let shard = judged.state.has(signals::METRICS).then(|| &site.live().shared);
    let over = over_budget(judged, site);
    if let Some(shard) = shard {
        let cells = shard.cells(judged.series);
        if is_foreign(judged, site) {
            cells.count_shared(judged.outcome);
        } else {
            cells.record_shared(judged.outcome, judged.nanos, site.facts.buckets);
        }
        if over != 0 {
            cells.exceed_shared();
        }
        if site.facts.alloc {
            cells.allocate_shared(judged.allocated);
        }
    }
    over
}

/// Whether the `metrics` facade shows the site's calls and durations, and so has counted this one. That it has ended is counted in
/// any case: calls in progress and heartbeats ask for it.
fn is_foreign(judged: &Judged<'_>, site: &'static Site) -> bool {
    site.facts.dynamic.is_some_and(|dynamic| super::dynamic::record(site, dynamic, judged))
}

/// A call that took too long has its line and its span, whatever else was decided.
fn over_budget(judged: &Judged<'_>, site: &'static Site) -> u8 {
    let budget = site.facts.budget;
    if budget == 0 || judged.nanos <= budget || judged.outcome == Outcome::Cancelled {
        return 0;
    }
    let mut over = flags::OVER_BUDGET;
    if judged.state.has(signals::SLOW_LINE) {
        over |= flags::LINE;
    }
    if judged.state.has(signals::SPAN) {
        over |= flags::SPAN;
    }
    over
}
