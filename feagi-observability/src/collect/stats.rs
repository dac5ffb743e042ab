//! The counts of everything, put together for a reader; exact at rest, by the identities that stand with the types.

use super::accounting::{DropReason, SinkCounters};
use super::collector::CollectorCounts;
use crate::context::propagation::{Header, Refusal, refused_headers};
use crate::instrument::ring::{ByFlags, lines_and_spans, polls};
use crate::instrument::{lost, registry};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

/// What became of everything that was recorded. All counts are records since the start.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Stats {
    /// Log lines.
    pub lines: SignalStats,
    /// Spans.
    pub spans: SignalStats,
    /// Polls of async calls, which a Chrome trace asks for.
    pub polls: SignalStats,
    /// Records of which a field was cut because it did not fit.
    pub truncated: u64,
    /// Threads that have state here, or had when they ended: theirs is handed on to later ones.
    pub thread_states: u64,
    /// Calls, events and lines that began in no context on a thread of a pool while calls with `#[observe(rayon)]` ran whose context they
    /// could have inherited, but not exactly one: they are in none of them.
    pub ambiguous_contexts: u64,
    /// Headers that carry contexts between processes and were not believed, as `header/reason`; of `baggage` its members, also those
    /// that had no room where they were to be sent. A trace whose `traceparent` was refused began anew.
    pub refused_headers: BTreeMap<String, u64>,
    /// Whether the thread that reads the rings is there.
    pub collector_alive: bool,
    /// Every output.
    pub sinks: Vec<SinkStats>,
}

/// One signal, from the call to the collector:
/// `emitted = collected + suppressed + dropped + unrecorded + queued`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SignalStats {
    /// Recorded by calls, events, and foreign logs and spans.
    pub emitted: u64,
    /// Handed to the outputs.
    pub collected: u64,
    /// Left out on purpose by the rate limit.
    pub suppressed: u64,
    /// Lost because a thread's ring was full.
    pub dropped: u64,
    /// Lost because the thread was ending: its destructors came after that of its ring. Also foreign spans beyond the 65,472
    /// that can be open at once.
    pub unrecorded: u64,
    /// Still on a ring.
    pub queued: u64,
    /// Never emitted: spans beyond `telemetry.spans_per_second` of their site.
    pub thinned: u64,
}

/// One output: `accepted = exported + Σ dropped + queued`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SinkStats {
    /// `stdout`, `stderr`, `file`, `syslog`, `logstash`, `elasticsearch`, `otlp`, `otlp_logs`, `otlp_metrics`, `zipkin`, `chrome`.
    pub name: String,
    /// Records it has taken charge of; of metrics, points.
    pub accepted: u64,
    /// Records that have arrived.
    pub exported: u64,
    /// Lost records by reason.
    pub dropped: BTreeMap<String, u64>,
    /// Accepted, neither arrived nor lost.
    pub queued: u64,
    /// Attempts that failed; not lost yet.
    pub failures: u64,
    /// The same by reason, in the words of `dropped`.
    pub failures_by_reason: BTreeMap<String, u64>,
    /// Attempts that were made again.
    pub retries: u64,
    /// When a collector has last taken something, in seconds since the Unix epoch; 0 if none has, and of what is no collector.
    pub last_success: u64,
    /// Encoded bytes that wait in the queue of a collector.
    pub queue_bytes: u64,
    /// Records that this queue takes at most; 0 where there is none.
    pub queue_capacity: u64,
    /// Records of the request that is under way.
    pub in_flight: u64,
    /// Whether the thread that sends is there; `None` of what has no thread of its own.
    pub worker_alive: Option<bool>,
}

impl Stats {
    /// All losses by `signal or sink/reason`; empty when nothing was lost.
    pub fn dropped(&self) -> BTreeMap<String, u64> {
        let signals = [("lines", &self.lines), ("spans", &self.spans), ("polls", &self.polls)];
        let rings = signals.into_iter().flat_map(|(signal, stats)| {
            [("ring_full", stats.dropped), ("thread_ended", stats.unrecorded)]
                .map(|(reason, count)| (format!("{signal}/{reason}"), count))
        });
        let sinks = self.sinks.iter().flat_map(|sink| {
            sink.dropped.iter().map(move |(reason, count)| (format!("{}/{reason}", sink.name), *count))
        });
        add_up(rings.chain(sinks))
    }

