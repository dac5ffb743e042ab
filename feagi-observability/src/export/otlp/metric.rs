//! Families of the metrics page as OTLP metrics: `opentelemetry/proto/metrics/v1/metrics.proto`.
//!
//! A metric has the name that it has on the page, `_total` included, so that both lead to the same series in Prometheus; sums and histograms
//! are cumulative, as they are there.

use super::attribute::attribute;
use super::wire::{Content, Field, Items, Wire};
use crate::instrument::Value;
use crate::telemetry::family::{
    Exemplar, Family, Histogram, Kind, Label, Series, SeriesValue, Summary, Total,
};

const NAME: Field = Field(1, "name");
const DESCRIPTION: Field = Field(2, "description");
const UNIT: Field = Field(3, "unit");
const GAUGE: Field = Field(5, "gauge");
const SUM: Field = Field(7, "sum");
const HISTOGRAM: Field = Field(9, "histogram");
const SUMMARY: Field = Field(11, "summary");
const DATA_POINTS: Field = Field(1, "dataPoints");
const TEMPORALITY: Field = Field(2, "aggregationTemporality");
const IS_MONOTONIC: Field = Field(3, "isMonotonic");
/// `AGGREGATION_TEMPORALITY_CUMULATIVE`.
const CUMULATIVE: u32 = 2;

// The same numbers in all kinds of points.
const START_TIME: Field = Field(2, "startTimeUnixNano");
const TIME: Field = Field(3, "timeUnixNano");
const ATTRIBUTES: Field = Field(7, "attributes");
const HISTOGRAM_ATTRIBUTES: Field = Field(9, "attributes");
const COUNT: Field = Field(4, "count");
const POINT_SUM: Field = Field(5, "sum");
const AS_DOUBLE: Field = Field(4, "asDouble");
const AS_INT: Field = Field(6, "asInt");
const EXEMPLARS: Field = Field(5, "exemplars");
const HISTOGRAM_EXEMPLARS: Field = Field(8, "exemplars");
const BUCKET_COUNTS: Field = Field(6, "bucketCounts");
const EXPLICIT_BOUNDS: Field = Field(7, "explicitBounds");
const QUANTILE_VALUES: Field = Field(6, "quantileValues");
const QUANTILE: Field = Field(1, "quantile");
const QUANTILE_VALUE: Field = Field(2, "value");
const EXEMPLAR_ATTRIBUTES: Field = Field(7, "filteredAttributes");
const EXEMPLAR_TIME: Field = Field(2, "timeUnixNano");
const EXEMPLAR_DOUBLE: Field = Field(3, "asDouble");
const EXEMPLAR_SPAN: Field = Field(4, "spanId");
const EXEMPLAR_TRACE: Field = Field(5, "traceId");

/// When counting began and when it was looked at, in nanoseconds since the Unix epoch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Period {
    pub(super) start: u64,
    pub(super) end: u64,
}

/// One `Metric`: a family with some of its series, each a point.
pub(super) struct Metric<'a> {
    pub(super) family: &'a Family,
    pub(super) series: &'a [Series],
    pub(super) period: Period,
}

impl Content for Metric<'_> {
    fn write<W: Wire>(&self, out: &mut W) {
        let name = &self.family.name;
        match self.family.kind {
            Kind::Counter => out.text(NAME, &format!("{name}_total")),
            _ => out.text(NAME, name),
        }
        if !self.family.help.is_empty() {
            out.text(DESCRIPTION, &self.family.help);
        }
        if let Some(unit) = self.family.unit.map(ucum) {
            out.text(UNIT, unit);
        }
        match self.family.kind {
            Kind::Counter => out.message(SUM, |sum| {
                self.points(sum);
                sum.small(TEMPORALITY, CUMULATIVE);
                sum.truth(IS_MONOTONIC, true);
            }),
            // What grows and what does not cannot be told of the unknown.
            Kind::Gauge | Kind::Unknown => out.message(GAUGE, |gauge| self.points(gauge)),
            Kind::Histogram => out.message(HISTOGRAM, |histogram| {
                self.points(histogram);
                histogram.small(TEMPORALITY, CUMULATIVE);
            }),
            Kind::Summary => out.message(SUMMARY, |summary| self.points(summary)),
        }
    }
}

