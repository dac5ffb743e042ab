//! The same as under our own subscriber, with our layer in a host's.

mod opentelemetry_support;

use feagi_observability::{TelemetryConfig, TracingSubscriber};
use feagi_observability_tests::buffer::Buffer;
use feagi_observability_tests::captured::Capture;
use tracing_subscriber::{fmt, prelude::*, registry};

#[test]
fn what_opentelemetry_says_and_what_is_exported_are_one() {
    let telemetry = TelemetryConfig {
        opentelemetry_context: true,
        subscriber: TracingSubscriber::Host,
        ..Default::default()
    };
    let capture = Capture::start_with("opentelemetry-layer", "info", telemetry);
    let host = Buffer::default();
    registry()
        .with(fmt::layer().with_ansi(false).with_writer(host.clone()))
        .with(capture.manager.layer())
        .init();
    opentelemetry_support::run();
    opentelemetry_support::check(&capture.finish());
    assert_eq!(host.count("in the adopted span"), 1, "{}", host.text());
}
