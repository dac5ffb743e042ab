//! Where OTLP goes, and how: `OTEL_EXPORTER_OTLP_*`.
//!
//! An endpoint of a signal is taken as it stands; to the one of all signals the signal's path is appended. Everything else is the signal's
//! own before that of all signals, and both stand before what a file says: a variable of all signals overrides what a file says of one.

use super::Environment;
use super::pairs::pairs;
use crate::config::{Compression, ExportConfig, OtlpProtocol, SignalConfig, TelemetryConfig, TlsConfig};
use std::collections::BTreeMap;
use std::path::PathBuf;

const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";

pub(super) fn change(environment: &mut Environment<'_>, config: &mut TelemetryConfig) {
    endpoints(environment, config);
    of_all(environment, config);
    for (signal, own) in signals(&mut config.export) {
        of_one(environment, signal, own);
    }
}

fn signals(export: &mut ExportConfig) -> [(&'static str, &mut SignalConfig); 3] {
    [("TRACES", &mut export.traces), ("LOGS", &mut export.logs), ("METRICS", &mut export.metrics)]
}

fn of_all(environment: &mut Environment<'_>, config: &mut TelemetryConfig) {
    let name = |what: &str| format!("OTEL_EXPORTER_OTLP_{what}");
    if let Some(protocol) = protocol(environment, &name("PROTOCOL")) {
        config.tracing_protocol = Some(protocol);
        signals(&mut config.export).into_iter().for_each(|(_, own)| own.protocol = None);
    }
    for (key, value) in headers(environment, &name("HEADERS")) {
        for own in signals(&mut config.export).into_iter().filter_map(|(_, own)| own.headers.as_mut()) {
            own.insert(key.clone(), value.clone());
        }
        config.headers.insert(key, value);
    }
    if let Some(timeout) = environment.number(&name("TIMEOUT")) {
        config.export.timeout_ms = timeout;
        signals(&mut config.export).into_iter().for_each(|(_, own)| own.timeout_ms = None);
    }
    if let Some(compression) = compression(environment, &name("COMPRESSION")) {
        config.export.compression = compression;
        signals(&mut config.export).into_iter().for_each(|(_, own)| own.compression = None);
    }
    for (what, slot) in FILES {
        if let Some(path) = file(environment, &name(what)) {
            *slot(&mut config.export.tls) = Some(path);
            signals(&mut config.export).into_iter().for_each(|(_, own)| *slot(&mut own.tls) = None);
        }
    }
}

fn of_one(environment: &mut Environment<'_>, signal: &str, own: &mut SignalConfig) {
    let name = |what: &str| format!("OTEL_EXPORTER_OTLP_{signal}_{what}");
    own.protocol = protocol(environment, &name("PROTOCOL")).or(own.protocol);
    let headers = headers(environment, &name("HEADERS"));
    if !headers.is_empty() {
        own.headers.get_or_insert_default().extend(headers);
    }
    own.timeout_ms = environment.number(&name("TIMEOUT")).or(own.timeout_ms);
    own.compression = compression(environment, &name("COMPRESSION")).or(own.compression);
    for (what, slot) in FILES {
        if let Some(path) = file(environment, &name(what)) {
            *slot(&mut own.tls) = Some(path);
        }
    }
}

type Slot = fn(&mut TlsConfig) -> &mut Option<PathBuf>;

const FILES: [(&str, Slot); 3] = [
    ("CERTIFICATE", |tls| &mut tls.ca_file),
    ("CLIENT_CERTIFICATE", |tls| &mut tls.client_certificate_file),
    ("CLIENT_KEY", |tls| &mut tls.client_key_file),
];

/// A file that is there; what is wrong with what it holds is found when observability starts.
fn file(environment: &mut Environment<'_>, name: &str) -> Option<PathBuf> {
    let path = PathBuf::from(environment.text(name)?);
    if !path.is_file() {
        environment.warn(name, "names no file; it is not used");
        return None;
    }
    Some(path)
}

fn protocol(environment: &mut Environment<'_>, name: &str) -> Option<OtlpProtocol> {
    match environment.text(name)?.as_str() {
        "grpc" => Some(OtlpProtocol::Grpc),
        "http/protobuf" => Some(OtlpProtocol::HttpProtobuf),
        "http/json" => Some(OtlpProtocol::HttpJson),
        _ => {
            environment.warn(name, "is none of `grpc`, `http/protobuf` and `http/json`; it is not used");
            None
        }
    }
}

fn compression(environment: &mut Environment<'_>, name: &str) -> Option<Compression> {
    match environment.text(name)?.as_str() {
        "none" => Some(Compression::None),
        "gzip" => Some(Compression::Gzip),
        _ => {
            environment.warn(name, "is neither `gzip` nor `none`; it is not used");
            None
        }
    }
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

fn headers(environment: &mut Environment<'_>, name: &str) -> BTreeMap<String, String> {
    let mut headers = BTreeMap::new();
    for pair in pairs(&environment.text(name).unwrap_or_default()) {
        match pair {
            Ok((key, value)) => drop(headers.insert(key, value)),
            Err(position) => environment.warn(
                name,
                &format!(
                    "has no `key=value` in percent encoding at position {position}; that one is not used"
                ),
            ),
        }
    }
    headers
}
