//! What others understand: OpenTelemetry's own types read both encodings, and find the same in them.

use super::*;
use crate::context::{SpanId, TraceId};
use crate::export::delivery::Batch;
use crate::instrument::Outcome;
use crate::telemetry::family::{Exemplar, Family, Histogram, Kind, SeriesValue, Summary, Total};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::number_data_point::Value as Number;
use serde::de::DeserializeOwned;
use std::fmt::Debug;

/// A whole request of these contents in both encodings, as the reference reads it.
fn read<R>(signal: Signal, contents: &[impl Content]) -> R
where
    R: prost::Message + DeserializeOwned + Default + PartialEq + Debug,
{
    let config = crate::config::TelemetryConfig::default();
    let resource = crate::export::resource::Resource::new(&config);
    let request = |encoding: Encoding| {
        let mut batch = Batch::default();
        contents.iter().for_each(|content| batch.push(&encode(encoding, content), 1));
        encoding.request(signal, &encode(encoding, &resource), &batch.all())
    };
    let protobuf = R::decode(request(Encoding::Protobuf).as_slice()).unwrap();
    let json: R = serde_json::from_slice(&request(Encoding::Json)).unwrap();
    assert_eq!(protobuf, json);
    protobuf
}

fn call() -> Sample {
    let mut sample = Sample::new(EntryKind::Call)
        .field("n", &-3i8)
        .field("n", &7u64)
        .field("big", &u64::MAX)
        .field("ratio", &0.5f64)
        .field("fits", &true)
        .field("who", "ada\"\\\n\u{0}\u{202e}🧠")
        .error("disk full")
        .link("4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7");
    sample.outcome = Outcome::Error;
    sample
}

#[test]
fn spans() {
    let (call, event) = (call(), Sample::new(EntryKind::Event));
    let (mut call, event) = (call.entry(), event.entry());
    (call.truncated, call.over_budget, call.inferred) = (true, true, true);
    let request: ExportTraceServiceRequest = read(Signal::Traces, &[Span(&call), Span(&event)]);
    let resource = request.resource_spans[0].resource.clone().unwrap();
    let service_name = resource.attributes.iter().find(|pair| pair.key == "service.name").unwrap();
    let service_name = service_name.value.clone().and_then(|value| value.value);
    assert_eq!(service_name, Some(Any::StringValue("feagi".to_owned())));
    let spans = &request.resource_spans[0].scope_spans[0].spans;
    assert_eq!(spans.len(), 2);
    assert_eq!(spans[0].trace_id, call.trace_id.to_bytes());
    assert_eq!((spans[0].start_time_unix_nano, spans[0].end_time_unix_nano), (call.start, call.end()));
    assert_eq!((spans[0].links.len(), spans[0].dropped_attributes_count), (1, 1));
    assert_eq!(
        spans[0].status.as_ref().map(|status| (&*status.message, status.code)),
        Some(("disk full", 2))
    );
    let attribute = |key: &str| {
        let pair = spans[0].attributes.iter().find(|pair| pair.key == key).unwrap();
        pair.value.clone().and_then(|value| value.value).unwrap()
    };
    assert_eq!(attribute("n#2"), Any::IntValue(7));
    assert_eq!(attribute("who"), Any::StringValue("ada\"\\\n\u{0}\u{202e}🧠".to_owned()));
    assert_eq!(attribute("over_budget"), Any::BoolValue(true));
    assert_eq!(attribute("obs.context"), Any::StringValue("inferred".to_owned()));
    assert!(spans[1].attributes.iter().all(|pair| pair.key != "obs.context"));
    assert!(spans[1].status.is_none() && spans[1].links.is_empty());
}

