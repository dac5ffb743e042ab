//! The counts of everything, put together for a reader: `emitted = exported + dropped + queued`, exact at rest.

use super::accounting::{DropReason, SinkCounters};
use super::collector::CollectorCounts;
use crate::instrument::registry;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// What became of everything that was recorded. All counts are records since the start.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Stats {
    /// Log lines.
    pub lines: SignalStats,
    /// Spans.
    pub spans: SignalStats,
    /// Fields that were cut because they did not fit.
    pub truncated: u64,
    /// Every output.
    pub sinks: Vec<SinkStats>,
}

/// One signal, from the call to the collector: `emitted = collected + suppressed + dropped + queued`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SignalStats {
    /// Recorded by calls, events and foreign logs.
    pub emitted: u64,
    /// Handed to the outputs.
    pub collected: u64,
    /// Left out on purpose by the rate limit.
    pub suppressed: u64,
    /// Lost because a thread's ring was full.
    pub dropped: u64,
    /// Still on a ring.
    pub queued: u64,
}

/// One output: `accepted = exported + Σ dropped + queued`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SinkStats {
    /// `stdout`, `file`, `otlp`, `chrome`.
    pub name: String,
    /// Records it has taken charge of.
    pub accepted: u64,
    /// Records that have arrived.
    pub exported: u64,
    /// Lost records by reason.
    pub dropped: BTreeMap<String, u64>,
    /// Accepted, neither arrived nor lost.
    pub queued: u64,
    /// Attempts that failed; not lost yet.
    pub failures: u64,
    /// Attempts that were made again.
    pub retries: u64,
}

impl Stats {
    /// All losses by `signal or sink/reason`; empty when nothing was lost.
    pub fn dropped(&self) -> BTreeMap<String, u64> {
        let rings = [("lines", &self.lines), ("spans", &self.spans)]
            .map(|(signal, stats)| (format!("{signal}/ring_full"), stats.dropped));
        let sinks = self.sinks.iter().flat_map(|sink| {
            sink.dropped.iter().map(move |(reason, count)| (format!("{}/{reason}", sink.name), *count))
        });
        rings.into_iter().chain(sinks).filter(|(_, count)| *count > 0).collect()
    }
}

/// Where the counts stand; readable without the network, also after the collector has ended.
#[derive(Clone)]
pub(crate) struct Accounting {
    pub(crate) collector: Arc<CollectorCounts>,
    pub(crate) sinks: Vec<(&'static str, Arc<SinkCounters>)>,
}

impl Accounting {
    pub(crate) fn stats(&self) -> Stats {
        let mut stats = Stats::default();
        // Read in the order of the flow's end to its beginning: nothing appears twice.
        stats.lines.suppressed = self.collector.suppressed.load(Relaxed);
        stats.lines.collected = self.collector.lines.load(Relaxed).saturating_sub(stats.lines.suppressed);
        stats.spans.collected = self.collector.spans.load(Relaxed);
        for thread in registry::all_threads() {
            let counts = &thread.ring.counts;
            let add = |to: &mut u64, from: &AtomicU64| *to += from.load(Relaxed);
            add(&mut stats.lines.dropped, &counts.dropped_lines);
            add(&mut stats.spans.dropped, &counts.dropped_spans);
            add(&mut stats.lines.emitted, &counts.lines);
            add(&mut stats.spans.emitted, &counts.spans);
            add(&mut stats.truncated, &counts.truncated);
        }
        for signal in [&mut stats.lines, &mut stats.spans] {
            let settled = signal.collected + signal.suppressed + signal.dropped;
            signal.queued = signal.emitted.saturating_sub(settled);
        }
        stats.sinks = self.sinks.iter().map(|(name, counters)| sink_stats(name, counters)).collect();
        stats
    }
}

fn sink_stats(name: &str, counters: &SinkCounters) -> SinkStats {
    let dropped = DropReason::ALL
        .iter()
        .map(|reason| (reason.as_str().to_owned(), counters.dropped(*reason)))
        .filter(|(_, count)| *count > 0)
        .collect();
    SinkStats {
        name: name.to_owned(),
        queued: counters.queued(),
        exported: counters.exported(),
        accepted: counters.accepted(),
        dropped,
        failures: counters.failures(),
        retries: counters.retries(),
    }
}
