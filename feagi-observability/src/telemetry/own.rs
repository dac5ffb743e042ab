//! What this library says of itself: what it took, handed on and lost, by output and reason.

use super::family::{Family, Kind, SeriesValue};
use crate::collect::{SignalStats, Stats};
use crate::context::propagation::refused_headers;

/// The counts of [`Stats`] as families.
pub(super) fn families(stats: &Stats) -> Vec<Family> {
    let counter = |name: &'static str, help: &'static str| Family::new(Kind::Counter, name, help);
    let mut emitted = counter("obs_emitted_total", "Records made by calls, events and foreign logs.");
    let mut discarded = counter("obs_discarded_total", "Records left out on purpose.");
    let mut dropped = counter("obs_dropped_total", "Records lost, by output and reason.");
    let mut queue = Family::new(Kind::Gauge, "obs_queue_len", "Records waiting.");
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
            dropped.push(labels, SeriesValue::count(count));
        }
        queue.push(vec![("sink".into(), signal.into())], SeriesValue::Gauge(counts.queued as f64));
    }
    let mut accepted = counter("obs_accepted_total", "Records that an output has taken charge of.");
    let mut exported = counter("obs_exported_total", "Records that have arrived.");
    let mut failures = counter("obs_export_failures_total", "Attempts that failed.");
    let mut retries = counter("obs_retries_total", "Attempts that were made again.");
    for sink in &stats.sinks {
        let label = || vec![("sink".into(), sink.name.clone().into())];
        accepted.push(label(), SeriesValue::count(sink.accepted));
        exported.push(label(), SeriesValue::count(sink.exported));
        failures.push(label(), SeriesValue::count(sink.failures));
        retries.push(label(), SeriesValue::count(sink.retries));
        queue.push(label(), SeriesValue::Gauge(sink.queued as f64));
        for (reason, count) in &sink.dropped {
            let mut labels = label();
            labels.push(("reason".into(), reason.clone().into()));
            dropped.push(labels, SeriesValue::count(*count));
        }
    }
    let help = "When a collector has last taken something, in seconds since the Unix epoch.";
    let mut last_success =
        Family::new(Kind::Gauge, "obs_last_success_timestamp_seconds", help).with_unit("seconds");
    for sink in stats.sinks.iter().filter(|sink| sink.last_success > 0) {
        let labels = vec![("sink".into(), sink.name.clone().into())];
        last_success.push(labels, SeriesValue::Gauge(sink.last_success as f64));
    }
    let truncated = counter("obs_truncated_total", "Records with a field that was cut.")
        .with_value(SeriesValue::count(stats.truncated));
    let all = [
        emitted,
        discarded,
        accepted,
        exported,
        dropped,
        failures,
        retries,
        last_success,
        queue,
        headers(),
        truncated,
    ];
    all.into_iter().filter(|family| !family.series.is_empty()).collect()
}

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
