//! A host that has an `OpenTelemetryLayer` of its own keeps it: ours records beside it, and does not take its place.

use feagi_observability::{TelemetryConfig, TracingSubscriber, current_context};
use feagi_observability_tests::captured::Capture;
use opentelemetry::trace::{TraceContextExt, TracerProvider};
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::{info, info_span};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::{prelude::*, registry};

#[test]
fn the_hosts_ids_stay_the_hosts_and_ours_are_recorded() {
    let telemetry = TelemetryConfig {
        opentelemetry_context: true,
        subscriber: TracingSubscriber::Host,
        ..Default::default()
    };
    let capture = Capture::start_with("opentelemetry-beside", "info", telemetry);
    let provider = SdkTracerProvider::builder().build();
    registry()
        .with(tracing_opentelemetry::layer().with_tracer(provider.tracer("host")))
        .with(capture.manager.layer())
        .init();
    let span = info_span!("beside");
    let theirs = span.context().span().span_context().span_id().to_string();
    span.in_scope(|| {
        info!("in it");
        assert_ne!(current_context().unwrap().span_id().to_string(), theirs);
    });
    drop(span);
    let captured = capture.finish();
    assert_eq!(captured.spans_of("beside").len(), 1);
    assert_eq!(captured.line("in it")["span_id"], captured.spans_of("beside")[0]["args"]["span_id"]);
    let warnings: Vec<_> = captured.lines.iter().filter(|line| line["level"] == "WARN").collect();
    assert_eq!(warnings.len(), 1, "{warnings:#?}");
    assert!(warnings[0]["message"].as_str().unwrap().contains("`OpenTelemetryLayer`"), "{warnings:#?}");
}
