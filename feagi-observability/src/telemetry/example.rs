//! From a trace back to the numbers that it is an example of.

use super::family::{Exemplar, Family, Kind, Label, SeriesValue};
use crate::context::{SpanId, TraceId};
use std::fmt::Write;
use std::time::{Duration, SystemTime};

/// A number on the metrics page that has a span of a trace as its example.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct TraceExemplar {
    /// The metric and its labels, as the page writes them: `burst_calls_total{outcome="ok"}`; of a histogram without its suffix and `le`.
    pub series: String,
    /// The span.
    pub span_id: SpanId,
    /// What was observed: 1 for a count of calls, seconds for a duration, else what an event has fed.
    pub value: f64,
    /// When.
    pub at: SystemTime,
}

/// All exemplars of a trace among these, in the order of time.
pub(crate) fn exemplars_of(trace_id: TraceId, families: &[Family]) -> Vec<TraceExemplar> {
    let mut found = Vec::new();
    for family in families {
        for series in &family.series {
            let of_series: Vec<&Exemplar> = match &series.value {
                SeriesValue::Counter { exemplar, .. } => exemplar.iter().collect(),
                SeriesValue::Histogram(histogram) => histogram.exemplars.iter().flatten().collect(),
                _ => continue,
            };
            found.extend(of_series.into_iter().filter(|exemplar| exemplar.trace_id == trace_id).map(
                |exemplar| TraceExemplar {
                    series: name(family, &series.labels),
                    span_id: exemplar.span_id,
                    value: exemplar.value,
                    at: SystemTime::UNIX_EPOCH + Duration::from_nanos(exemplar.timestamp_ns),
                },
            ));
        }
    }
    found.sort_by_key(|exemplar| exemplar.at);
    found
}

fn name(family: &Family, labels: &[Label]) -> String {
    let mut name = family.name.to_string();
    if family.kind == Kind::Counter {
        name.push_str("_total");
    }
    for (number, (key, value)) in labels.iter().enumerate() {
        let _ = write!(name, "{}{key}={value:?}", if number == 0 { "{" } else { "," });
    }
    if !labels.is_empty() {
        name.push('}');
    }
    name
}

#[cfg(test)]
mod tests {
    use super::super::family::Total;
    use super::*;

    #[test]
    fn a_trace_leads_to_its_numbers_and_to_no_others() {
        let exemplar = |low, at| Exemplar {
            trace_id: TraceId { high: 1, low },
            span_id: SpanId(low),
            request_id: None,
            value: 0.5,
            timestamp_ns: at,
        };
        let mut calls = Family::new(Kind::Counter, "burst_calls_total", "");
        let of = |exemplar| SeriesValue::Counter { total: Total::Count(1), exemplar: Some(exemplar) };
        calls.push(vec![("outcome".into(), "ok".into()), ("a".into(), "\"".into())], of(exemplar(2, 9)));
        calls.push(vec![], of(exemplar(3, 1)));
        let found = exemplars_of(TraceId { high: 1, low: 2 }, &[calls]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].series, "burst_calls_total{outcome=\"ok\",a=\"\\\"\"}");
        assert_eq!((found[0].span_id, found[0].value), (SpanId(2), 0.5));
    }
}
