//! From handles to families, and what families need of handles: examples.

use super::stored::{Entry, Stored, entries};
use crate::instrument::clock::WallClock;
use crate::instrument::label::values_of;
use crate::instrument::{ladder, refused};
use crate::telemetry::family::{Family, Histogram, Label, SeriesValue, Total};
use crate::telemetry::own::counted;

/// The families of all handles that can be shown. A series with labels is there once it has been used.
pub(crate) fn families() -> Vec<Family> {
    let (entries, clock) = (entries(), WallClock::new());
    let shown = entries.iter().filter(|entry| entry.clash.is_none());
    let mut families: Vec<Family> = shown.map(|entry| family(entry, &clock)).collect();
    let refused = refused::total();
    if refused > 0 || entries.iter().any(|entry| matches!(entry.stored, Stored::Histogram(_))) {
        let help = "Values that no histogram can hold, because they are infinite or not a number.";
        families.push(counted("obs_refused_values_total", help, refused));
    }
    families
}

/// Has the next changes within kept traces be the examples of all counters and buckets.
pub(crate) fn ask_for_examples() {
    let clock = WallClock::new();
    for entry in entries() {
        match entry.stored {
            Stored::Counter(cells) => cells.iter().for_each(|cell| cell.ask(&clock)),
            Stored::Histogram(cells) => cells.iter().for_each(|cell| cell.ask(&clock)),
            Stored::Gauge(_) => {}
        }
    }
}

fn family(entry: &Entry, clock: &WallClock) -> Family {
    let mut family = Family::new(entry.kind, entry.facts.name, entry.facts.help);
    family.unit = Some(entry.facts.unit).filter(|unit| !unit.is_empty());
    for (number, value) in values(entry, clock) {
        family.push(labels(entry, number), value);
    }
    family
}

fn labels(entry: &Entry, series: usize) -> Vec<Label> {
    let values = values_of(series, entry.values);
    entry.keys.iter().zip(values).map(|(key, value)| ((*key).into(), value.into())).collect()
}

/// The series to be shown, with their numbers.
fn values(entry: &Entry, clock: &WallClock) -> Vec<(usize, SeriesValue)> {
    let always = entry.keys.is_empty();
    match entry.stored {
        Stored::Counter(cells) => numbered(cells, |cell| {
            let total = Total::Count(cell.total().or(always.then_some(0))?);
            Some(SeriesValue::Counter { total, exemplar: cell.example(clock) })
        }),
        Stored::Gauge(cells) => {
            numbered(cells, |cell| cell.value().or(always.then_some(0.0)).map(SeriesValue::Gauge))
        }
        Stored::Histogram(cells) => numbered(cells, |cell| {
            let (counts, sum) = cell.values();
            let shown = always || counts.iter().any(|count| *count > 0);
            let exemplars = cell.examples(clock);
            let bounds = ladder::bounds(entry.facts.bounds, entry.facts.unit).to_vec();
            shown.then_some(SeriesValue::Histogram(Histogram { bounds, counts, sum, exemplars }))
        }),
    }
}

fn numbered<C>(cells: &[C], value: impl Fn(&C) -> Option<SeriesValue>) -> Vec<(usize, SeriesValue)> {
    cells.iter().enumerate().filter_map(|(number, cell)| Some((number, value(cell)?))).collect()
}
