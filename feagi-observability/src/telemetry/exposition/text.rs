//! One family as lines of text.

use super::Exposition;
use crate::telemetry::family::{
    Exemplar, Family, Histogram, Kind, Label, Series, SeriesValue, Summary, Total,
};
use std::fmt::{Display, Write};

/// What HELP says where the author said nothing: promtool and people want a text.
const NO_HELP: &str = "Not documented.";

/// Writes metadata and samples of a family that `merge` has let through.
pub(super) fn write_family(out: &mut String, family: &Family, format: Exposition) {
    let mut writer = Writer { out, family, format, bounds: Vec::new(), spelled: Vec::new() };
    writer.metadata();
    for series in &family.series {
        writer.series(series);
    }
}

/// Writing to a `String` cannot fail, so its results are passed over.
struct Writer<'a> {
    out: &'a mut String,
    family: &'a Family,
    format: Exposition,
    /// The last histogram's bounds and how they are spelled: those of its neighbours are nearly always the same.
    bounds: Vec<f64>,
    spelled: Vec<String>,
}

impl Writer<'_> {
    fn metadata(&mut self) {
        let Family { name, kind, help, unit, .. } = self.family;
        let open = self.format == Exposition::OpenMetrics;
        // The classic parser takes the sample's name for the family's.
        let total = if *kind == Kind::Counter && !open { "_total" } else { "" };
        let help = if help.trim().is_empty() { NO_HELP } else { help };
        let _ = write!(self.out, "# HELP {name}{total} ");
        escape(self.out, help, open);
        let _ = writeln!(self.out, "\n# TYPE {name}{total} {}", type_word(*kind, self.format));
        if let Some(unit) = unit.filter(|unit| open && is_unit_of(unit, name)) {
            let _ = writeln!(self.out, "# UNIT {name} {unit}");
        }
    }

    fn series(&mut self, series: &Series) {
        let labels = &series.labels;
        match &series.value {
            SeriesValue::Counter { total, exemplar } => {
                self.sample("_total", labels, None, DisplayTotal(*total), exemplar.as_ref());
            }
            SeriesValue::Gauge(value) | SeriesValue::Unknown(value) => {
                self.sample("", labels, None, Number(*value), None);
            }
            SeriesValue::Histogram(histogram) => self.histogram(labels, histogram),
            SeriesValue::Summary(summary) => self.summary(labels, summary),
        }
    }

    fn histogram(&mut self, labels: &[Label], histogram: &Histogram) {
        if self.spelled.is_empty() || self.bounds != histogram.bounds {
            self.bounds.clone_from(&histogram.bounds);
            self.spelled =
                self.bounds.iter().chain(&[f64::INFINITY]).map(|bound| canonical(*bound)).collect();
        }
        let bounds = std::mem::take(&mut self.spelled);
        let mut cumulative = 0_u64;
        for (bucket, (bound, count)) in bounds.iter().zip(&histogram.counts).enumerate() {
            cumulative = cumulative.saturating_add(*count);
            let exemplar = histogram.exemplars.get(bucket).and_then(Option::as_ref);
            self.sample("_bucket", labels, Some(("le", bound)), cumulative, exemplar);
        }
        self.spelled = bounds;
        // OpenMetrics knows a sum only where it is a counter, and a count only beside a sum.
        let is_counter = histogram.sum >= 0.0 && histogram.bounds.first().is_none_or(|bound| *bound >= 0.0);
        if self.format == Exposition::Classic || is_counter {
            self.sample("_sum", labels, None, Number(histogram.sum), None);
            self.sample("_count", labels, None, cumulative, None);
        }
    }

    fn summary(&mut self, labels: &[Label], summary: &Summary) {
        let classic = self.format == Exposition::Classic;
        for (quantile, value) in &summary.quantiles {
            // Quantiles below zero are refused by OpenMetrics, NaN (no observation yet) is not.
            if classic || value.is_nan() || *value >= 0.0 {
                self.sample("", labels, Some(("quantile", &canonical(*quantile))), Number(*value), None);
            }
        }
        if classic || summary.sum >= 0.0 {
            self.sample("_sum", labels, None, Number(summary.sum), None);
        }
        self.sample("_count", labels, None, summary.count, None);
    }

    fn sample(
        &mut self,
        suffix: &str,
        labels: &[Label],
        own_label: Option<(&str, &str)>,
        value: impl Display,
        exemplar: Option<&Exemplar>,
    ) {
        let _ = write!(self.out, "{}{suffix}", self.family.name);
        let mut separator = '{';
        for (name, value) in labels {
            let _ = write!(self.out, "{separator}{name}=\"");
            escape(self.out, value, true);
            self.out.push('"');
            separator = ',';
        }
        if let Some((name, value)) = own_label {
            let _ = write!(self.out, "{separator}{name}=\"{value}\"");
            separator = ',';
        }
        let close = if separator == ',' { "}" } else { "" };
        let _ = write!(self.out, "{close} {value}");
        if let Some(exemplar) = exemplar.filter(|_| self.format == Exposition::OpenMetrics) {
            write_exemplar(self.out, exemplar);
        }
        self.out.push('\n');
    }
}

