//! A function that is called is not missed, whatever of its signals is on.

use feagi_observability::{
    LogOutput, LoggingConfig, ObservabilityConfig, TelemetryConfig, init_observability, observe,
};
use std::time::{Duration, Instant};

#[observe("pulse", metric = false, heartbeat = "40ms", log(on = "never"))]
fn pulse() {}

#[test]
fn a_heartbeat_is_heard_without_metrics() {
    let observability = init_observability(&ObservabilityConfig {
        logging: LoggingConfig { level: "off".to_owned(), output: LogOutput::Stderr, ..Default::default() },
        telemetry: TelemetryConfig { metrics_enabled: false, ..Default::default() },
        ..Default::default()
    })
    .unwrap();
    let status = || {
        let checks = observability.telemetry().get_health().checks;
        checks.into_iter().find(|check| check.name == "pulse").map(|check| check.status)
    };
    let end = Instant::now() + Duration::from_millis(400);
    let (mut healthy, mut looks) = (0, 0);
    while Instant::now() < end {
        pulse();
        looks += 1;
        healthy += usize::from(status().as_deref() == Some("healthy"));
    }
    // A machine that stands still for longer than the heartbeat may miss a beat, but not for good.
    assert!(healthy * 2 > looks, "{healthy} of {looks}");
    let deadline = Instant::now() + Duration::from_secs(60);
    while status().as_deref() != Some("degraded") {
        assert!(Instant::now() < deadline, "silence is never noticed");
        std::thread::yield_now();
    }
}
