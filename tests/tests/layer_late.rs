//! A global subscriber that was set before: an error where ours is to be the one, a warning and a health check where it may be the host's.

use feagi_observability::{
    ObservabilityConfig, ObservabilityError, ObservabilityLayer, TelemetryConfig, TracingSubscriber,
    init_observability, instrument,
};
use feagi_observability_tests::captured::Capture;
use tracing::info;
use tracing_subscriber::{Registry, prelude::*, registry, reload};

#[instrument]
fn adopted() {
    info!("inside");
}

#[test]
fn what_is_set_already_is_an_error_or_takes_the_layer_later() {
    let (slot, handle) = reload::Layer::new(None::<ObservabilityLayer<Registry>>);
    registry().with(slot).init();
    let refused = init_observability(&ObservabilityConfig::default()).unwrap_err();
    assert!(matches!(refused, ObservabilityError::GlobalAlreadySet { .. }), "{refused}");
    assert!(refused.to_string().contains("telemetry.subscriber"), "it names the remedy: {refused}");

    let telemetry = TelemetryConfig { subscriber: TracingSubscriber::Host, ..Default::default() };
    let capture = Capture::start_with("layer-late", "info", telemetry);
    info!("not heard");
    assert!(!capture.manager.telemetry().get_health().is_healthy());
    handle.reload(Some(capture.manager.layer())).unwrap();
    info!("heard");
    adopted();
    capture.page();
    assert!(capture.manager.telemetry().get_health().is_healthy());

    let captured = capture.finish();
    let warnings: Vec<_> = captured.lines.iter().filter(|line| line["level"] == "WARN").collect();
    assert_eq!(warnings.len(), 1, "once: {warnings:#?}");
    assert_eq!(warnings[0]["target"], "feagi_observability");
    assert!(warnings[0]["message"].as_str().unwrap().contains("`ObservabilityManager::layer()`"));
    assert!(captured.lines_of("not heard").is_empty());
    assert_eq!(captured.lines_of("heard").len(), 1);
    // The subscriber cannot be asked for a layer that `reload` hides; the call is found to be its span's nevertheless.
    let span = &captured.spans_of("adopted")[0]["args"];
    assert_eq!((&span["outcome"], &span["span_id"]), (&"ok".into(), &captured.line("inside")["span_id"]));
}
