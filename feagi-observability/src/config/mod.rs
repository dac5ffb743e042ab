//! Configuration as plain structs: from code, or from a TOML file and the environment.
//!
//! Every struct keeps the fields and defaults of 0.0.53; fields that were added have defaults, so literals end in
//! `..Default::default()`.

mod elk;
mod environment;
mod export;
mod load;
mod logging;
mod profiling;
mod signal;
mod subscriber;
mod syslog;
mod telemetry;
mod tls;

pub use elk::ElasticsearchConfig;
pub(crate) use environment::take_warnings;
pub use export::{Compression, ExportConfig, OtlpProtocol};
pub use logging::{FileConfig, LogFormat, LogOutput, LoggingConfig, Rotation, SinkConfig};
pub use profiling::ProfilingConfig;
pub use signal::SignalConfig;
pub use subscriber::TracingSubscriber;
pub use syslog::{SyslogConfig, SyslogProtocol, SyslogTransport};
pub use telemetry::TelemetryConfig;
pub use tls::TlsConfig;

use serde::{Deserialize, Serialize};

/// All that `init_observability` is told.
///
/// ```
/// use feagi_observability::{LogFormat, LoggingConfig, ObservabilityConfig};
/// let config = ObservabilityConfig {
///     logging: LoggingConfig { format: LogFormat::Json, ..Default::default() },
///     ..Default::default()
/// };
/// assert_eq!(config.logging.level, "info");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ObservabilityConfig {
    /// Log lines: level, format, where to.
    pub logging: LoggingConfig,
    /// Metrics, traces and health.
    pub telemetry: TelemetryConfig,
    /// CPU and memory profiles, trace files.
    pub profiling: ProfilingConfig,
}
