//! What the configuration says about sending spans, checked before anything starts.

use super::encode;
use super::endpoint::Endpoint;
use crate::config::TelemetryConfig;
use crate::error::ObservabilityError;
use std::collections::BTreeMap;
use std::time::Duration;
use ureq::http::{HeaderName, HeaderValue};

/// Checked and ready to start with. Has no `Debug`: headers and user information are secrets.
pub(super) struct Settings {
    pub(super) endpoint: Endpoint,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    /// The encoded `Resource`.
    pub(super) resource: Vec<u8>,
    pub(super) limits: Limits,
}

/// How much is held and how long is waited.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) span_bytes: usize,
    pub(super) batch_records: u64,
    pub(super) batch_bytes: usize,
    pub(super) batch_age: Duration,
    pub(super) queue_batches: usize,
    pub(super) queue_bytes: usize,
    /// One request, from name resolution to the last byte of the reply.
    pub(super) request: Duration,
    pub(super) first_backoff: Duration,
    pub(super) longest_backoff: Duration,
    /// The most that a collector's `Retry-After` is obeyed.
    pub(super) longest_retry_after: Duration,
    /// A batch is given up when a retry would begin later than this.
    pub(super) give_up: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            span_bytes: 256 << 10,
            batch_records: 512,
            batch_bytes: 1 << 20,
            batch_age: Duration::from_secs(1),
            queue_batches: 64,
            queue_bytes: 16 << 20,
            request: Duration::from_secs(10),
            first_backoff: Duration::from_millis(100),
            longest_backoff: Duration::from_secs(5),
            longest_retry_after: Duration::from_secs(30),
            give_up: Duration::from_secs(60),
        }
    }
}

impl Settings {
    pub(super) fn new(config: &TelemetryConfig) -> Result<Self, ObservabilityError> {
        Ok(Settings {
            endpoint: Endpoint::parse(config.tracing_endpoint.as_deref().unwrap_or_default())?,
            headers: headers(&config.headers)?,
            resource: encode::resource(&config.service_name, &config.resource),
            limits: Limits::default(),
        })
    }
}

/// The request's own framing is not for the user to set.
const RESERVED: [&str; 4] = ["connection", "content-length", "content-type", "transfer-encoding"];

fn headers(config: &BTreeMap<String, String>) -> Result<Vec<(HeaderName, HeaderValue)>, ObservabilityError> {
    let failed = |name: &str, why: &str| {
        ObservabilityError::Config(format!("`telemetry.headers`: `{}` {why}", name.escape_debug()))
    };
    let header = |(name, value): (&String, &String)| {
        let header = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| failed(name, "is not a header name; use letters, digits and `-`"))?;
        if RESERVED.contains(&header.as_str()) {
            return Err(failed(name, "is set by the exporter; remove it"));
        }
        let mut value = HeaderValue::from_str(value)
            .map_err(|_| failed(name, "has a value with characters that no header may hold; remove them"))?;
        value.set_sensitive(true);
        Ok((header, value))
    };
    config.iter().map(header).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(headers: &[(&str, &str)]) -> Result<Settings, ObservabilityError> {
        let headers = headers.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let tracing_endpoint = Some("http://127.0.0.1:4318".to_owned());
        Settings::new(&TelemetryConfig { tracing_endpoint, headers, ..Default::default() })
    }

    #[test]
    fn headers_are_checked_by_name_and_their_values_are_never_shown() {
        let good = settings(&[("Authorization", "Bearer x")]).ok().unwrap();
        assert!(!format!("{:?}", good.headers).contains("Bearer"));
        for (name, value) in [("bad name", "hush"), ("x-key", "hush\r\nx: y"), ("Content-Type", "hush")] {
            let error = settings(&[(name, value)]).err().unwrap().to_string();
            let named = error.contains("telemetry.headers") && error.contains(name);
            assert!(named && !error.contains("hush"), "{error}");
        }
    }
}
