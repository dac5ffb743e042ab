//! What events have fed: counters, gauges and histograms, series by series.

use super::{Families, exemplar};
use crate::collect::exemplars::{SeriesExamples, ValueExample};
use crate::instrument::label::labels_of;
use crate::instrument::shard::{Shard, series_of};
use crate::instrument::site::UNSET;
use crate::instrument::{InstrumentFacts, InstrumentKind, Outcome, Site, SiteLive};
use crate::telemetry::family::{Exemplar, Family, Histogram, Kind, Label, SeriesValue, Total};
use std::sync::atomic::Ordering::Relaxed;

/// An event site, and what all threads have counted there.
pub(super) struct EventMeter<'a> {
    pub(super) site: &'static Site,
    pub(super) live: &'static SiteLive,
    pub(super) shards: &'a [&'static Shard],
    pub(super) examples: &'a [SeriesExamples],
}

impl Families {
    /// The metrics of an event. Of several series those that have been met are shown.
    pub(super) fn add_event(&mut self, event: &EventMeter<'_>) {
        let instruments = event.site.facts.instruments;
        let of = series_of(&event.live.labels);
        for series in 0..of {
            let first = series * instruments.len();
            let values: Vec<(&InstrumentFacts, SeriesValue)> = instruments
                .iter()
                .enumerate()
                .filter_map(|(index, facts)| Some((facts, event.value(facts, series, first + index)?)))
                .collect();
            if of > 1 && !values.iter().any(|(_, value)| is_met(value)) {
                continue;
            }
            let labels = labels_of(series, of, event.site.facts.labels, &event.live.labels);
            let labels: Vec<Label> =
                labels.into_iter().map(|(key, value)| (key.into(), value.into())).collect();
            for (instrument, value) in values {
                let mut labels = labels.clone();
                if instrument.kind == InstrumentKind::Events {
                    labels.push(("site".into(), event.live.name.into()));
                }
                self.family_of(instrument).push(labels, value);
            }
        }
    }

    fn family_of(&mut self, instrument: &'static InstrumentFacts) -> &mut Family {
        let kind = match instrument.kind {
            InstrumentKind::Counter | InstrumentKind::Events => Kind::Counter,
            InstrumentKind::Gauge => Kind::Gauge,
            InstrumentKind::Histogram => Kind::Histogram,
        };
        let family = self.family(kind, instrument.name.into(), || instrument.help.into());
        family.unit = Some(instrument.unit).filter(|unit| !unit.is_empty());
        family
    }
}

/// Whether the series has been fed.
fn is_met(value: &SeriesValue) -> bool {
    match value {
        SeriesValue::Counter { total, .. } => total.as_f64() > 0.0,
        SeriesValue::Histogram(histogram) => histogram.counts.iter().any(|count| *count > 0),
        _ => true,
    }
}

impl EventMeter<'_> {
    /// `None` for a gauge that nobody has set.
    fn value(&self, instrument: &InstrumentFacts, series: usize, cell: usize) -> Option<SeriesValue> {
        match instrument.kind {
            InstrumentKind::Counter | InstrumentKind::Events => Some(self.counter(instrument, series, cell)),
            InstrumentKind::Gauge => self.gauge(cell).map(SeriesValue::Gauge),
            InstrumentKind::Histogram => {
                Some(SeriesValue::Histogram(self.histogram(instrument, series, cell)))
            }
        }
    }

    /// Which of the site's instruments has this cell.
    fn instrument_of(&self, cell: usize) -> usize {
        cell % self.site.facts.instruments.len().max(1)
    }

    fn gauge(&self, cell: usize) -> Option<f64> {
        let bits = self.live.gauges.get(cell)?.load(Relaxed);
        (bits != UNSET).then(|| f64::from_bits(bits))
    }

    fn counter(&self, instrument: &InstrumentFacts, series: usize, cell: usize) -> SeriesValue {
        let counters = self.shards.iter().filter_map(|shard| shard.counters.get(cell));
        let total = counters.fold(0, |total: u64, counter| total.saturating_add(counter.load(Relaxed)));
        // The exemplar's value is what the event has added.
        let exemplar = self.examples.get(series).and_then(|of| {
            if instrument.field.is_empty() {
                return of.outcomes[Outcome::Ok as usize].as_ref().map(|example| exemplar(example, 1.0));
            }
            value_exemplar(of.values.get(self.instrument_of(cell))?.first()?)
        });
        SeriesValue::Counter { total: Total::Count(total), exemplar }
    }

    fn histogram(&self, instrument: &InstrumentFacts, series: usize, cell: usize) -> Histogram {
        let bounds = instrument.bounds();
        let mut counts = vec![0; bounds.len() + 1];
        let cells = self.shards.iter().filter_map(|shard| shard.histograms.get(cell)?.as_ref());
        let sum = cells.map(|cells| cells.add_to(&mut counts)).sum();
        let examples = self.examples.get(series).and_then(|of| of.values.get(self.instrument_of(cell)));
        let exemplars = examples.map(|values| values.iter().map(value_exemplar).collect());
        Histogram { bounds: bounds.to_vec(), counts, sum, exemplars: exemplars.unwrap_or_default() }
    }
}

pub(super) fn value_exemplar(example: &Option<ValueExample>) -> Option<Exemplar> {
    example.as_ref().map(|example| exemplar(&example.record, example.value))
}
