//! From shards to families: what calls and events have counted, summed over threads.

mod instruments;

use super::family::{Exemplar, Family, Histogram, Kind, Label, SeriesValue, Total};
use crate::collect::exemplars::{self, Example, SeriesExamples};
use crate::instrument::alloc::is_counting;
use crate::instrument::dynamic;
use crate::instrument::label::{OVERFLOW, values_of};
use crate::instrument::shard::{BOUNDS, BUCKETS, CallCells, Shard};
use crate::instrument::{MetricFacts, Outcome, Site, SiteLive, registry};
use instruments::EventMeter;
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
            families.add_calls(site, live, &shards, &examples);
        }
        families.add_event(&EventMeter { site, live, shards: &shards, examples: &examples });
    }
    families.0.into_values().collect()
}

/// What all threads have counted of one series.
#[derive(Default)]
struct CallTotals {
    outcomes: [u64; 4],
    sum_nanos: u64,
    buckets: [u64; BUCKETS],
    started: u64,
    over_budget: u64,
    allocated_bytes: u64,
    allocations: u64,
}

impl CallTotals {
    /// Not inlined, so that a program shows by its name whether it has metrics.
    #[inline(never)]
    fn add(&mut self, cells: &CallCells) {
        self.sum_nanos = self.sum_nanos.wrapping_add(cells.sum_nanos.load(Relaxed));
        for (total, cell) in self.outcomes.iter_mut().zip(&cells.outcomes) {
            *total += cell.load(Relaxed);
        }
        for (total, cell) in self.buckets.iter_mut().zip(&cells.buckets) {
            *total += cell.load(Relaxed);
        }
        self.over_budget += cells.over_budget.load(Relaxed);
        self.allocated_bytes = self.allocated_bytes.wrapping_add(cells.allocated_bytes.load(Relaxed));
        self.allocations = self.allocations.wrapping_add(cells.allocations.load(Relaxed));
    }

    /// To be called when the ends of all shards are known, so that no call seems to end before it begins.
    fn add_started(&mut self, cells: &CallCells) {
        self.started += cells.started.load(Relaxed);
    }

    fn ended(&self) -> u64 {
        self.outcomes.iter().sum()
    }
}

/// The totals of each series of a site, in the order of their numbers.
fn totals(shards: &[&Shard]) -> Vec<CallTotals> {
    let mut totals: Vec<CallTotals> = Vec::new();
    for shard in shards {
        for (index, cells) in shard.series().enumerate() {
            if totals.len() <= index {
                totals.resize_with(index + 1, CallTotals::default);
            }
            if let Some(total) = totals.get_mut(index) {
                total.add(cells);
            }
        }
    }
    for shard in shards {
        for (total, cells) in totals.iter_mut().zip(shard.series()) {
            total.add_started(cells);
        }
    }
    totals
}

/// What the calls of a site are shown under.
struct CallNames {
    /// In front of `_calls_total` and the others.
    stem: &'static str,
    /// What HELP says they are calls of.
    what: Cow<'static, str>,
    /// The label of families that several sites share.
    site: Option<Label>,
}

impl CallNames {
    fn of(site: &Site, live: &SiteLive) -> Self {
        match site.facts.metric {
            MetricFacts::Named(stem) if site.facts.help.is_empty() => {
                CallNames { stem, what: format!("`{}`", live.name).into(), site: None }
            }
            MetricFacts::Named(stem) => CallNames { stem, what: site.facts.help.into(), site: None },
            _ => CallNames {
                stem: "observed",
                what: "observed functions without a metric name of their own".into(),
                site: Some(("site".into(), live.name.into())),
            },
        }
    }

