//! Whole requests, as a collector gets them from each output.

use super::*;
use crate::collect::{DropReason, Sink, SinkCounters};
use crate::config::{Compression, ExportConfig, OtlpProtocol, TelemetryConfig};
use crate::export::delivery::scripted::{Collector, OK, Request};
use crate::telemetry::MetricsRegistry;
use std::sync::Arc;
use std::time::{Duration, Instant};

const LONG: Duration = Duration::from_secs(60);

fn config(collector: &Collector, protocol: OtlpProtocol) -> TelemetryConfig {
    TelemetryConfig {
        tracing_endpoint: Some(collector.endpoint.clone()),
        tracing_protocol: Some(protocol),
        service_name: "whole".to_owned(),
        headers: [("X-Key".to_owned(), "k1".to_owned())].into(),
        export: ExportConfig { compression: Compression::Gzip, ..Default::default() },
        ..Default::default()
    }
}

/// The one request that `records` entries of a kind make.
fn sent(signal: Signal, protocol: OtlpProtocol, kind: EntryKind, records: u64) -> Request {
    let collector = Collector::answering(&[OK]);
    let mut sink = OtlpSink::start(&config(&collector, protocol), signal).unwrap();
    let mut sample = Sample::new(kind);
    for _ in 0..records {
        sample.span_id.0 += 1;
        sink.write(&sample.entry());
    }
    sink.close(Instant::now() + LONG);
    assert_eq!((sink.counters().accepted(), sink.counters().exported()), (records, records));
    collector.finish().pop().unwrap()
}

fn in_json(request: &Request) -> Value {
    serde_json::from_slice(&request.content()).unwrap()
}

fn service_name(resource: &Value) -> Option<&str> {
    let attributes = resource["attributes"].as_array()?;
    attributes.iter().find(|pair| pair["key"] == "service.name")?["value"]["stringValue"].as_str()
}

#[test]
fn spans_and_lines_go_to_their_own_path_in_their_own_frame() {
    let cases = [
        (Signal::Traces, EntryKind::Call, "/v1/traces", ["resourceSpans", "scopeSpans", "spans"]),
        (Signal::Logs, EntryKind::Log, "/v1/logs", ["resourceLogs", "scopeLogs", "logRecords"]),
    ];
    for (signal, kind, path, [resources, scopes, records]) in cases {
        let request = sent(signal, OtlpProtocol::HttpJson, kind, 3);
        assert!(request.head.starts_with(&format!("post {path} http/1.1\r\n")), "{}", request.head);
        assert_eq!(request.header("content-type"), Some("application/json"));
        assert_eq!(request.header("content-encoding"), Some("gzip"));
        assert_eq!(request.header("x-key"), Some("k1"));
        let json = in_json(&request);
        assert_eq!(service_name(&json[resources][0]["resource"]), Some("whole"));
        let scope = &json[resources][0][scopes][0];
        assert_eq!(scope["scope"]["name"], "feagi-observability");
        let ids: Vec<_> = scope[records].as_array().unwrap().iter().map(|record| &record["spanId"]).collect();
        assert_eq!(ids, ["b7ad6b7169203332", "b7ad6b7169203333", "b7ad6b7169203334"]);
    }
}

#[test]
fn protobuf_nests_the_same() {
    let request = sent(Signal::Traces, OtlpProtocol::HttpProtobuf, EntryKind::Call, 2);
    assert_eq!(request.header("content-type"), Some("application/x-protobuf"));
    let content = request.content();
    let of_resource = contents(&content, 1)[0];
    let resource = attributes(contents(of_resource, 1)[0], 1);
    assert!(resource.contains(&("service.name".to_owned(), Any::Text("whole".to_owned()))), "{resource:?}");
    let of_scope = contents(of_resource, 2)[0];
    assert_eq!(text(contents(contents(of_scope, 1)[0], 1)[0]), "feagi-observability");
    let ids: Vec<_> = contents(of_scope, 2).into_iter().map(|span| contents(span, 2)[0].to_vec()).collect();
    assert_eq!(ids, [0xb7ad_6b71_6920_3332_u64, 0xb7ad_6b71_6920_3333].map(|id| id.to_be_bytes()));
}

#[test]
fn logs_and_unsampled_records_are_no_spans() {
    let collector = Collector::start();
    let mut sink = OtlpSink::start(&config(&collector, OtlpProtocol::HttpJson), Signal::Traces).unwrap();
    let mut unsampled = Sample::new(EntryKind::Call);
    unsampled.sampled = false;
    sink.write(&unsampled.entry());
    sink.write(&Sample::new(EntryKind::Log).entry());
    assert_eq!((sink.counters().accepted(), sink.gathered()), (0, 0));
    sink.write(&Sample::new(EntryKind::Event).entry());
    assert_eq!((sink.counters().accepted(), sink.gathered()), (1, 1));
    sink.close(Instant::now());
    assert_eq!(sink.counters().dropped(DropReason::ShutdownTimeout), 1);
}

fn export(config: &TelemetryConfig) -> Arc<SinkCounters> {
    let prepared = PreparedMetrics::new(config).ok().unwrap();
    let (name, counters) = prepared.counters();
    assert_eq!(name, "otlp_metrics");
    let registry = MetricsRegistry::default();
    registry.add_source(Box::new(|| {
        use crate::telemetry::family::{Family, Kind, SeriesValue};
        let mut family = Family::new(Kind::Gauge, "whole_many", "");
        for n in 0..250 {
            family.push(vec![("n".into(), n.to_string().into())], SeriesValue::Gauge(f64::from(n)));
        }
        vec![family]
    }));
    let export = prepared.start(Arc::new(registry)).ok().unwrap();
    export.closing(Instant::now() + LONG);
    export.close(Instant::now() + LONG);
    counters
}

#[test]
fn metrics_are_what_the_page_shows_and_are_counted_by_points() {
    let collector = Collector::answering(&[OK]);
    let counters = export(&config(&collector, OtlpProtocol::HttpJson));
    let request = collector.finish().pop().unwrap();
    assert!(request.head.starts_with("post /v1/metrics http/1.1\r\n"), "{}", request.head);
    let json = in_json(&request);
    assert_eq!(service_name(&json["resourceMetrics"][0]["resource"]), Some("whole"));
    let metrics = json["resourceMetrics"][0]["scopeMetrics"][0]["metrics"].as_array().unwrap().clone();
    let points = |metric: &Value| {
        let data =
            ["gauge", "sum", "histogram", "summary"].iter().find_map(|kind| metric.get(*kind)).unwrap();
        data["dataPoints"].as_array().unwrap().len()
    };
    assert_eq!(counters.exported(), metrics.iter().map(points).sum::<usize>() as u64);
    assert_eq!((counters.accepted(), counters.queued()), (counters.exported(), 0));
    // In portions, so that they can be divided.
    let many: Vec<_> = metrics.iter().filter(|metric| metric["name"] == "whole_many").map(points).collect();
    assert_eq!(many, [100, 100, 50]);
    assert!(
        metrics.iter().any(|metric| metric["name"].as_str().unwrap().starts_with("process_")),
        "{metrics:#?}"
    );
}

#[test]
fn points_that_the_collector_rejects_are_counted() {
    let body = r#"{"partialSuccess":{"rejectedDataPoints":"3"}}"#;
    let answer =
        format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    let collector = Collector::answering(&[answer]);
    let counters = export(&config(&collector, OtlpProtocol::HttpJson));
    assert_eq!(counters.dropped(DropReason::Rejected), 3);
    assert_eq!(counters.accepted(), counters.exported() + 3);
    collector.finish();
}
