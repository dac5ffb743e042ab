//! From shards to families: what calls and events have counted, summed over threads.

use super::family::{Exemplar, Family, Histogram, Kind, Label, SeriesValue, Total};
use crate::collect::exemplars::{self, Example, SiteExamples};
use crate::instrument::shard::{BOUNDS, BUCKETS, Shard};
use crate::instrument::{InstrumentFacts, InstrumentKind, MetricFacts, Outcome, Site, SiteLive, registry};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::atomic::Ordering::Relaxed;

const NANOS: f64 = 1e-9;

/// The families of all sites that have been called.
pub(super) fn families() -> Vec<Family> {
    let mut families = Families::default();
    for (site, live, shards) in registry::sites() {
        let examples = exemplars::of_site(live.index);
        if site.facts.metric != MetricFacts::Off {
            let calls = CallTotals::sum(&shards);
            families.add_calls(site, live, &calls, &examples);
        }
        for (index, instrument) in site.facts.instruments.iter().enumerate() {
            families.add_instrument(live, &shards, index, instrument, &examples);
        }
    }
    families.0.into_values().collect()
}

/// What all threads have counted at one site.
struct CallTotals {
    outcomes: [u64; 4],
    sum_nanos: u64,
    buckets: [u64; BUCKETS],
}

impl CallTotals {
    fn sum(shards: &[&Shard]) -> Self {
        let mut totals = CallTotals { outcomes: [0; 4], sum_nanos: 0, buckets: [0; BUCKETS] };
        for shard in shards {
            let cells = &shard.call;
            totals.sum_nanos = totals.sum_nanos.wrapping_add(cells.sum_nanos.load(Relaxed));
            for (total, cell) in totals.outcomes.iter_mut().zip(&cells.outcomes) {
                *total += cell.load(Relaxed);
            }
            for (total, cell) in totals.buckets.iter_mut().zip(&cells.buckets) {
                *total += cell.load(Relaxed);
            }
        }
        totals
    }
}

#[derive(Default)]
struct Families(BTreeMap<Cow<'static, str>, Family>);

impl Families {
    fn family(
        &mut self,
        kind: Kind,
        name: Cow<'static, str>,
        help: impl FnOnce() -> Cow<'static, str>,
    ) -> &mut Family {
        self.0.entry(name.clone()).or_insert_with(|| Family::new(kind, name, help()))
    }

    fn add_calls(&mut self, site: &Site, live: &SiteLive, totals: &CallTotals, examples: &SiteExamples) {
        let (calls, duration, labels, what): (Cow<'_, _>, Cow<'_, _>, Vec<Label>, Cow<'_, _>) =
            match site.facts.metric {
                MetricFacts::Named(name) => {
                    let what = if site.facts.help.is_empty() {
                        format!("`{}`", live.name)
                    } else {
                        site.facts.help.to_owned()
                    };
                    (
                        format!("{name}_calls_total").into(),
                        format!("{name}_duration_seconds").into(),
                        Vec::new(),
                        what.into(),
                    )
                }
                _ => {
                    let labels = vec![("site".into(), live.name.into())];
                    let what = "observed functions without a metric name of their own".into();
                    ("observed_calls_total".into(), "observed_duration_seconds".into(), labels, what)
                }
            };
        let help = || format!("Calls by outcome: {what}").into();
        let family = self.family(Kind::Counter, calls, help);
        for (outcome, total) in Outcome::ALL.into_iter().zip(totals.outcomes) {
            let mut labels = labels.clone();
            labels.push(("outcome".into(), outcome.as_str().into()));
            // On a counter the exemplar's value is what the call added.
            let exemplar = examples.outcomes[outcome as usize].map(|example| exemplar(example, 1.0));
            family.push(labels, SeriesValue::Counter { total: Total::Count(total), exemplar });
        }
        let family = self.family(Kind::Histogram, duration, || format!("Duration of a call: {what}").into());
        family.unit = Some("seconds");
        family.push(labels, SeriesValue::Histogram(histogram(totals, examples)));
    }

    fn add_instrument(
        &mut self,
        live: &SiteLive,
        shards: &[&Shard],
        index: usize,
        instrument: &'static InstrumentFacts,
        examples: &SiteExamples,
    ) {
        let help = || instrument.help.into();
        match instrument.kind {
            InstrumentKind::Counter | InstrumentKind::Events => {
                let total = shards
                    .iter()
                    .filter_map(|shard| shard.counters.get(index))
                    .fold(0, |total: u64, counter| total.saturating_add(counter.load(Relaxed)));
                // The first counter of an event counts its records: only there an example stands for what was added, one.
                let of_record = examples.outcomes[Outcome::Ok as usize].filter(|_| index == 0);
                let exemplar = of_record.map(|example| exemplar(example, 1.0));
                let value = SeriesValue::Counter { total: Total::Count(total), exemplar };
                let labels = match instrument.kind {
                    InstrumentKind::Events => vec![("site".into(), live.name.into())],
                    _ => Vec::new(),
                };
                self.family(Kind::Counter, instrument.name.into(), help).push(labels, value);
            }
            InstrumentKind::Gauge => {
                let bits = live.gauges.get(index).map_or(0, |gauge| gauge.load(Relaxed));
                let value = SeriesValue::Gauge(f64::from_bits(bits));
                self.family(Kind::Gauge, instrument.name.into(), help).push(Vec::new(), value);
            }
        }
    }
}

fn histogram(totals: &CallTotals, examples: &SiteExamples) -> Histogram {
    Histogram {
        bounds: BOUNDS.iter().map(|nanos| seconds(*nanos)).collect(),
        counts: totals.buckets.to_vec(),
        sum: totals.sum_nanos as f64 * NANOS,
        exemplars: examples
            .buckets
            .iter()
            .map(|example| example.map(|example| exemplar(example, seconds(example.duration))))
            .collect(),
    }
}

/// Divided, not multiplied: 0.0025 is then printed as such.
fn seconds(nanos: u64) -> f64 {
    nanos as f64 / 1e9
}

fn exemplar(example: Example, value: f64) -> Exemplar {
    Exemplar { trace_id: example.trace_id, span_id: example.span_id, value, timestamp_ns: example.end }
}
