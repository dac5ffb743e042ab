//! Metrics, traces and health.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Metrics, traces and health.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    /// Seconds between two looks at the process. Default 5.
    pub system_metrics_interval: u64,
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
            service_name: "feagi".to_owned(),
            resource: BTreeMap::new(),
            headers: BTreeMap::new(),
            listen: None,
        }
    }
}
