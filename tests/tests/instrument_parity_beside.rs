//! The same while our runtime runs beside the host's subscriber: calls are seen, and the spans stay the host's.

mod parity;

use feagi_observability::{
    LogOutput, LoggingConfig, ObservabilityConfig, TelemetryConfig, init_observability,
};
use std::time::Duration;

#[test]
fn a_subscriber_hears_the_same_of_both_and_our_runtime_takes_no_span_from_it() {
    let file = std::env::temp_dir().join(format!("feagi-observability-parity-{}.log", std::process::id()));
    let output = LogOutput::File(file.to_string_lossy().into_owned());
    let observability = init_observability(&ObservabilityConfig {
        logging: LoggingConfig { level: "trace".to_owned(), output, ..Default::default() },
        telemetry: TelemetryConfig { tracing_enabled: true, ..Default::default() },
        ..Default::default()
    });
    let observability = observability.unwrap();
    parity::compare();
    let stats = observability.stats();
    assert_eq!(stats.spans.emitted, 0);
    assert!(stats.lines.emitted > 0);
    observability.shutdown(Duration::from_secs(10));
    std::fs::remove_file(file).unwrap();
}