    fn name(&self, suffix: &str) -> Cow<'static, str> {
        format!("{}{suffix}", self.stem).into()
    }

    fn help(&self, text: &'static str) -> impl FnOnce() -> Cow<'static, str> {
        move || format!("{text}: {}", self.what).into()
    }

    /// The labels of a series; the last one of a site with labels is for values that have none of their own.
    fn labels(&self, site: &Site, live: &SiteLive, series: usize, is_last: bool) -> Vec<Label> {
        let keys = site.facts.labels.iter().copied();
        let is_overflow = is_last && !live.labels.is_empty();
        let values = values_of(series, &live.labels).map(|value| if is_overflow { OVERFLOW } else { value });
        let labels = keys.zip(values).map(|(key, value)| (key.into(), value.into()));
        self.site.iter().cloned().chain(labels).collect()
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

    fn add_calls(&mut self, site: &Site, live: &SiteLive, shards: &[&Shard], examples: &[SeriesExamples]) {
        let names = CallNames::of(site, live);
        let totals = totals(shards);
        // What has several series shows those that have been met; so does what is counted elsewhere.
        let shows_all = live.labels.is_empty() && site.facts.dynamic.is_none();
        for (series, of_series) in totals.iter().enumerate() {
            if shows_all || of_series.ended() > 0 || of_series.started > 0 {
                let labels = names.labels(site, live, series, series + 1 == totals.len());
                let examples = examples.get(series).cloned().unwrap_or_default();
                self.add_series(site, &names, labels, of_series, &examples);
            }
        }
    }

    fn add_series(
        &mut self,
        site: &Site,
        names: &CallNames,
        labels: Vec<Label>,
        totals: &CallTotals,
        examples: &SeriesExamples,
    ) {
        let (name, help) = (|suffix: &str| names.name(suffix), |text| names.help(text));
        // Calls with a label of any number of values are shown by the facade.
        if site.facts.dynamic.is_none() || !dynamic::IS_FOREIGN {
            self.add_outcomes(names, &labels, totals, examples);
            self.add_durations(site, names, &labels, totals, examples);
        }
        if site.facts.in_flight {
            let running = totals.started.saturating_sub(totals.ended()) as f64;
            let family = self.family(Kind::Gauge, name("_in_flight"), help("Calls in progress"));
            family.push(labels.clone(), SeriesValue::Gauge(running));
        }
        if site.facts.budget > 0 {
            let help = help("Calls that took longer than their budget");
            let family = self.family(Kind::Counter, name("_over_budget_total"), help);
            family.push(labels.clone(), SeriesValue::count(totals.over_budget));
        }
        if site.facts.alloc && is_counting() {
            let text = help("Bytes that calls have allocated");
            let family = self.family(Kind::Counter, name("_allocated_bytes_total"), text);
            family.unit = Some("bytes");
            family.push(labels.clone(), SeriesValue::count(totals.allocated_bytes));
            let text = help("Allocations of calls");
            let family = self.family(Kind::Counter, name("_allocations_total"), text);
            family.push(labels, SeriesValue::count(totals.allocations));
        }
    }

    fn add_outcomes(
        &mut self,
        names: &CallNames,
        labels: &[Label],
        totals: &CallTotals,
        examples: &SeriesExamples,
    ) {
        let family = self.family(Kind::Counter, names.name("_calls_total"), names.help("Calls by outcome"));
        for (outcome, total) in Outcome::ALL.into_iter().zip(totals.outcomes) {
            let mut labels = labels.to_vec();
            labels.push(("outcome".into(), outcome.as_str().into()));
            // On a counter the exemplar's value is what the call added.
            let exemplar = examples.outcomes[outcome as usize].as_ref().map(|example| exemplar(example, 1.0));
            family.push(labels, SeriesValue::Counter { total: Total::Count(total), exemplar });
        }
    }

    fn add_durations(
        &mut self,
        site: &Site,
        names: &CallNames,
        labels: &[Label],
        totals: &CallTotals,
        examples: &SeriesExamples,
    ) {
        let help = names.help("Duration of a call");
        let family = self.family(Kind::Histogram, names.name("_duration_seconds"), help);
        family.unit = Some("seconds");
        let durations = histogram(totals, site.facts.buckets, examples);
        family.push(labels.to_vec(), SeriesValue::Histogram(durations));
    }
}

fn histogram(totals: &CallTotals, bounds: &[u64], examples: &SeriesExamples) -> Histogram {
    let bounds = if bounds.is_empty() { &BOUNDS } else { bounds };
    Histogram {
        bounds: bounds.iter().map(|nanos| seconds(*nanos)).collect(),
        counts: totals.buckets.iter().take(bounds.len() + 1).copied().collect(),
        sum: totals.sum_nanos as f64 * NANOS,
        exemplars: examples
            .buckets
            .iter()
            .take(bounds.len() + 1)
            .map(|example| example.as_ref().map(|example| exemplar(example, seconds(example.duration))))
            .collect(),
    }
}

/// Divided, not multiplied: 0.0025 is then printed as such.
fn seconds(nanos: u64) -> f64 {
    nanos as f64 / 1e9
}

fn exemplar(example: &Example, value: f64) -> Exemplar {
    Exemplar {
        trace_id: example.trace_id,
        span_id: example.span_id,
        request_id: example.request_id.clone(),
        value,
        timestamp_ns: example.end,
    }
}
