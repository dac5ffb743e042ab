//! What the environment says of telemetry: over a file, under what code says, and heard where it cannot be used.

use feagi_observability::{
    LogFormat, LogOutput, ObservabilityConfig, OtlpProtocol, TelemetryConfig, init_observability,
};
use serde_json::Value;
use std::fs;
use std::time::Duration;

fn set(name: &str, value: &str) {
    // SAFETY: this program reads and writes its environment through the standard library alone, which locks it.
    unsafe { std::env::set_var(name, value) };
}

#[test]
fn the_environment_stands_over_the_file_and_what_is_wrong_in_it_is_a_line_without_its_value() {
    let folder = std::env::temp_dir().join(format!("feagi-observability-environment-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join("config.toml");
    let text = "[telemetry]\nservice_name = \"of the file\"\ntracing_endpoint = \"http://127.0.0.1:1/of-the-file\"\n\
                tracing_protocol = \"http/json\"\n[telemetry.export]\ncompression = \"gzip\"\ntimeout_ms = 700\n";
    fs::write(&file, text).unwrap();
    set("OTEL_SERVICE_NAME", "of the environment");
    set("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://127.0.0.1:1/own");
    set("OTEL_EXPORTER_OTLP_HEADERS", "api-key=hush%20hush,hush");
    set("OTEL_BSP_SCHEDULE_DELAY", "soon, says hush");

    let mut config = ObservabilityConfig::load(&file).unwrap();
    let TelemetryConfig { service_name, tracing_endpoint, tracing_protocol, export, headers, .. } =
        &config.telemetry;
    assert_eq!(service_name, "of the environment");
    assert_eq!(tracing_endpoint.as_deref(), Some("http://127.0.0.1:1/own"));
    assert!(config.telemetry.tracing_enabled);
    assert_eq!(
        (*tracing_protocol, export.timeout_ms, export.batch_age_ms),
        (Some(OtlpProtocol::HttpJson), 700, 1000)
    );
    assert_eq!(headers["api-key"], "hush hush");
    assert!(!format!("{config:?}").contains("hush"), "{config:?}");
    assert_eq!(ObservabilityConfig::from_env().telemetry.service_name, "of the environment");

    let log = folder.join("log.jsonl");
    config.telemetry.tracing_enabled = false;
    config.logging.format = LogFormat::Json;
    config.logging.output = LogOutput::File(log.to_string_lossy().into_owned());
    let observability = init_observability(&config).unwrap();
    assert!(observability.shutdown(Duration::from_secs(60)).dropped.is_empty());
    let log = fs::read_to_string(log).unwrap();
    let warnings: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let said: Vec<_> =
        warnings.iter().map(|line| (line["level"].as_str(), line["message"].as_str())).collect();
    let expected = [
        "`OTEL_EXPORTER_OTLP_HEADERS` has no `key=value` in percent encoding at position 2; that one is not used",
        "`OTEL_BSP_SCHEDULE_DELAY` is not a whole number from 1; it is not used",
    ];
    // Once each, though the environment was read twice.
    assert_eq!(said, expected.map(|text| (Some("WARN"), Some(text))));
    assert!(!log.contains("hush"), "{log}");
    fs::remove_dir_all(folder).unwrap();
}
