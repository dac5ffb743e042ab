//! Metrics, traces and health.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// Metrics, traces and health.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TelemetryConfig {
    /// Count and time calls. Default true.
    pub metrics_enabled: bool,
    /// Make spans, and send them to `tracing_endpoint` if there is one. Default false.
    pub tracing_enabled: bool,
    /// An OTLP/HTTP collector such as `http://127.0.0.1:4318`; `/v1/traces` is appended to an address without a path.
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
    /// More resource attributes.
    pub resource: BTreeMap<String, String>,
    /// Headers of each OTLP request, such as an API key. Never shown.
    pub headers: BTreeMap<String, String>,
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
            resource: BTreeMap::new(),
            headers: BTreeMap::new(),
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
            .field("tracing_endpoint", &self.tracing_endpoint.as_deref().map(without_user_info))
            .field("metrics_path", &self.metrics_path)
            .field("health_check_path", &self.health_check_path)
            .field("system_metrics_interval", &self.system_metrics_interval)
            .field("sample_ratio", &self.sample_ratio)
            .field("spans_per_second", &self.spans_per_second)
            .field("remote_traces_per_second", &self.remote_traces_per_second)
            .field("service_name", &self.service_name)
            .field("resource", &self.resource)
            .field("headers", &headers)
            .field("listen", &self.listen)
            .finish()
    }
}

/// `scheme://user:password@host` without what stands before the `@`.
fn without_user_info(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let authority = rest.find('/').unwrap_or(rest.len());
    match rest[..authority].rfind('@') {
        Some(at) => format!("{scheme}://…@{}", &rest[at + 1..]),
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_neither_headers_values_nor_passwords() {
        let config = TelemetryConfig {
            tracing_endpoint: Some("http://user:secret@host:4318/v1/traces".to_owned()),
            headers: BTreeMap::from([("api-key".to_owned(), "hidden".to_owned())]),
            ..Default::default()
        };
        let shown = format!("{config:?}");
        assert!(shown.contains("http://…@host:4318/v1/traces") && shown.contains("api-key"), "{shown}");
        assert!(!shown.contains("secret") && !shown.contains("hidden"), "{shown}");
    }
}
