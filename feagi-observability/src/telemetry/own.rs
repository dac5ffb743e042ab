//! What this library says of itself: what it took, handed on and lost, by output and reason.

use super::family::{Family, Kind, SeriesValue};
use crate::collect::{SignalStats, Stats};
use crate::context::propagation::refused_headers;

/// The counts of [`Stats`] as families.
pub(super) fn families(stats: &Stats) -> Vec<Family> {
    let mut shared = Shared::new();
    let mut all = Vec::from(signals(stats, &mut shared));
    all.extend(sinks(stats, &mut shared));
    all.extend([shared.dropped, shared.queue, last_success(stats)]);
    all.extend(workers(stats));
    let truncated = counter("obs_truncated_total", "Records with a field that was cut.");
    all.extend([headers(), truncated.with_value(SeriesValue::count(stats.truncated))]);
    let ambiguous = counter("obs_context_ambiguous_total", AMBIGUOUS);
    all.push(ambiguous.with_value(SeriesValue::count(stats.ambiguous_contexts)));
    all.retain(|family| !family.series.is_empty());
    all
}

fn counter(name: &'static str, help: &'static str) -> Family {
    Family::new(Kind::Counter, name, help)
}

/// Families that rings and outputs have series in.
struct Shared {
    dropped: Family,
    queue: Family,
}

impl Shared {
    fn new() -> Self {
        Shared {
            dropped: counter("obs_dropped_total", "Records lost, by output and reason."),
            queue: Family::new(Kind::Gauge, "obs_queue_len", "Records waiting."),
        }
    }
}

/// What was made, and what became of it before any output.
fn signals(stats: &Stats, shared: &mut Shared) -> [Family; 2] {
    let mut emitted = counter("obs_emitted_total", "Records made by calls, events and foreign logs.");
    let mut discarded = counter("obs_discarded_total", "Records left out on purpose.");
    let signals: [(&'static str, &SignalStats); 3] =
        [("log", &stats.lines), ("trace", &stats.spans), ("poll", &stats.polls)];
    // Polls are recorded where a Chrome trace asks for them, and else none of anybody's business.
    for (signal, counts) in signals.into_iter().filter(|(name, counts)| *name != "poll" || counts.emitted > 0)
    {
        let label = || vec![("signal".into(), signal.into())];
        emitted.push(label(), SeriesValue::count(counts.emitted));
        let mut reason = label();
        reason.push(("reason".into(), "rate_limited".into()));
        discarded.push(reason, SeriesValue::count(counts.suppressed));
        if counts.thinned > 0 {
            let mut reason = label();
            reason.push(("reason".into(), "spans_per_second".into()));
            discarded.push(reason, SeriesValue::count(counts.thinned));
        }
        for (reason, count) in [("ring_full", counts.dropped), ("thread_ended", counts.unrecorded)] {
            let labels = vec![("sink".into(), signal.into()), ("reason".into(), reason.into())];
            shared.dropped.push(labels, SeriesValue::count(count));
        }
        shared.queue.push(vec![("sink".into(), signal.into())], SeriesValue::Gauge(counts.queued as f64));
    }
    [emitted, discarded]
}

/// What became of records at each output.
fn sinks(stats: &Stats, shared: &mut Shared) -> [Family; 4] {
    let mut accepted = counter("obs_accepted_total", "Records that an output has taken charge of.");
    let mut exported = counter("obs_exported_total", "Records that have arrived.");
    let mut failures = counter("obs_export_failures_total", "Attempts that failed.");
    let mut retries = counter("obs_retries_total", "Attempts that were made again.");
    for sink in &stats.sinks {
        let label = || vec![("sink".into(), sink.name.clone().into())];
        accepted.push(label(), SeriesValue::count(sink.accepted));
        exported.push(label(), SeriesValue::count(sink.exported));
        retries.push(label(), SeriesValue::count(sink.retries));
        shared.queue.push(label(), SeriesValue::Gauge(sink.queued as f64));
        let by_reason = [(&mut shared.dropped, &sink.dropped), (&mut failures, &sink.failures_by_reason)];
        for (family, counts) in by_reason {
            for (reason, count) in counts {
                let mut labels = label();
                labels.push(("reason".into(), reason.clone().into()));
                family.push(labels, SeriesValue::count(*count));
            }
        }
    }
    [accepted, exported, failures, retries]
}

fn last_success(stats: &Stats) -> Family {
    let help = "When a collector has last taken something, in seconds since the Unix epoch.";
    let family = Family::new(Kind::Gauge, "obs_last_success_timestamp_seconds", help);
    let mut family = family.with_unit("seconds");
    for sink in stats.sinks.iter().filter(|sink| sink.last_success > 0) {
        let labels = vec![("sink".into(), sink.name.clone().into())];
        family.push(labels, SeriesValue::Gauge(sink.last_success as f64));
    }
    family
}

/// The queues of collectors, and the threads that empty them.
fn workers(stats: &Stats) -> [Family; 4] {
    let gauge = |name: &'static str, help: &'static str| Family::new(Kind::Gauge, name, help);
    let mut bytes = gauge("obs_queue_bytes", "Encoded bytes that wait.").with_unit("bytes");
    let mut capacity = gauge("obs_queue_capacity", "Records that may wait.");
    let mut in_flight = gauge("obs_inflight", "Records of the request that is under way.");
    let mut alive = gauge("obs_worker_alive", "Whether a thread of this library is there.");
    let truth = |is_true: bool| SeriesValue::Gauge(if is_true { 1.0 } else { 0.0 });
    alive.push(vec![("worker".into(), "collector".into())], truth(stats.collector_alive));
    for sink in &stats.sinks {
        let Some(is_alive) = sink.worker_alive else { continue };
        let label = |key: &'static str| vec![(key.into(), sink.name.clone().into())];
        bytes.push(label("sink"), SeriesValue::Gauge(sink.queue_bytes as f64));
        // That of metrics holds one snapshot, however many points that has.
        if sink.queue_capacity < u64::MAX {
            capacity.push(label("sink"), SeriesValue::Gauge(sink.queue_capacity as f64));
        }
        in_flight.push(label("sink"), SeriesValue::Gauge(sink.in_flight as f64));
        alive.push(label("worker"), truth(is_alive));
    }
    [bytes, capacity, in_flight, alive]
}

const AMBIGUOUS: &str =
    "Calls, events and lines on threads of a pool for which several calls with `rayon` had a context.";

fn headers() -> Family {
    let help = "Headers of contexts, and members of baggage, that were refused.";
    let mut family = Family::new(Kind::Counter, "obs_headers_refused_total", help);
    for (header, reason, count) in refused_headers() {
        let labels = vec![("header".into(), header.name().into()), ("reason".into(), reason.as_str().into())];
        family.push(labels, SeriesValue::count(count));
    }
    family
}

/// A family of one count without labels.
pub(crate) fn counted(name: &'static str, help: &'static str, count: u64) -> Family {
    Family::new(Kind::Counter, name, help).with_value(SeriesValue::count(count))
}
