//! Which signals are sent at all: `OTEL_TRACES_EXPORTER`, `OTEL_LOGS_EXPORTER`, `OTEL_METRICS_EXPORTER`.

use super::Environment;
use super::otlp::address;
use crate::config::{OtlpProtocol, SignalConfig, TelemetryConfig};

pub(super) fn change(environment: &mut Environment<'_>, config: &mut TelemetryConfig) {
    let zipkin = address(environment, "OTEL_EXPORTER_ZIPKIN_ENDPOINT");
    traces(environment, config, zipkin);
    let timeout = environment.number("OTEL_EXPORTER_ZIPKIN_TIMEOUT");
    config.export.zipkin_timeout_ms = timeout.or(config.export.zipkin_timeout_ms);
    if let Some(names) = names(environment, "OTEL_LOGS_EXPORTER", &["otlp", "none"]) {
        config.otlp_logs = names.iter().any(|name| name == "otlp");
    }
    if let Some(names) = names(environment, "OTEL_METRICS_EXPORTER", &["otlp", "prometheus", "none"]) {
        config.otlp_metrics = names.iter().any(|name| name == "otlp");
        // The page stays as it is, whoever else gets the figures.
        config.metrics_enabled |= config.otlp_metrics;
    }
    if (config.otlp_logs || config.otlp_metrics) && config.tracing_endpoint.is_none() {
        let logs = default_endpoint(config, &config.export.logs);
        let metrics = default_endpoint(config, &config.export.metrics);
        config.otlp_logs_endpoint.get_or_insert_with(|| format!("{logs}/v1/logs"));
        config.otlp_metrics_endpoint.get_or_insert_with(|| format!("{metrics}/v1/metrics"));
    }
}

fn traces(environment: &mut Environment<'_>, config: &mut TelemetryConfig, zipkin: Option<String>) {
    let names = names(environment, "OTEL_TRACES_EXPORTER", &["otlp", "zipkin", "none"]);
    let Some(names) = names else {
        // Said where, but not whether.
        if zipkin.is_some() {
            config.zipkin_endpoint = zipkin;
            config.tracing_enabled = true;
        }
        return;
    };
    let has = |wanted: &str| names.iter().any(|name| name == wanted);
    if has("otlp") {
        let default = default_endpoint(config, &config.export.traces);
        config.tracing_endpoint.get_or_insert_with(|| format!("{default}/v1/traces"));
    } else {
        config.tracing_endpoint = None;
    }
    if has("zipkin") {
        let endpoint = zipkin.or(config.zipkin_endpoint.take());
        config.zipkin_endpoint =
            Some(endpoint.unwrap_or_else(|| "http://localhost:9411/api/v2/spans".to_owned()));
    } else {
        config.zipkin_endpoint = None;
    }
    config.tracing_enabled = has("otlp") || has("zipkin");
}

/// The specification's, by protocol.
fn default_endpoint(config: &TelemetryConfig, own: &SignalConfig) -> &'static str {
    match own.protocol.or(config.tracing_protocol) {
        Some(OtlpProtocol::Grpc) => "http://localhost:4317",
        _ => "http://localhost:4318",
    }
}

/// Those of the list that are known; `None` if the variable is not set, or nothing in it is known.
fn names(environment: &mut Environment<'_>, variable: &str, known: &[&str]) -> Option<Vec<String>> {
    let text = environment.text(variable)?;
    let names = text.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
    let (names, unknown): (Vec<_>, Vec<_>) = names.partition(|name| known.contains(&name.as_str()));
    if !unknown.is_empty() {
        let known = known.join("`, `");
        environment
            .warn(variable, &format!("names an exporter that is none of `{known}`; that one is not used"));
    }
    (!names.is_empty()).then_some(names)
}

/// What the SDK would do is not done: no spans, no metrics, nothing sent. Log lines and health are none of its.
pub(super) fn turn_off(config: &mut TelemetryConfig) {
    config.tracing_enabled = false;
    config.metrics_enabled = false;
    config.otlp_logs = false;
    config.otlp_metrics = false;
}
