//! Labels with any number of values: their calls are counted by the `metrics` facade, which finds or makes a series at each call.
//!
//! Invariant: sums are preserved. Beyond the cap of a site, values share one series.

use super::facts::{Dynamic, MetricFacts};
use super::fields::{Fields, Keys, Value};
use super::judged::Judged;
use super::label::OVERFLOW;
use super::site::Site;
use metrics::{Key, Label, Level, Metadata};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

/// Whether calls with such a label are shown by the facade.
pub(crate) const IS_FOREIGN: bool = true;

static METADATA: Metadata<'static> = Metadata::new(module_path!(), Level::INFO, Some(module_path!()));

/// The values that have a series, by site.
static SEEN: Mutex<BTreeMap<usize, Values>> = Mutex::new(BTreeMap::new());

type Values = BTreeSet<Box<str>>;

/// Counts a call; `false` if the site has no metrics to count it under.
pub(super) fn record(site: &'static Site, dynamic: Dynamic, judged: &Judged<'_>) -> bool {
    let (calls, duration) = match site.facts.metric {
        MetricFacts::Off => return false,
        MetricFacts::Shared => ("observed_calls_total".to_owned(), "observed_duration_seconds".to_owned()),
        MetricFacts::Named(name) => (format!("{name}_calls_total"), format!("{name}_duration_seconds")),
    };
    let mut labels = labels(site, dynamic, judged);
    metrics::with_recorder(|recorder| {
        let key = Key::from_parts(duration, labels.clone());
        recorder.register_histogram(&key, &METADATA).record(judged.nanos as f64 * 1e-9);
        labels.push(Label::from_static_parts("outcome", judged.outcome.as_str()));
        recorder.register_counter(&Key::from_parts(calls, labels), &METADATA).increment(1);
    });
    true
}

fn labels(site: &'static Site, dynamic: Dynamic, judged: &Judged<'_>) -> Vec<Label> {
    let fields = Fields::new(judged.fields, Keys::Site(site.facts.keys));
    let text = |key: &str| {
        let value = fields.iter().find_map(|(name, value)| match value {
            Value::Str(text) if name == key => Some(text),
            _ => None,
        });
        value.unwrap_or_default()
    };
    let mut labels: Vec<Label> =
        site.facts.labels.iter().map(|key| Label::new(*key, text(key).to_owned())).collect();
    labels.push(Label::new(dynamic.key, admit(site, dynamic, text(dynamic.key)).to_owned()));
    if site.facts.metric == MetricFacts::Shared {
        labels.push(Label::from_static_parts("site", site.live().name));
    }
    labels
}

/// The value itself while there is room.
fn admit<'v>(site: &'static Site, dynamic: Dynamic, value: &'v str) -> &'v str {
    let mut seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
    let seen = seen.entry(site.live().index).or_default();
    if seen.contains(value) {
        return value;
    }
    if seen.len() >= dynamic.cap {
        return OVERFLOW;
    }
    seen.insert(value.into());
    value
}
