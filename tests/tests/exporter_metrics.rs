//! What the metrics page says of an exporter: while its collector is silent, while it refuses, and at the end.

use feagi_observability::{
    ExportConfig, LoggingConfig, ObservabilityConfig, ObservabilityManager, OtlpProtocol, TelemetryConfig,
    init_observability, observe,
};
use feagi_observability_tests::captured::sample;
use feagi_observability_tests::exporting::{endpoint, wait_until};
use feagi_observability_tests::receiver::{Act, Receiver};
use std::time::Duration;

#[observe(metric = false, log(on = "never"))]
fn call() {}

fn value(observability: &ObservabilityManager, series: &str) -> Option<f64> {
    sample(&observability.telemetry().export_openmetrics(), series)
}

#[test]
fn the_page_tells_what_waits_what_is_under_way_what_failed_and_who_is_there() {
    let receiver = Receiver::doing([Act::Accept, Act::Busy, Act::Refuse, Act::Hold]);
    let observability = init_observability(&ObservabilityConfig {
        logging: LoggingConfig { level: "off".to_owned(), ..Default::default() },
        telemetry: TelemetryConfig {
            tracing_enabled: true,
            tracing_endpoint: Some(endpoint(receiver.address)),
            tracing_protocol: Some(OtlpProtocol::HttpProtobuf),
            export: ExportConfig { batch_records: 10, queue_records: 500, ..Default::default() },
            ..Default::default()
        },
        ..Default::default()
    })
    .expect("observability starts");
    let page = |series: &str| value(&observability, &format!("{series}{{sink=\"otlp\"}}"));
    let failed = |reason: &str| {
        value(&observability, &format!("obs_export_failures_total{{reason=\"{reason}\",sink=\"otlp\"}}"))
    };

    assert_eq!((page("obs_queue_capacity"), page("obs_inflight")), (Some(500.0), Some(0.0)));
    assert_eq!((page("obs_last_success_timestamp_seconds"), failed("rejected")), (None, None));
    for worker in ["collector", "otlp"] {
        assert_eq!(value(&observability, &format!("obs_worker_alive{{worker=\"{worker}\"}}")), Some(1.0));
    }

    // The first is taken, the second after a retry is refused, the third is held, and the others wait behind it.
    (0..60).for_each(|_| call());
    wait_until("a request that is held", || receiver.got(|got| got.requests == 4));
    wait_until("what waits", || page("obs_queue_len") == Some(40.0));
    assert_eq!((page("obs_inflight"), page("obs_exported_total")), (Some(10.0), Some(10.0)));
    wait_until("all in the queue", || {
        observability.flush(Duration::from_secs(60));
        page("obs_queue_bytes").is_some_and(|bytes| bytes > 30.0 * 50.0)
    });
    assert!(page("obs_last_success_timestamp_seconds").is_some_and(|seconds| seconds > 1.7e9));
    assert_eq!((failed("rejected"), page("obs_retries_total")), (Some(2.0), Some(1.0)));

    let stats = observability.stats();
    let otlp = stats.sinks.iter().find(|sink| sink.name == "otlp").expect("it is there");
    assert_eq!((otlp.in_flight, otlp.queue_capacity, otlp.worker_alive), (10, 500, Some(true)));
    assert_eq!((otlp.failures, otlp.failures_by_reason["rejected"]), (2, 2));
    let stdout = stats.sinks.iter().find(|sink| sink.name == "stdout").expect("it is there");
    assert_eq!((stdout.queue_capacity, stdout.worker_alive), (0, None), "it has no thread of its own");

    let report = observability.shutdown(Duration::from_millis(200));
    assert_eq!((report.exported["otlp"], report.dropped["otlp/shutdown_timeout"]), (10, 40));
    assert_eq!((page("obs_inflight"), page("obs_queue_bytes")), (Some(0.0), Some(0.0)));
    assert_eq!(value(&observability, "obs_worker_alive{worker=\"collector\"}"), Some(0.0));
    drop(receiver);
    wait_until("its end", || value(&observability, "obs_worker_alive{worker=\"otlp\"}") == Some(0.0));
}
