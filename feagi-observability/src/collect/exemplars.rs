//! The latest example of each bucket and outcome: which trace a number on the metrics page came from.
//!
//! Written by the collector as it reads spans, so that calls pay nothing; read by scrapes.

use super::entry::Entry;
use crate::context::{SpanId, TraceId};
use crate::instrument::histogram::bucket_of;
use crate::instrument::shard::{BUCKETS, bucket_within};
use crate::instrument::{Fields, InstrumentFacts, InstrumentKind, Site, Value};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A bucket's example is replaced at most this often, so that a scrape finds one that a log still holds.
const MIN_AGE_NANOS: u64 = 1_000_000_000;
/// One of a call over its budget, or of one that failed, stays this long, unless another such call replaces it.
const PINNED_NANOS: u64 = 60_000_000_000;

/// One span that stands for a number.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Example {
    pub(crate) trace_id: TraceId,
    pub(crate) span_id: SpanId,
    /// The caller's.
    pub(crate) request_id: Option<Arc<str>>,
    /// Its duration in nanoseconds.
    pub(crate) duration: u64,
    /// When it ended, nanoseconds since the Unix epoch.
    pub(crate) end: u64,
    /// Of a call over its budget, or one that failed.
    pub(crate) is_pinned: bool,
}

/// One record that stands for a value, in a histogram or of a counter.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ValueExample {
    pub(crate) record: Example,
    pub(crate) value: f64,
}

/// The examples of one series.
#[derive(Clone, Default)]
pub(crate) struct SeriesExamples {
    /// Of an event, by instrument and bucket; of a counter there is one. Empty for what is neither.
    pub(crate) values: Vec<Vec<Option<ValueExample>>>,
    pub(crate) buckets: [Option<Example>; BUCKETS],
    pub(crate) outcomes: [Option<Example>; 4],
    pub(crate) over_budget: Option<Example>,
    /// Bytes, then allocations.
    pub(crate) allocated: [Option<ValueExample>; 2],
}

/// By site index, then by series.
static EXAMPLES: Mutex<Vec<Vec<SeriesExamples>>> = Mutex::new(Vec::new());

fn lock() -> MutexGuard<'static, Vec<Vec<SeriesExamples>>> {
    EXAMPLES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Offers the span of a call, which stands in one of its site's series.
pub(crate) fn offer(site: &'static Site, series: usize, entry: &Entry<'_>, example: &Example) {
    let mut all = lock();
    let Some(of_site) = grown(&mut all, site.live().index) else { return };
    let Some(examples) = grown(of_site, series) else { return };
    let bucket = bucket_within(example.duration, site.facts.buckets);
    let outcome = examples.outcomes.get_mut(entry.outcome as usize);
    let over_budget = Some(&mut examples.over_budget).filter(|_| entry.over_budget);
    for slot in [examples.buckets.get_mut(bucket), outcome, over_budget].into_iter().flatten() {
        if slot.as_ref().is_none_or(|old| example.replaces(old)) {
            *slot = Some(example.clone());
        }
    }
    if site.facts.alloc {
        for (slot, key) in examples.allocated.iter_mut().zip(ALLOCATED) {
            offer_value(slot, field(entry.fields, key), example);
        }
    }
}

/// The fields in which a call says what it has allocated: bytes, and how many times.
const ALLOCATED: [&str; 2] = ["alloc.bytes", "alloc.count"];

/// Offers an event of a site, of one of its series: what it fed to counters and histograms stands in its fields.
pub(crate) fn offer_values(site: &'static Site, series: usize, fields: Fields<'_>, record: &Example) {
    let is_fed = |facts: &&InstrumentFacts| match facts.kind {
        InstrumentKind::Histogram => true,
        InstrumentKind::Counter => !facts.field.is_empty(),
        InstrumentKind::Gauge | InstrumentKind::Events => false,
    };
    for (index, facts) in site.facts.instruments.iter().enumerate().filter(|(_, facts)| is_fed(facts)) {
        let value = field(fields, facts.field);
        let bucket = match (facts.kind, value) {
            (InstrumentKind::Histogram, Some(value)) => bucket_of(value, facts.bounds()),
            _ => 0,
        };
        let mut all = lock();
        let of_series = grown(&mut all, site.live().index).and_then(|of_site| grown(of_site, series));
        let of_instrument = of_series.and_then(|examples| grown(&mut examples.values, index));
        if let Some(slot) = of_instrument.and_then(|buckets| grown(buckets, bucket)) {
            // What adds nothing to a counter is no example of it.
            let adds = |value: &f64| facts.kind == InstrumentKind::Histogram || *value >= 1.0;
            offer_value(slot, value.filter(adds), record);
        }
    }
}

fn offer_value(slot: &mut Option<ValueExample>, value: Option<f64>, record: &Example) {
    if let Some(value) = value
        && slot.as_ref().is_none_or(|old| record.replaces(&old.record))
    {
        *slot = Some(ValueExample { record: record.clone(), value });
    }
}

/// The number in this field, if it is one that can be counted with.
fn field(fields: Fields<'_>, key: &str) -> Option<f64> {
    let value = fields.iter().find(|(name, _)| *name == key).and_then(|(_, value)| number(value));
    value.filter(|value| value.is_finite())
}

/// What a histogram has sorted: texts are none of it.
fn number(value: Value<'_>) -> Option<f64> {
    match value {
        Value::F64(value) => Some(value),
        Value::U64(value) => Some(value as f64),
        Value::I64(value) => Some(value as f64),
        Value::Bool(value) => Some(f64::from(value)),
        Value::Str(_) => None,
    }
}

impl Example {
    fn replaces(&self, old: &Example) -> bool {
        let age = self.end.saturating_sub(old.end);
        match (self.is_pinned, old.is_pinned) {
            (true, false) => true,
            (false, true) => age >= PINNED_NANOS,
            _ => age >= MIN_AGE_NANOS,
        }
    }
}

fn grown<T: Default>(all: &mut Vec<T>, index: usize) -> Option<&mut T> {
    if all.len() <= index {
        all.resize_with(index + 1, T::default);
    }
    all.get_mut(index)
}

/// The examples of each series of the site with this index.
pub(crate) fn of_site(site: usize) -> Vec<SeriesExamples> {
    lock().get(site).cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_over_its_budget_stays_and_others_give_way_by_age() {
        let at = |seconds: u64, is_pinned| Example {
            trace_id: TraceId::NONE,
            span_id: SpanId::NONE,
            request_id: None,
            duration: 1,
            end: seconds * 1_000_000_000,
            is_pinned,
        };
        assert!(at(1, false).replaces(&at(0, false)) && !at(0, false).replaces(&at(0, false)));
        assert!(at(0, true).replaces(&at(0, false)));
        assert!(!at(59, false).replaces(&at(0, true)) && at(60, false).replaces(&at(0, true)));
        assert!(at(1, true).replaces(&at(0, true)));
    }
}
