//! Families from several sources as one set: one family a name, one series a set of labels, nothing impossible.

use crate::telemetry::family::{
    Exemplar, Family, Histogram, Kind, Label, Series, SeriesValue, Summary, is_label_name, is_metric_name,
    is_reserved_label,
};
use std::cmp::Ordering;
use std::collections::HashMap;

/// What may stand on a page, sorted by name and labels, and how much may not.
pub(super) struct Merged {
    pub(super) families: Vec<Family>,
    pub(super) dropped_families: u64,
    pub(super) dropped_series: u64,
}

/// Earlier families win their names. Families of the same name and kind become one.
pub(super) fn merge(families: Vec<Family>) -> Merged {
    let mut merged = Merged { families: Vec::new(), dropped_families: 0, dropped_series: 0 };
    let mut owners: HashMap<String, usize> = HashMap::new();
    for mut family in families {
        let given = family.series.len();
        let kind = family.kind;
        family.series.retain_mut(|series| make_valid(kind, series));
        merged.dropped_series += (given - family.series.len()) as u64;
        if !family.series.is_empty() {
            merged.place(family, &mut owners);
        }
    }
    merged.families.sort_by(|a, b| a.name.cmp(&b.name));
    for family in &mut merged.families {
        merged.dropped_series += fold_duplicates(&mut family.series);
    }
    merged
}

impl Merged {
    /// A family takes its own name and all that its samples are called: two families never share one of them,
    /// in either format, so that both pages show the same.
    fn place(&mut self, family: Family, owners: &mut HashMap<String, usize>) {
        if !is_metric_name(&family.name) {
            self.dropped_families += 1;
            return;
        }
        let owner = owners.get(family.name.as_ref()).and_then(|index| self.families.get_mut(*index));
        if let Some(first) = owner.filter(|first| first.name == family.name && first.kind == family.kind) {
            if first.help.trim().is_empty() {
                first.help = family.help;
            }
            first.unit = first.unit.or(family.unit);
            first.series.extend(family.series);
            return;
        }
        let names = || family.kind.suffixes().iter().map(|suffix| format!("{}{suffix}", family.name));
        if names().any(|name| owners.contains_key(&name)) {
            self.dropped_families += 1;
            return;
        }
        owners.extend(names().map(|name| (name, self.families.len())));
        self.families.push(family);
    }
}

/// Sorts the labels and says whether the series may stand on a page.
fn make_valid(kind: Kind, series: &mut Series) -> bool {
    // To Prometheus an empty value is no label at all: two series would be one.
    series.labels.retain(|(_, value)| !value.is_empty());
    series.labels.sort();
    let labels_fit =
        series.labels.iter().all(|(name, _)| is_label_name(name) && !is_reserved_label(kind, name))
            && series.labels.is_sorted_by(|a, b| a.0 < b.0);
    labels_fit && series.value.kind() == kind && value_fits(&series.value)
}

fn value_fits(value: &SeriesValue) -> bool {
    match value {
        // Neither NaN nor negative: a counter starts at zero and grows.
        SeriesValue::Counter { total, .. } => total.as_f64() >= 0.0,
        SeriesValue::Gauge(_) | SeriesValue::Unknown(_) => true,
        SeriesValue::Histogram(Histogram { bounds, counts, .. }) => {
            counts.len() == bounds.len() + 1
                && bounds.iter().all(|bound| bound.is_finite())
                && bounds.is_sorted_by(|a, b| a < b)
        }
        SeriesValue::Summary(Summary { quantiles, .. }) => {
            quantiles.iter().all(|(quantile, _)| (0.0..=1.0).contains(quantile))
                && quantiles.is_sorted_by(|a, b| a.0 < b.0)
        }
    }
}

/// Makes one series of those with the same labels; returns how many could not be joined.
fn fold_duplicates(series: &mut Vec<Series>) -> u64 {
    // Stable: among equals the order in which they were given stays.
    series.sort_by(|a, b| compare_labels(&a.labels, &b.labels));
    let mut dropped = 0;
    series.dedup_by(|later, first| {
        if later.labels != first.labels {
            return false;
        }
        dropped += u64::from(!join(&mut first.value, &later.value));
        true
    });
    dropped
}

fn compare_labels(a: &[Label], b: &[Label]) -> Ordering {
    a.iter().cmp(b)
}

/// Counts add up; of what is a state the last one holds. `false`: `later` does not fit and is lost.
fn join(first: &mut SeriesValue, later: &SeriesValue) -> bool {
    match (&mut *first, later) {
        (SeriesValue::Counter { total, exemplar }, SeriesValue::Counter { total: more, exemplar: other }) => {
            *total = total.plus(*more);
            *exemplar = newer(exemplar.take(), other.clone());
        }
        (SeriesValue::Histogram(sum), SeriesValue::Histogram(more)) => return add(sum, more),
        _ => *first = later.clone(),
    }
    true
}

/// Only buckets with the same bounds can be added.
fn add(sum: &mut Histogram, more: &Histogram) -> bool {
    if sum.bounds != more.bounds {
        return false;
    }
    for (count, other) in sum.counts.iter_mut().zip(&more.counts) {
        *count = count.saturating_add(*other);
    }
    sum.sum += more.sum;
    let buckets = sum.exemplars.len().max(more.exemplars.len());
    sum.exemplars.resize(buckets, None);
    for (exemplar, other) in sum.exemplars.iter_mut().zip(&more.exemplars) {
        *exemplar = newer(exemplar.take(), other.clone());
    }
    true
}

fn newer(a: Option<Exemplar>, b: Option<Exemplar>) -> Option<Exemplar> {
    [a, b].into_iter().flatten().max_by_key(|exemplar| exemplar.timestamp_ns)
}