impl Metric<'_> {
    fn points<W: Wire>(&self, out: &mut W) {
        out.list(DATA_POINTS, |list| self.series.iter().for_each(|series| self.point(series, list)));
    }

    fn point<W: Wire>(&self, series: &Series, list: &mut Items<'_, W>) {
        list.item(|point| {
            let is_histogram = matches!(series.value, SeriesValue::Histogram(_));
            let is_state = matches!(series.value, SeriesValue::Gauge(_) | SeriesValue::Unknown(_));
            if !is_state {
                point.fixed(START_TIME, self.period.start);
            }
            point.fixed(TIME, self.period.end);
            attributes(&series.labels, if is_histogram { HISTOGRAM_ATTRIBUTES } else { ATTRIBUTES }, point);
            match &series.value {
                SeriesValue::Counter { total, exemplar } => {
                    number(*total, point);
                    exemplars(exemplar.as_ref().as_slice(), EXEMPLARS, point);
                }
                SeriesValue::Gauge(value) | SeriesValue::Unknown(value) => point.double(AS_DOUBLE, *value),
                SeriesValue::Histogram(histogram) => write_histogram(histogram, point),
                SeriesValue::Summary(summary) => write_summary(summary, point),
            }
        });
    }
}

fn attributes<W: Wire>(labels: &[Label], field: Field, out: &mut W) {
    if !labels.is_empty() {
        out.list(field, |list| {
            labels.iter().for_each(|(key, value)| attribute(list, key, Value::Str(value)));
        });
    }
}

/// Counts stay integers while they fit.
fn number<W: Wire>(total: Total, out: &mut W) {
    match total {
        Total::Count(count) if i64::try_from(count).is_ok() => out.signed_fixed(AS_INT, count as i64),
        total => out.double(AS_DOUBLE, total.as_f64()),
    }
}

fn write_histogram<W: Wire>(histogram: &Histogram, out: &mut W) {
    out.fixed(COUNT, histogram.counts.iter().fold(0, |sum, count| sum.saturating_add(*count)));
    // What may have been negative has no sum: it would not only grow.
    let may_be_negative = histogram.bounds.first().is_some_and(|bound| *bound < 0.0) || histogram.sum < 0.0;
    if !may_be_negative {
        out.double(POINT_SUM, histogram.sum);
    }
    out.fixed_list(BUCKET_COUNTS, &histogram.counts);
    out.double_list(EXPLICIT_BOUNDS, &histogram.bounds);
    let all: Vec<&Exemplar> = histogram.exemplars.iter().flatten().collect();
    exemplars(&all, HISTOGRAM_EXEMPLARS, out);
}

fn write_summary<W: Wire>(summary: &Summary, out: &mut W) {
    out.fixed(COUNT, summary.count);
    out.double(POINT_SUM, summary.sum);
    out.list(QUANTILE_VALUES, |list| {
        for (quantile, value) in &summary.quantiles {
            list.item(|item| {
                item.double(QUANTILE, *quantile);
                item.double(QUANTILE_VALUE, *value);
            });
        }
    });
}

fn exemplars<W: Wire>(exemplars: &[&Exemplar], field: Field, out: &mut W) {
    if exemplars.is_empty() {
        return;
    }
    out.list(field, |list| {
        for exemplar in exemplars {
            list.item(|item| {
                item.fixed(EXEMPLAR_TIME, exemplar.timestamp_ns);
                item.double(EXEMPLAR_DOUBLE, exemplar.value);
                item.id(EXEMPLAR_SPAN, &exemplar.span_id.to_bytes());
                item.id(EXEMPLAR_TRACE, &exemplar.trace_id.to_bytes());
                if let Some(request_id) = &exemplar.request_id {
                    item.list(EXEMPLAR_ATTRIBUTES, |list| {
                        attribute(list, "request_id", Value::Str(request_id))
                    });
                }
            });
        }
    });
}

/// The unit as UCUM writes it, which OTLP asks for.
fn ucum(unit: &str) -> &str {
    match unit {
        "seconds" => "s",
        "bytes" => "By",
        "ratio" => "1",
        "celsius" => "Cel",
        "meters" => "m",
        "volts" => "V",
        "amperes" => "A",
        "joules" => "J",
        "grams" => "g",
        other => other,
    }
}
