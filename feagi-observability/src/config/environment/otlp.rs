//! Where OTLP goes, and how: `OTEL_EXPORTER_OTLP_*`.
//!
//! An endpoint of a signal is taken as it stands; to the one of all signals the signal's path is appended. Protocol, headers, timeout and
//! compression are those of traces, where there are such, and serve all signals.

use super::Environment;
use super::pairs::pairs;
use crate::config::{Compression, OtlpProtocol, TelemetryConfig};

const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";

/// What is not supported, and is better told than passed over.
const UNSUPPORTED: [(&str, &str); 8] = [
    ("OTEL_EXPORTER_OTLP_CERTIFICATE", "is not supported; the roots of Mozilla are used"),
    ("OTEL_EXPORTER_OTLP_CLIENT_KEY", "is not supported; no client certificate is sent"),
    ("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", "is not supported; no client certificate is sent"),
    ("OTEL_EXPORTER_OTLP_LOGS_HEADERS", "is not supported; the headers of all signals are used"),
    ("OTEL_EXPORTER_OTLP_METRICS_HEADERS", "is not supported; the headers of all signals are used"),
    ("OTEL_EXPORTER_OTLP_LOGS_PROTOCOL", "is not supported; the protocol of all signals is used"),
    ("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", "is not supported; the protocol of all signals is used"),
    ("OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE", "is not supported; the roots of Mozilla are used"),
];

pub(super) fn change(environment: &mut Environment<'_>, config: &mut TelemetryConfig) {
    protocol(environment, config);
    endpoints(environment, config);
    headers(environment, config);
    let timeout = either(environment, "TIMEOUT", |environment, name| environment.number(name));
    config.export.timeout_ms = timeout.unwrap_or(config.export.timeout_ms);
    if let Some((name, text)) = named(environment, "COMPRESSION") {
        match text.as_str() {
            "none" => config.export.compression = Compression::None,
            "gzip" => config.export.compression = Compression::Gzip,
            _ => environment.warn(&name, "is neither `gzip` nor `none`; it is not used"),
        }
    }
    for (name, what) in UNSUPPORTED {
        if environment.text(name).is_some() {
            environment.warn(name, what);
        }
    }
}

/// The variable of traces, else that of all signals.
fn either<T>(
    environment: &mut Environment<'_>,
    what: &str,
    read: impl Fn(&mut Environment<'_>, &str) -> Option<T>,
) -> Option<T> {
    read(environment, &format!("OTEL_EXPORTER_OTLP_TRACES_{what}"))
        .or_else(|| read(environment, &format!("OTEL_EXPORTER_OTLP_{what}")))
}

/// The same with the name of the one that is set.
fn named(environment: &mut Environment<'_>, what: &str) -> Option<(String, String)> {
    either(environment, what, |environment, name| Some((name.to_owned(), environment.text(name)?)))
}

fn protocol(environment: &mut Environment<'_>, config: &mut TelemetryConfig) {
    let Some((name, text)) = named(environment, "PROTOCOL") else { return };
    config.tracing_protocol = match text.as_str() {
        "grpc" => Some(OtlpProtocol::Grpc),
        "http/protobuf" => Some(OtlpProtocol::HttpProtobuf),
        "http/json" => Some(OtlpProtocol::HttpJson),
        _ => {
            environment.warn(&name, "is none of `grpc`, `http/protobuf` and `http/json`; it is not used");
            return;
        }
    };
}

/// A collector in the environment is one to send spans to: tracing is then on. Logs and metrics are another matter.
fn endpoints(environment: &mut Environment<'_>, config: &mut TelemetryConfig) {
    if let Some(base) = address(environment, ENDPOINT) {
        let base = base.trim_end_matches('/');
        config.tracing_endpoint = Some(format!("{base}/v1/traces"));
        config.otlp_logs_endpoint = Some(format!("{base}/v1/logs"));
        config.otlp_metrics_endpoint = Some(format!("{base}/v1/metrics"));
        config.tracing_enabled = true;
    }
    if let Some(traces) = address(environment, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") {
        config.tracing_endpoint = Some(whole(traces));
        config.tracing_enabled = true;
    }
    if let Some(logs) = address(environment, "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT") {
        config.otlp_logs_endpoint = Some(whole(logs));
    }
    if let Some(metrics) = address(environment, "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT") {
        config.otlp_metrics_endpoint = Some(whole(metrics));
    }
}

/// Specified so: an address without a path has the path `/`.
fn whole(address: String) -> String {
    let rest = address.split_once("://").map_or("", |(_, rest)| rest);
    if rest.contains(['/', '?']) { address } else { format!("{address}/") }
}

/// The value, if it can be an http or https address; what is wrong in detail is found when observability starts.
pub(super) fn address(environment: &mut Environment<'_>, name: &str) -> Option<String> {
    let text = environment.text(name)?;
    let host = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://")).unwrap_or_default();
    if host.starts_with(['/', '?', '#', ':']) || host.is_empty() || text.contains(char::is_whitespace) {
        environment
            .warn(name, "is not an http or https address, such as `http://127.0.0.1:4318`; it is not used");
        return None;
    }
    Some(text)
}

fn headers(environment: &mut Environment<'_>, config: &mut TelemetryConfig) {
    let Some((name, text)) = named(environment, "HEADERS") else { return };
    for pair in pairs(&text) {
        match pair {
            Ok((key, value)) => {
                config.headers.insert(key, value);
            }
            Err(position) => environment.warn(
                &name,
                &format!(
                    "has no `key=value` in percent encoding at position {position}; that one is not used"
                ),
            ),
        }
    }
}
