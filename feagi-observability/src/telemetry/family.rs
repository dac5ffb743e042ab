//! One scrape in memory: families of series, as sites, system, health and the `metrics` facade hand them over and
//! as `exposition` writes them down. Built anew for each scrape; the meters themselves live elsewhere.

use crate::context::{SpanId, TraceId};
use std::borrow::Cow;
use std::sync::Arc;

/// What a family measures, in the words of OpenMetrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    Counter,
    Gauge,
    Histogram,
    Summary,
    Unknown,
}

impl Kind {
    /// What OpenMetrics appends to a family's name, sections 5.1 to 5.8. `_created` is never written, but taken.
    pub(crate) fn suffixes(self) -> &'static [&'static str] {
        match self {
            Kind::Counter => &["", "_total", "_created"],
            Kind::Histogram => &["", "_bucket", "_sum", "_count", "_created"],
            Kind::Summary => &["", "_sum", "_count", "_created"],
            Kind::Gauge | Kind::Unknown => &[""],
        }
    }
}

/// All series of one name.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Family {
    /// Without the `_total` of a counter: the format decides where that stands.
    pub(crate) name: Cow<'static, str>,
    pub(crate) kind: Kind,
    pub(crate) help: Cow<'static, str>,
    /// The base unit that the name ends in, such as `seconds`.
    pub(crate) unit: Option<&'static str>,
    pub(crate) series: Vec<Series>,
}

/// A label's name and its value, not escaped.
pub(crate) type Label = (Cow<'static, str>, Cow<'static, str>);

/// One set of labels and what was measured under it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Series {
    pub(crate) labels: Vec<Label>,
    pub(crate) value: SeriesValue,
}

/// What was measured.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum SeriesValue {
    Counter { total: Total, exemplar: Option<Exemplar> },
    Gauge(f64),
    Histogram(Histogram),
    Summary(Summary),
    Unknown(f64),
}

/// A counter's value. Counts stay integers up to the page: beyond 2^53 a float would round them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Total {
    Count(u64),
    Sum(f64),
}

/// Observations by size.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Histogram {
    /// Inclusive upper bounds in the base unit, ascending, without `+Inf`.
    pub(crate) bounds: Vec<f64>,
    /// Observations of each bucket alone; one more than there are bounds, the last for `+Inf`.
    pub(crate) counts: Vec<u64>,
    pub(crate) sum: f64,
    /// One for each bucket, or shorter where the rest has none.
    pub(crate) exemplars: Vec<Option<Exemplar>>,
}

/// Observations as quantiles that somebody else has computed.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Summary {
    /// Quantile, 0 to 1, and its value.
    pub(crate) quantiles: Vec<(f64, f64)>,
    pub(crate) sum: f64,
    pub(crate) count: u64,
}

/// One observation that leads to its trace.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Exemplar {
    pub(crate) trace_id: TraceId,
    pub(crate) span_id: SpanId,
    /// The caller's.
    pub(crate) request_id: Option<Arc<str>>,
    pub(crate) value: f64,
    /// Since the Unix epoch.
    pub(crate) timestamp_ns: u64,
}

impl Family {
    /// A family without series. The `_total` of a counter's name may be there or not.
    pub(crate) fn new(
        kind: Kind,
        name: impl Into<Cow<'static, str>>,
        help: impl Into<Cow<'static, str>>,
    ) -> Self {
        let name = name.into();
        let name = if kind == Kind::Counter { without_total(name) } else { name };
        Family { name, kind, help: help.into(), unit: None, series: Vec::new() }
    }

    /// States the unit that the name ends in.
    pub(crate) fn with_unit(mut self, unit: &'static str) -> Self {
        self.unit = Some(unit);
        self
    }

    /// Adds a series without labels.
    pub(crate) fn with_value(mut self, value: SeriesValue) -> Self {
        self.push(Vec::new(), value);
        self
    }

