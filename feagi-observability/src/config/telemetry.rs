//! Metrics, traces and health.

use super::export::{ExportConfig, OtlpProtocol};
use super::subscriber::TracingSubscriber;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// Metrics, traces and health.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TelemetryConfig {
    /// Count and time calls. Default true.
    pub metrics_enabled: bool,
    /// Make spans, and send them to `tracing_endpoint` and `zipkin_endpoint` where there is one. Default false.
    pub tracing_enabled: bool,
    /// An OTLP collector such as `http://127.0.0.1:4318`. Over HTTP `/v1/traces` is appended to an address without a path, and any path, `/`
    /// included, is taken as it stands; over gRPC a path means nothing.
    pub tracing_endpoint: Option<String>,
    /// Where `listen` serves metrics. Default `/metrics`.
    pub metrics_path: String,
    /// Where `listen` serves health. Default `/health`.
    pub health_check_path: String,
    /// Seconds between two looks at the process. Default 5. Without effect so far: each page is made of fresh figures.
    pub system_metrics_interval: u64,
    /// Which share of the traces that begin here is kept, from 0.0 to 1.0; a trace that has begun elsewhere is kept if it is there. Calls
    /// that fail, panic or are over their budget keep their span in any case. Default 1.0. Metrics and lines are of all calls.
    pub sample_ratio: f64,
    /// Spans a second that each site may leave; those beyond are counted in [`Stats`](crate::Stats). Default 0: no limit.
    pub spans_per_second: u32,
    /// Traces a second that callers may have kept here although `sample_ratio` would not keep them. Default 100.
    pub remote_traces_per_second: u32,
    /// `service.name` of everything that leaves the process. Default `feagi`.
    pub service_name: String,
    /// `service.version` of the same. Default none.
    pub service_version: Option<String>,
    /// More resource attributes; they win over ours of the same name.
    pub resource: BTreeMap<String, String>,
    /// Headers of each OTLP request, such as an API key. Never shown.
    pub headers: BTreeMap<String, String>,
    /// The protocol of OTLP, of all signals that have none of their own in `export`. Default none: gRPC for port 4317, else protobuf over
    /// HTTP.
    pub tracing_protocol: Option<OtlpProtocol>,
    /// Send log lines over OTLP, too. Default false.
    pub otlp_logs: bool,
    /// Where to. Default none: beside `tracing_endpoint`, at `/v1/logs`.
    pub otlp_logs_endpoint: Option<String>,
    /// Send all metrics over OTLP, cumulative, every `export.metrics_interval_ms`. Default false.
    pub otlp_metrics: bool,
    /// Where to. Default none: beside `tracing_endpoint`, at `/v1/metrics`.
    pub otlp_metrics_endpoint: Option<String>,
    /// A Zipkin server such as `http://127.0.0.1:9411`, which gets the spans, too, as v2 JSON; `/api/v2/spans` is appended to an address
    /// without a path. Default none; needs the feature `zipkin`.
    pub zipkin_endpoint: Option<String>,
    /// How records are sent to collectors.
    pub export: ExportConfig,
    /// Whose the process's global `tracing` subscriber is. Default `own`: ours.
    pub subscriber: TracingSubscriber,
    /// Make other crates' spans known to OpenTelemetry's API, with our ids: `Context::current()`, and what `OpenTelemetrySpanExt` of
    /// `tracing-opentelemetry` sets and returns. Default false; needs the feature `tracing-opentelemetry`.
    pub opentelemetry_context: bool,
    /// A loopback address such as `127.0.0.1:9464` to serve metrics and health on. Default none: no server.
    pub listen: Option<String>,
}

impl Default for TelemetryConfig {
    fn default() -> Self {
        TelemetryConfig {
            metrics_enabled: true,
            tracing_enabled: false,
            tracing_endpoint: None,
            metrics_path: "/metrics".to_owned(),
            health_check_path: "/health".to_owned(),
            system_metrics_interval: 5,
            sample_ratio: 1.0,
            spans_per_second: 0,
            remote_traces_per_second: 100,
            service_name: "feagi".to_owned(),
            service_version: None,
            resource: BTreeMap::new(),
            headers: BTreeMap::new(),
            tracing_protocol: None,
            otlp_logs: false,
            otlp_logs_endpoint: None,
            otlp_metrics: false,
            otlp_metrics_endpoint: None,
            zipkin_endpoint: None,
            export: ExportConfig::default(),
            subscriber: TracingSubscriber::default(),
            opentelemetry_context: false,
            listen: None,
        }
    }
}

/// Headers hold keys, and an endpoint may hold a password: neither is shown.
impl fmt::Debug for TelemetryConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<&String> = self.headers.keys().collect();
        f.debug_struct("TelemetryConfig")
            .field("metrics_enabled", &self.metrics_enabled)
            .field("tracing_enabled", &self.tracing_enabled)
            .field("tracing_endpoint", &shown(&self.tracing_endpoint))
            .field("metrics_path", &self.metrics_path)
            .field("health_check_path", &self.health_check_path)
            .field("system_metrics_interval", &self.system_metrics_interval)
            .field("sample_ratio", &self.sample_ratio)
            .field("spans_per_second", &self.spans_per_second)
            .field("remote_traces_per_second", &self.remote_traces_per_second)
            .field("service_name", &self.service_name)
            .field("service_version", &self.service_version)
            .field("resource", &self.resource)
            .field("headers", &headers)
            .field("tracing_protocol", &self.tracing_protocol)
            .field("otlp_logs", &self.otlp_logs)
            .field("otlp_logs_endpoint", &shown(&self.otlp_logs_endpoint))
            .field("otlp_metrics", &self.otlp_metrics)
            .field("otlp_metrics_endpoint", &shown(&self.otlp_metrics_endpoint))
            .field("zipkin_endpoint", &shown(&self.zipkin_endpoint))
            .field("export", &self.export)
            .field("subscriber", &self.subscriber)
            .field("opentelemetry_context", &self.opentelemetry_context)
            .field("listen", &self.listen)
            .finish()
    }
}

fn shown(endpoint: &Option<String>) -> Option<String> {
    endpoint.as_deref().map(without_secrets)
}

/// `scheme://user:password@host/path?key=…` without what stands before the `@` and behind the `?`.
fn without_secrets(url: &str) -> String {
    let (url, query) = url.split_once('?').map_or((url, ""), |(url, _)| (url, "?…"));
    let (scheme, rest) =
        url.split_once("://").map_or(("", url), |(scheme, rest)| (&url[..scheme.len() + 3], rest));
    let authority = rest.find('/').unwrap_or(rest.len());
    match rest[..authority].rfind('@') {
        Some(at) => format!("{scheme}…@{}{query}", &rest[at + 1..]),
        None => format!("{url}{query}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_neither_headers_values_nor_passwords() {
        let config = TelemetryConfig {
            tracing_endpoint: Some("http://user:secret@host:4318/v1/traces".to_owned()),
            otlp_logs_endpoint: Some("user:secret@host".to_owned()),
            otlp_metrics_endpoint: Some("http://host/ingest?key=secret".to_owned()),
            headers: BTreeMap::from([("api-key".to_owned(), "hidden".to_owned())]),
            ..Default::default()
        };
        let shown = format!("{config:?}");
        assert!(shown.contains("http://…@host:4318/v1/traces") && shown.contains("api-key"), "{shown}");
        assert!(shown.contains("http://host/ingest?…"), "{shown}");
        assert!(!shown.contains("secret") && !shown.contains("hidden"), "{shown}");
    }
}