#[test]
fn log_records() {
    let (call, line) = (call(), Sample::new(EntryKind::Log).field("n", &1.5f32));
    let (call, line) = (call.entry(), line.entry());
    let records = [&call, &line].map(|entry| LogRecord { entry, observed: 7 });
    let request: ExportLogsServiceRequest = read(Signal::Logs, &records);
    let records = &request.resource_logs[0].scope_logs[0].log_records;
    assert_eq!(records.len(), 2);
    assert_eq!((records[1].time_unix_nano, records[1].observed_time_unix_nano), (line.end(), 7));
    assert_eq!((records[1].severity_number, &*records[1].severity_text, records[1].flags), (9, "INFO", 1));
    assert_eq!(records[1].span_id, line.span_id.to_bytes());
    let body = records[0].body.clone().and_then(|body| body.value);
    assert_eq!(body, Some(Any::StringValue("engine::step".to_owned())));
}

#[test]
fn metrics() {
    let exemplar = || Exemplar {
        request_id: None,
        trace_id: TraceId { high: 1, low: 2 },
        span_id: SpanId(3),
        value: 0.4,
        timestamp_ns: 1_500,
    };
    let labels = || vec![("kind".into(), "a \"b\"".into())];
    let mut counter = Family::new(Kind::Counter, "jobs_total", "Jobs.");
    counter.push(
        labels(),
        SeriesValue::Counter { total: Total::Count(u64::MAX >> 1), exemplar: Some(exemplar()) },
    );
    counter.push(vec![], SeriesValue::Counter { total: Total::Count(u64::MAX), exemplar: None });
    let mut histogram = Family::new(Kind::Histogram, "wait_seconds", "").with_unit("seconds");
    let value = Histogram {
        bounds: vec![0.25, 0.5],
        counts: vec![1, 2, u64::MAX >> 1],
        sum: 1.25,
        exemplars: vec![None, Some(exemplar()), Some(exemplar())],
    };
    histogram.push(labels(), SeriesValue::Histogram(value));
    let mut summary = Family::new(Kind::Summary, "others_seconds", "");
    let value = Summary { quantiles: vec![(0.5, 1.0)], sum: 3.0, count: 2 };
    summary.push(labels(), SeriesValue::Summary(value));
    let gauge = Family::new(Kind::Gauge, "fill", "").with_value(SeriesValue::Gauge(-0.5));
    let families = [&counter, &histogram, &summary, &gauge];
    let period = Period { start: 1_000, end: 2_000 };
    let metrics = families.map(|family| Metric { family, series: &family.series, period });
    let request: ExportMetricsServiceRequest = read(Signal::Metrics, &metrics);
    let metrics = &request.resource_metrics[0].scope_metrics[0].metrics;

    let Some(Data::Sum(sum)) = &metrics[0].data else { panic!("{metrics:#?}") };
    assert!(sum.is_monotonic && sum.aggregation_temporality == 2);
    assert_eq!(sum.data_points[0].value, Some(Number::AsInt(i64::MAX)));
    assert_eq!(sum.data_points[1].value, Some(Number::AsDouble(u64::MAX as f64)), "it does not fit");
    assert_eq!(sum.data_points[0].exemplars[0].trace_id, exemplar().trace_id.to_bytes());
    let Some(Data::Histogram(histogram)) = &metrics[1].data else { panic!("{metrics:#?}") };
    let point = &histogram.data_points[0];
    assert_eq!((point.count, point.sum, point.exemplars.len()), (3 + (u64::MAX >> 1), Some(1.25), 2));
    assert_eq!((point.start_time_unix_nano, point.time_unix_nano), (1_000, 2_000));
    assert_eq!(point.attributes.len(), 1);
    let Some(Data::Summary(summary)) = &metrics[2].data else { panic!("{metrics:#?}") };
    assert_eq!(summary.data_points[0].quantile_values[0].value, 1.0);
    let Some(Data::Gauge(gauge)) = &metrics[3].data else { panic!("{metrics:#?}") };
    assert_eq!(gauge.data_points[0].value, Some(Number::AsDouble(-0.5)));
}