    pub(crate) fn push(&mut self, labels: Vec<Label>, value: SeriesValue) {
        self.series.push(Series { labels, value });
    }
}

fn without_total(name: Cow<'static, str>) -> Cow<'static, str> {
    match name {
        Cow::Borrowed(name) => Cow::Borrowed(name.strip_suffix("_total").unwrap_or(name)),
        Cow::Owned(mut name) => {
            if let Some(stem) = name.strip_suffix("_total") {
                name.truncate(stem.len());
            }
            Cow::Owned(name)
        }
    }
}

impl SeriesValue {
    /// A counter without exemplar.
    pub(crate) fn count(total: u64) -> Self {
        SeriesValue::Counter { total: Total::Count(total), exemplar: None }
    }

    pub(crate) fn kind(&self) -> Kind {
        match self {
            SeriesValue::Counter { .. } => Kind::Counter,
            SeriesValue::Gauge(_) => Kind::Gauge,
            SeriesValue::Histogram(_) => Kind::Histogram,
            SeriesValue::Summary(_) => Kind::Summary,
            SeriesValue::Unknown(_) => Kind::Unknown,
        }
    }
}

impl Total {
    /// Counts stay exact among themselves; with a float the result is one.
    pub(crate) fn plus(self, other: Total) -> Total {
        match (self, other) {
            (Total::Count(a), Total::Count(b)) => Total::Count(a.saturating_add(b)),
            (a, b) => Total::Sum(a.as_f64() + b.as_f64()),
        }
    }

    pub(crate) fn as_f64(self) -> f64 {
        match self {
            Total::Count(count) => count as f64,
            Total::Sum(sum) => sum,
        }
    }
}

/// `[a-zA-Z_:][a-zA-Z0-9_:]*`, the grammar of both formats.
pub(crate) fn is_metric_name(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_ascii_digit())
        && !name.is_empty()
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b':')
}

/// `[a-zA-Z_][a-zA-Z0-9_]*`, without the `__` that Prometheus keeps for itself.
pub(crate) fn is_label_name(name: &str) -> bool {
    is_metric_name(name) && !name.contains(':') && !name.starts_with("__")
}

/// A label that the format itself writes for this kind.
pub(crate) fn is_reserved_label(kind: Kind, name: &str) -> bool {
    matches!((kind, name), (Kind::Histogram, "le") | (Kind::Summary, "quantile"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_loses_one_total_and_other_kinds_keep_theirs() {
        assert_eq!(Family::new(Kind::Counter, "x_total", "").name, "x");
        assert_eq!(Family::new(Kind::Counter, "x_total_total".to_owned(), "").name, "x_total");
        assert_eq!(Family::new(Kind::Counter, "x".to_owned(), "").name, "x");
        assert_eq!(Family::new(Kind::Gauge, "x_total", "").name, "x_total");
    }

    #[test]
    fn names_follow_the_grammar_and_reserved_ones_are_no_labels() {
        for good in ["a", "_a1", "A:b"] {
            assert!(is_metric_name(good), "{good}");
        }
        for bad in ["", "1a", "a.b", "a-b", "ä", "a b", "a\n"] {
            assert!(!is_metric_name(bad), "{bad:?}");
        }
        assert!(is_label_name("_a") && !is_label_name("a:b") && !is_label_name("__name__"));
        assert!(is_reserved_label(Kind::Histogram, "le") && !is_reserved_label(Kind::Gauge, "le"));
    }

    #[test]
    fn counts_add_exactly_and_never_wrap() {
        let big = Total::Count((1 << 53) + 1);
        assert_eq!(big.plus(Total::Count(1)), Total::Count((1 << 53) + 2));
        assert_eq!(Total::Count(u64::MAX).plus(Total::Count(1)), Total::Count(u64::MAX));
        assert_eq!(Total::Count(1).plus(Total::Sum(0.5)), Total::Sum(1.5));
    }
}
