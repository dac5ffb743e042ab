//! Whose the process's `tracing` subscriber is.

use serde::{Deserialize, Serialize};

/// Whose the process's global `tracing` subscriber is.
///
/// ```
/// use feagi_observability::{TelemetryConfig, TracingSubscriber};
///
/// let config = TelemetryConfig { subscriber: TracingSubscriber::Host, ..Default::default() };
/// assert_eq!(TelemetryConfig::default().subscriber, TracingSubscriber::Own);
/// # let _ = config;
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum TracingSubscriber {
    /// Ours: `init_observability` sets it, and `log`'s logger where there is none. One that is set already is an error.
    #[default]
    #[serde(rename = "own")]
    Own,
    /// The host's: none is set, and no logger. The host puts [`ObservabilityManager::layer`](crate::ObservabilityManager::layer) into its
    /// own. Until it has, other crates' events and spans are not recorded, and the health check `tracing_layer` says so.
    #[serde(rename = "host")]
    Host,
}