    /// The same at the end, when nobody will come for what is still queued.
    pub(crate) fn lost(&self) -> BTreeMap<String, u64> {
        let signals =
            [("lines", self.lines.queued), ("spans", self.spans.queued), ("polls", self.polls.queued)];
        let sinks = self.sinks.iter().map(|sink| (sink.name.as_str(), sink.queued));
        let left =
            signals.into_iter().chain(sinks).map(|(name, left)| (format!("{name}/shutdown_timeout"), left));
        add_up(self.dropped().into_iter().chain(left))
    }
}

/// Two outputs may have one name, and one reason.
fn add_up(counts: impl Iterator<Item = (String, u64)>) -> BTreeMap<String, u64> {
    let mut sums = BTreeMap::new();
    for (name, count) in counts.filter(|(_, count)| *count > 0) {
        *sums.entry(name).or_default() += count;
    }
    sums
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
        stats.polls.collected = self.collector.polls.load(Relaxed);
        stats.spans.thinned = registry::sites().iter().map(|(_, live, _)| live.pace.thinned()).sum();
        [stats.lines.unrecorded, stats.spans.unrecorded] = lost::counts();
        (stats.lines.emitted, stats.spans.emitted) = (stats.lines.unrecorded, stats.spans.unrecorded);
        for thread in registry::all_threads() {
            let counts = &thread.ring.counts;
            let add = |lines: &mut u64, spans: &mut u64, counts: &ByFlags| {
                let [more_lines, more_spans] = lines_and_spans(counts);
                *lines += more_lines;
                *spans += more_spans;
            };
            add(&mut stats.lines.dropped, &mut stats.spans.dropped, &counts.dropped);
            add(&mut stats.lines.emitted, &mut stats.spans.emitted, &counts.emitted);
            stats.polls.emitted += polls(&counts.emitted);
            stats.polls.dropped += polls(&counts.dropped);
            stats.truncated += counts.truncated.load(Relaxed);
            stats.ambiguous_contexts += thread.slot.ambiguous();
            stats.thread_states += 1;
        }
        for signal in [&mut stats.lines, &mut stats.spans, &mut stats.polls] {
            let settled = signal.collected + signal.suppressed + signal.dropped + signal.unrecorded;
            signal.queued = signal.emitted.saturating_sub(settled);
        }
        let refused = |(header, reason, count): (Header, Refusal, u64)| {
            (format!("{}/{}", header.name(), reason.as_str()), count)
        };
        stats.collector_alive = self.collector.alive.load(Relaxed);
        stats.refused_headers = refused_headers().map(refused).collect();
        stats.sinks = self.sinks.iter().map(|(name, counters)| sink_stats(name, counters)).collect();
        stats
    }
}

fn sink_stats(name: &str, counters: &SinkCounters) -> SinkStats {
    let by_reason = |count: &dyn Fn(DropReason) -> u64| -> BTreeMap<String, u64> {
        let all = DropReason::ALL.iter().map(|reason| (reason.as_str().to_owned(), count(*reason)));
        all.filter(|(_, count)| *count > 0).collect()
    };
    let failures = by_reason(&|reason| counters.failures(reason));
    SinkStats {
        name: name.to_owned(),
        queued: counters.queued(),
        exported: counters.exported(),
        accepted: counters.accepted(),
        dropped: by_reason(&|reason| counters.dropped(reason)),
        failures: failures.values().sum(),
        failures_by_reason: failures,
        retries: counters.retries(),
        last_success: counters.last_success(),
        queue_bytes: counters.queue_bytes(),
        queue_capacity: counters.queue_capacity(),
        in_flight: counters.in_flight(),
        worker_alive: counters.worker_alive(),
    }
}
