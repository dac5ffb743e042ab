//! One annotation makes span, log line, metrics and profiling hook, all under one id.

mod collect;
mod config;
mod context;
mod error;
mod export;
mod instrument;
mod logging;
#[cfg(any(feature = "otlp", feature = "profiling"))]
mod protobuf;

pub use config::{
    FileConfig, LogFormat, LogOutput, LoggingConfig, ObservabilityConfig, ProfilingConfig, SinkConfig,
    TelemetryConfig,
};
pub use context::{SpanId, TraceId};
pub use error::ObservabilityError;
pub use instrument::{Level, Outcome};