/// Characters that names and values of an exemplar's labels may have together (OpenMetrics 1.0, section "Exemplars").
const MAX_EXEMPLAR: usize = 128;
/// What `trace_id`, `span_id` and the name `request_id` take of these.
const IDS: usize = 8 + 32 + 7 + 16 + 10;

/// One without a trace, or without a value, leads nowhere and is left out. So is a request id that the page has no room for, or that could
/// break what it is copied into.
fn write_exemplar(out: &mut String, exemplar: &Exemplar) {
    let Exemplar { trace_id, span_id, request_id, value, timestamp_ns } = exemplar;
    if !trace_id.is_valid() || !value.is_finite() {
        return;
    }
    let _ = write!(out, " # {{trace_id=\"{trace_id}\"");
    if span_id.is_valid() {
        let _ = write!(out, ",span_id=\"{span_id}\"");
    }
    let fits = |id: &&str| id.chars().count() <= MAX_EXEMPLAR - IDS && !id.chars().any(char::is_control);
    if let Some(request_id) = request_id.as_deref().filter(fits) {
        out.push_str(",request_id=\"");
        escape(out, request_id, true);
        out.push('"');
    }
    let _ = write!(out, "}} {}", Number(*value));
    if *timestamp_ns != 0 {
        let _ = write!(out, " {}.{:09}", timestamp_ns / 1_000_000_000, timestamp_ns % 1_000_000_000);
    }
}

/// Backslash and line feed everywhere; quotes in label values, and in the HELP of OpenMetrics.
fn escape(out: &mut String, text: &str, quotes: bool) {
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '"' if quotes => out.push_str("\\\""),
            c => out.push(c),
        }
    }
}

fn type_word(kind: Kind, format: Exposition) -> &'static str {
    match (kind, format) {
        (Kind::Counter, _) => "counter",
        (Kind::Gauge, _) => "gauge",
        (Kind::Histogram, _) => "histogram",
        (Kind::Summary, _) => "summary",
        (Kind::Unknown, Exposition::Classic) => "untyped",
        (Kind::Unknown, Exposition::OpenMetrics) => "unknown",
    }
}

/// OpenMetrics refuses the page where UNIT is not how the name ends.
fn is_unit_of(unit: &str, name: &str) -> bool {
    !unit.is_empty() && name.strip_suffix(unit).is_some_and(|stem| stem.len() > 1 && stem.ends_with('_'))
}

struct DisplayTotal(Total);

impl Display for DisplayTotal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Total::Count(count) => count.fmt(f),
            Total::Sum(sum) => Number(sum).fmt(f),
        }
    }
}

/// A sample's value, as both formats spell it: shortest digits that come back the same, whole numbers plain.
struct Number(f64);

impl Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            value if value.is_nan() => f.write_str("NaN"),
            value if value.is_infinite() => f.write_str(if value > 0.0 { "+Inf" } else { "-Inf" }),
            value if value.fract() == 0.0 && value.abs() < 1e15 => write!(f, "{value}"),
            value => write!(f, "{value:?}"),
        }
    }
}

/// `le` and `quantile` as OpenMetrics wants them, which is how Go prints floats, with `.0` for whole ones. Both
/// pages spell them alike: a bound is part of a series' name.
fn canonical(value: f64) -> String {
    if value.is_infinite() {
        return Number(value).to_string();
    }
    let scientific = format!("{value:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    match exponent.parse::<i32>().unwrap_or(0) {
        -4..=5 => format!("{value:?}"),
        exponent => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{mantissa}e{sign}{:02}", exponent.abs())
        }
    }
}
