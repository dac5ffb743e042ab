//! How records are sent to collectors, whichever they are.

use super::signal::SignalConfig;
use super::tls::TlsConfig;
use serde::{Deserialize, Serialize};

/// The protocol of OTLP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum OtlpProtocol {
    /// Protobuf over gRPC; needs the feature `otlp-grpc`.
    #[serde(rename = "grpc")]
    Grpc,
    /// Protobuf over HTTP/1.1.
    #[serde(rename = "http/protobuf")]
    HttpProtobuf,
    /// JSON over HTTP/1.1.
    #[serde(rename = "http/json")]
    HttpJson,
}

/// How bodies are packed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Compression {
    /// Not at all.
    #[default]
    #[serde(rename = "none")]
    None,
    /// As gzip.
    #[serde(rename = "gzip")]
    Gzip,
}

/// How records are sent to collectors: OTLP and Zipkin. Each output has its own batches and its own queue of these sizes.
///
/// ```
/// use feagi_observability::{Compression, ExportConfig, TelemetryConfig};
/// let export = ExportConfig { compression: Compression::Gzip, batch_age_ms: 200, ..Default::default() };
/// let telemetry = TelemetryConfig { export, ..Default::default() };
/// assert_eq!(telemetry.export.timeout_ms, 10_000);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ExportConfig {
    /// How bodies are packed. Default not at all.
    pub compression: Compression,
    /// The longest that one request may take, from name resolution to the last byte of the answer, in milliseconds. Default 10,000.
    pub timeout_ms: u64,
    /// A batch is given up when another attempt would begin later than this after the first, in milliseconds. Default 60,000.
    pub give_up_ms: u64,
    /// Records after which a batch is sent. Default 512.
    pub batch_records: u64,
    /// Encoded bytes that a batch does not exceed, before it is packed; a larger record is lost and counted, as is one beyond 256 KiB.
    /// Default 512 KiB.
    pub batch_bytes: u64,
    /// Age at which a batch is sent though it is not full, in milliseconds. Default 1,000.
    pub batch_age_ms: u64,
    /// Records that wait at most; what comes beyond is lost and counted. Default 32,768.
    pub queue_records: u64,
    /// Encoded bytes that wait at most. Default 16 MiB.
    pub queue_bytes: u64,
    /// Milliseconds between two transmissions of all metrics. Default 60,000.
    pub metrics_interval_ms: u64,
    /// Certificates of collectors that are reached by https.
    pub tls: TlsConfig,
    /// What spans over OTLP have of their own.
    pub traces: SignalConfig,
    /// What lines over OTLP have of their own.
    pub logs: SignalConfig,
    /// What metrics over OTLP have of their own.
    pub metrics: SignalConfig,
    /// Of Zipkin, instead of `timeout_ms`. Default none.
    pub zipkin_timeout_ms: Option<u64>,
}

impl Default for ExportConfig {
    fn default() -> Self {
        ExportConfig {
            compression: Compression::None,
            timeout_ms: 10_000,
            give_up_ms: 60_000,
            batch_records: 512,
            batch_bytes: 512 << 10,
            batch_age_ms: 1000,
            queue_records: 32 << 10,
            queue_bytes: 16 << 20,
            metrics_interval_ms: 60_000,
            tls: TlsConfig::default(),
            traces: SignalConfig::default(),
            logs: SignalConfig::default(),
            metrics: SignalConfig::default(),
            zipkin_timeout_ms: None,
        }
    }
}
