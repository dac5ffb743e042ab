//! What one signal over OTLP has of its own.

use super::export::{Compression, ExportConfig, OtlpProtocol};
use super::tls::TlsConfig;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// What one signal over OTLP has of its own; whatever is left out is that of all signals.
///
/// ```
/// use feagi_observability::{ExportConfig, OtlpProtocol, SignalConfig};
/// let logs = SignalConfig { protocol: Some(OtlpProtocol::HttpJson), timeout_ms: Some(2000), ..Default::default() };
/// let export = ExportConfig { logs, ..Default::default() };
/// assert_eq!(export.metrics.timeout_ms, None);
/// ```
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SignalConfig {
    /// Instead of `telemetry.tracing_protocol`.
    pub protocol: Option<OtlpProtocol>,
    /// Instead of `telemetry.headers`, all of them. Never shown.
    pub headers: Option<BTreeMap<String, String>>,
    /// Instead of `telemetry.export.timeout_ms`.
    pub timeout_ms: Option<u64>,
    /// Instead of `telemetry.export.compression`.
    pub compression: Option<Compression>,
    /// Instead of `telemetry.export.tls`, file by file.
    pub tls: TlsConfig,
}

#[cfg_attr(not(feature = "otlp"), allow(dead_code, reason = "asked by OTLP alone"))]
impl SignalConfig {
    /// What this signal is sent with.
    pub(crate) fn compression(&self, export: &ExportConfig) -> Compression {
        self.compression.unwrap_or(export.compression)
    }

    /// The longest that one of its requests may take, in milliseconds.
    pub(crate) fn timeout_ms(&self, export: &ExportConfig) -> u64 {
        self.timeout_ms.unwrap_or(export.timeout_ms)
    }
}

/// Headers hold keys: their values are not shown.
impl fmt::Debug for SignalConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Option<Vec<&String>> = self.headers.as_ref().map(|headers| headers.keys().collect());
        f.debug_struct("SignalConfig")
            .field("protocol", &self.protocol)
            .field("headers", &headers)
            .field("timeout_ms", &self.timeout_ms)
            .field("compression", &self.compression)
            .field("tls", &self.tls)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_headers_value() {
        let headers = Some(BTreeMap::from([("api-key".to_owned(), "hidden".to_owned())]));
        let shown = format!("{:?}", SignalConfig { headers, ..Default::default() });
        assert!(shown.contains("api-key") && !shown.contains("hidden"), "{shown}");
    }
}
