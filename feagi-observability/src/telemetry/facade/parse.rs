//! The exporter's text, read back: families with exact counts and unescaped labels.
//!
//! Reads the classic format as metrics-exporter-prometheus writes it: HELP, TYPE, samples, a blank line. A line that
//! cannot be read is counted and passed over.

use super::admit::without_marks;
use crate::telemetry::family::{Family, Histogram, Kind, Label, SeriesValue, Summary, Total};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// HELP of what nobody has described.
const NOT_DESCRIBED: &str = "Recorded through the metrics facade.";

/// What the text held.
pub(super) struct Parsed {
    pub(super) families: Vec<Family>,
    /// Lines without meaning, and histograms without buckets.
    pub(super) unreadable: u64,
}

pub(super) fn parse(text: &str) -> Parsed {
    let mut reader =
        Reader { parsed: Parsed { families: Vec::new(), unreadable: 0 }, help: None, open: None };
    for line in text.lines().filter(|line| !line.is_empty()) {
        if reader.line(line).is_none() {
            reader.parsed.unreadable += 1;
        }
    }
    reader.close();
    reader.parsed
}

struct Reader<'t> {
    parsed: Parsed,
    /// Name and text of the last HELP line.
    help: Option<(&'t str, &'t str)>,
    open: Option<Open<'t>>,
}

/// The family whose samples are being read.
struct Open<'t> {
    name: &'t str,
    family: Family,
    /// Series of several lines.
    parts: BTreeMap<Vec<Label>, Parts>,
}

#[derive(Default)]
struct Parts {
    /// `le` or `quantile`, and the value as it stands there.
    steps: Vec<(f64, f64, u64)>,
    sum: f64,
    count: u64,
}

impl<'t> Reader<'t> {
    /// `None`: not understood.
    fn line(&mut self, line: &'t str) -> Option<()> {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            self.help = Some(rest.split_once(' ').unwrap_or((rest, "")));
            return Some(());
        }
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            self.close();
            return self.open_family(rest);
        }
        if line.starts_with('#') {
            return Some(());
        }
        let open = self.open.as_mut()?;
        let sample = Sample::read(line)?;
        open.take(sample)
    }

    fn open_family(&mut self, declaration: &'t str) -> Option<()> {
        let (name, kind) = declaration.split_once(' ')?;
        let kind = match kind {
            "counter" => Kind::Counter,
            "gauge" => Kind::Gauge,
            "histogram" => Kind::Histogram,
            "summary" => Kind::Summary,
            "untyped" => Kind::Unknown,
            _ => return None,
        };
        let help = match self.help.take() {
            Some((of, text)) if of == name && !text.trim().is_empty() => Cow::Owned(unescape(text)),
            _ => Cow::Borrowed(NOT_DESCRIBED),
        };
        let family = Family::new(kind, name.to_owned(), help);
        self.open = Some(Open { name, family, parts: BTreeMap::new() });
        Some(())
    }

    fn close(&mut self) {
        let Some(Open { mut family, parts, .. }) = self.open.take() else { return };
        for (labels, parts) in parts {
            match parts.into_value(family.kind) {
                Some(value) => family.push(labels, value),
                None => self.parsed.unreadable += 1,
            }
        }
        if !family.series.is_empty() {
            self.parsed.families.push(family);
        }
    }
}

impl Open<'_> {
    fn take(&mut self, sample: Sample<'_>) -> Option<()> {
        let suffix = sample.name.strip_prefix(self.name)?;
        let value = match (self.family.kind, suffix) {
            (Kind::Counter, "") => SeriesValue::Counter { total: total(sample.value)?, exemplar: None },
            (Kind::Gauge, "") => SeriesValue::Gauge(number(sample.value)?),
            (Kind::Unknown, "") => SeriesValue::Unknown(number(sample.value)?),
            _ => return self.take_part(suffix, sample),
        };
        self.family.push(sample.labels, value);
        Some(())
    }

    fn take_part(&mut self, suffix: &str, mut sample: Sample<'_>) -> Option<()> {
        let step = match (self.family.kind, suffix) {
            (Kind::Histogram, "_bucket") => Some(sample.remove_number("le")?),
            (Kind::Summary, "") => Some(sample.remove_number("quantile")?),
            (Kind::Histogram | Kind::Summary, "_sum" | "_count") => None,
            _ => return None,
        };
        let value = number(sample.value)?;
        // Counts are read as integers beside, so that they stay exact.
        let count = sample.value.parse().unwrap_or(0);
        let parts = self.parts.entry(sample.labels).or_default();
        match (step, suffix) {
            (Some(step), _) => parts.steps.push((step, value, count)),
            (None, "_sum") => parts.sum += value,
            (None, _) => parts.count = parts.count.saturating_add(count),
        }
        Some(())
    }
}

impl Parts {
    fn into_value(mut self, kind: Kind) -> Option<SeriesValue> {
        self.steps.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (sum, count) = (self.sum, self.count);
        if kind == Kind::Summary {
            let quantiles = self.steps.iter().map(|(quantile, value, _)| (*quantile, *value)).collect();
            return Some(SeriesValue::Summary(Summary { quantiles, sum, count }));
        }
        let ends_at_infinity = self.steps.last().is_some_and(|(bound, ..)| *bound == f64::INFINITY);
        if !ends_at_infinity {
            return None;
        }
        let mut below = 0;
        let counts = self.steps.iter().map(|(_, _, cumulative)| {
            let alone = cumulative.saturating_sub(below);
            below = *cumulative;
            alone
        });
        let counts = counts.collect();
        let bounds = self.steps.iter().map(|(bound, ..)| *bound).filter(|bound| bound.is_finite()).collect();
        Some(SeriesValue::Histogram(Histogram { bounds, counts, sum, exemplars: Vec::new() }))
    }
}

/// One line: `name{label="value",…} value`.
struct Sample<'t> {
    name: &'t str,
    labels: Vec<Label>,
    value: &'t str,
}

impl<'t> Sample<'t> {
    fn read(line: &'t str) -> Option<Self> {
        let end = line.find(['{', ' '])?;
        let (name, rest) = line.split_at_checked(end)?;
        let mut labels = Vec::new();
        let mut rest = rest;
        if let Some(mut inside) = rest.strip_prefix('{') {
            while !inside.starts_with('}') {
                let (label, after) = inside.split_once("=\"")?;
                let (value, after) = quoted(after)?;
                labels.push((Cow::Owned(label.to_owned()), Cow::Owned(without_marks(value))));
                inside = after.strip_prefix(',').unwrap_or(after);
            }
            rest = inside.strip_prefix('}')?;
        }
        labels.sort();
        Some(Sample { name, labels, value: rest.trim_ascii() })
    }

    /// Takes the format's own label out.
    fn remove_number(&mut self, name: &str) -> Option<f64> {
        let at = self.labels.iter().position(|(label, _)| label == name)?;
        let (_, value) = self.labels.remove(at);
        number(&value).filter(|value| !value.is_nan())
    }
}

/// The text up to the closing quote, unescaped, and what follows.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some((unescape(text.get(..at)?), text.get(at + 1..)?)),
            _ => {}
        }
    }
    None
}

fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, chars.as_str().chars().next()) {
            ('\\', Some('n')) => out.push('\n'),
            ('\\', Some(next @ ('\\' | '"'))) => out.push(next),
            _ => {
                out.push(c);
                continue;
            }
        }
        chars.next();
    }
    out
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok()
}

fn total(text: &str) -> Option<Total> {
    text.parse().map(Total::Count).or_else(|_| text.parse().map(Total::Sum)).ok()
}
