//! What metrics look like on the wire.

use super::*;
use crate::context::{SpanId, TraceId};
use crate::telemetry::family::{Exemplar, Family, Histogram, Kind, Label, SeriesValue, Summary, Total};

const PERIOD: Period = Period { start: 1_000, end: 2_000 };

fn exemplar(value: f64) -> Exemplar {
    let trace_id = TraceId { high: 1, low: 2 };
    Exemplar { trace_id, span_id: SpanId(3), request_id: None, value, timestamp_ns: 1_500 }
}

fn exemplar_in_json(value: f64) -> Value {
    json!({
        "timeUnixNano": "1500", "asDouble": value, "spanId": "0000000000000003",
        "traceId": "00000000000000010000000000000002",
    })
}

fn labels() -> Vec<Label> {
    vec![("kind".into(), "a \"b\"".into())]
}

fn in_json(family: &Family) -> Value {
    let metric = Metric { family, series: &family.series, period: PERIOD };
    serde_json::from_slice(&encode(Encoding::Json, &metric)).unwrap()
}

fn of(kind: Kind, value: SeriesValue) -> Family {
    Family::new(kind, "x_seconds", "Help.").with_unit("seconds").with_value(value)
}

#[test]
fn a_counter_is_a_cumulative_monotonic_sum_under_the_name_of_the_page() {
    let mut family = Family::new(Kind::Counter, "jobs_total", "Jobs.");
    family.push(labels(), SeriesValue::Counter { total: Total::Count(7), exemplar: Some(exemplar(1.0)) });
    family.push(vec![], SeriesValue::Counter { total: Total::Sum(0.5), exemplar: None });
    let expected = json!({
        "name": "jobs_total",
        "description": "Jobs.",
        "sum": {
            "dataPoints": [
                {
                    "startTimeUnixNano": "1000", "timeUnixNano": "2000",
                    "attributes": [{"key": "kind", "value": {"stringValue": "a \"b\""}}],
                    "asInt": "7",
                    "exemplars": [exemplar_in_json(1.0)],
                },
                {"startTimeUnixNano": "1000", "timeUnixNano": "2000", "asDouble": 0.5},
            ],
            "aggregationTemporality": 2,
            "isMonotonic": true,
        },
    });
    assert_eq!(in_json(&family), expected);
}

#[test]
fn a_gauge_has_its_value_now_and_no_beginning() {
    for (kind, value) in
        [(Kind::Gauge, SeriesValue::Gauge(-1.5)), (Kind::Unknown, SeriesValue::Unknown(-1.5))]
    {
        let expected = json!({
            "name": "x_seconds", "description": "Help.", "unit": "s",
            "gauge": {"dataPoints": [{"timeUnixNano": "2000", "asDouble": -1.5}]},
        });
        assert_eq!(in_json(&of(kind, value)), expected);
    }
}

fn histogram(bounds: &[f64], sum: f64) -> Family {
    let exemplars = vec![None, Some(exemplar(0.4))];
    let histogram = Histogram { bounds: bounds.to_vec(), counts: vec![1, 2, 0], sum, exemplars };
    of(Kind::Histogram, SeriesValue::Histogram(histogram))
}

#[test]
fn a_histogram_has_explicit_bounds_a_count_of_each_bucket_alone_and_its_exemplars() {
    let expected = json!({
        "name": "x_seconds", "description": "Help.", "unit": "s",
        "histogram": {
            "dataPoints": [{
                "startTimeUnixNano": "1000", "timeUnixNano": "2000", "count": "3", "sum": 1.25,
                "bucketCounts": ["1", "2", "0"], "explicitBounds": [0.25, 0.5],
                "exemplars": [exemplar_in_json(0.4)],
            }],
            "aggregationTemporality": 2,
        },
    });
    assert_eq!(in_json(&histogram(&[0.25, 0.5], 1.25)), expected);
}

#[test]
fn what_may_have_been_negative_has_no_sum() {
    let point = |family: &Family| in_json(family)["histogram"]["dataPoints"][0].clone();
    assert!(point(&histogram(&[-1.0, 0.5], 1.25)).get("sum").is_none());
    assert!(point(&histogram(&[0.0, 0.5], -1.0)).get("sum").is_none());
}

#[test]
fn a_summary_keeps_the_quantiles_that_somebody_else_has_computed() {
    let summary = Summary { quantiles: vec![(0.5, 1.0), (0.99, 2.0)], sum: 3.0, count: 2 };
    let expected = json!({
        "name": "x_seconds", "description": "Help.", "unit": "s",
        "summary": {"dataPoints": [{
            "startTimeUnixNano": "1000", "timeUnixNano": "2000", "count": "2", "sum": 3.0,
            "quantileValues": [{"quantile": 0.5, "value": 1.0}, {"quantile": 0.99, "value": 2.0}],
        }]},
    });
    assert_eq!(in_json(&of(Kind::Summary, SeriesValue::Summary(summary))), expected);
}

#[test]
fn protobuf_says_the_same_by_number() {
    let family = histogram(&[0.25, 0.5], 1.25);
    let bytes =
        encode(Encoding::Protobuf, &Metric { family: &family, series: &family.series, period: PERIOD });
    assert_eq!([1, 2, 3].map(|n| text(contents(&bytes, n)[0])), ["x_seconds", "Help.", "s"]);
    let data = contents(&bytes, 9)[0];
    assert_eq!(integer(data, 2), Some(2), "cumulative");
    let point = contents(data, 1)[0];
    let words = |bytes: &[u8]| -> Vec<u64> {
        bytes.chunks(8).map(|word| u64::from_le_bytes(word.try_into().unwrap())).collect()
    };
    assert_eq!([2, 3, 4].map(|n| integer(point, n)), [Some(1_000), Some(2_000), Some(3)]);
    assert_eq!(integer(point, 5).map(f64::from_bits), Some(1.25));
    assert_eq!(words(contents(point, 6)[0]), [1, 2, 0]);
    assert_eq!(words(contents(point, 7)[0]).into_iter().map(f64::from_bits).collect::<Vec<_>>(), [0.25, 0.5]);
    let exemplar = contents(point, 8)[0];
    assert_eq!((integer(exemplar, 2), integer(exemplar, 3).map(f64::from_bits)), (Some(1_500), Some(0.4)));
    assert_eq!(contents(exemplar, 5)[0], TraceId { high: 1, low: 2 }.to_bytes());

    let family = Family::new(Kind::Counter, "jobs_total", "").with_value(SeriesValue::count(7));
    let bytes =
        encode(Encoding::Protobuf, &Metric { family: &family, series: &family.series, period: PERIOD });
    let sum = contents(&bytes, 7)[0];
    assert_eq!((integer(sum, 2), integer(sum, 3)), (Some(2), Some(1)));
    assert_eq!(integer(contents(sum, 1)[0], 6), Some(7));
}
