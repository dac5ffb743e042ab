//! Foreign spans under our own subscriber are spans of OpenTelemetry's API: with our ids, and with what is set through it.

mod opentelemetry_support;

use feagi_observability::TelemetryConfig;
use feagi_observability_tests::captured::Capture;

#[test]
fn what_opentelemetry_says_and_what_is_exported_are_one() {
    let telemetry = TelemetryConfig { opentelemetry_context: true, ..Default::default() };
    let capture = Capture::start_with("opentelemetry-own", "info", telemetry);
    opentelemetry_support::run();
    opentelemetry_support::check(&capture.finish());
}
