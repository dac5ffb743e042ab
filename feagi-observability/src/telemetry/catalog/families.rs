//! Which families a site makes on the metrics page, known without a call of it. `meter` fills them with what was counted.

use crate::context::compiled;
use crate::instrument::alloc::is_counting;
use crate::instrument::shard::BOUNDS;
use crate::instrument::{InstrumentKind, MetricFacts, SiteFacts, ladder};
use crate::telemetry::family::Kind;
use std::borrow::Cow;

/// A family before anything is measured.
pub(super) struct Planned {
    /// With the `_total` of a counter.
    pub(super) name: Cow<'static, str>,
    pub(super) kind: Kind,
    pub(super) unit: Option<&'static str>,
    /// Upper bounds of a histogram in its unit.
    pub(super) buckets: Vec<f64>,
}

/// The families of calls without a metric name of their own stand under this one.
const SHARED: &str = "observed";

/// All families that a site makes.
pub(super) fn of_site(facts: &SiteFacts) -> Vec<Planned> {
    let mut families = Vec::new();
    if !compiled::METRICS {
        return families;
    }
    let stem = match facts.metric {
        MetricFacts::Off => None,
        MetricFacts::Shared => Some(SHARED),
        MetricFacts::Named(name) => Some(name),
    };
    if let Some(stem) = stem {
        let mut add = |suffix: &str, kind, unit| {
            let buckets = if kind == Kind::Histogram { durations(facts) } else { Vec::new() };
            families.push(Planned { name: format!("{stem}{suffix}").into(), kind, unit, buckets });
        };
        add("_calls_total", Kind::Counter, None);
        add("_duration_seconds", Kind::Histogram, Some("seconds"));
        if facts.in_flight {
            add("_in_flight", Kind::Gauge, None);
        }
        if facts.budget > 0 {
            add("_over_budget_total", Kind::Counter, None);
        }
        if facts.alloc && is_counting() {
            add("_allocated_bytes_total", Kind::Counter, Some("bytes"));
            add("_allocations_total", Kind::Counter, None);
        }
    }
    families.extend(facts.instruments.iter().map(|instrument| {
        let kind = match instrument.kind {
            InstrumentKind::Counter | InstrumentKind::Events => Kind::Counter,
            InstrumentKind::Gauge => Kind::Gauge,
            InstrumentKind::Histogram => Kind::Histogram,
        };
        let unit = Some(instrument.unit).filter(|unit| !unit.is_empty());
        let buckets = match kind {
            Kind::Histogram => ladder::bounds(instrument.buckets, instrument.unit).to_vec(),
            _ => Vec::new(),
        };
        Planned { name: instrument.name.into(), kind, unit, buckets }
    }));
    families
}

/// What OpenMetrics calls it.
pub(super) fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Counter => "counter",
        Kind::Gauge => "gauge",
        Kind::Histogram => "histogram",
        Kind::Summary => "summary",
        Kind::Unknown => "unknown",
    }
}

/// The bounds of a site's duration in nanoseconds.
pub(super) fn bounds(facts: &SiteFacts) -> &[u64] {
    match (facts.metric, facts.buckets) {
        (MetricFacts::Off, _) => &[],
        _ if !compiled::METRICS => &[],
        (_, []) => &BOUNDS,
        (_, bounds) => bounds,
    }
}

/// The same in seconds. Divided, not multiplied: 0.0025 is then printed as such.
pub(super) fn durations(facts: &SiteFacts) -> Vec<f64> {
    bounds(facts).iter().map(|nanos| *nanos as f64 / 1e9).collect()
}

/// The names of all labels that the author gave, in the order of the alphabet: on the page it is the same.
pub(super) fn label_keys(facts: &SiteFacts) -> Vec<&'static str> {
    let mut keys: Vec<&str> = facts.labels.to_vec();
    keys.extend(facts.dynamic.map(|dynamic| dynamic.key));
    keys.sort_unstable();
    keys
}
