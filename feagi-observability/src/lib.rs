//! One annotation makes span, log line, metrics and profiling hook, all under one id.

mod collect;
mod config;
mod context;
mod error;
mod instrument;
#[cfg(feature = "server")]
mod server;
mod telemetry;

pub use config::{
    FileConfig, LogFormat, LogOutput, LoggingConfig, ObservabilityConfig, ProfilingConfig, SinkConfig,
    TelemetryConfig,
};
pub use context::{SpanId, TraceId};
pub use error::ObservabilityError;
pub use instrument::{Level, Outcome};
pub use telemetry::{HealthCheck, HealthStatus};
