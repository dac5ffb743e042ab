//! One annotation makes span, log line, metrics and profiling hook, all under one id.
//!
//! # Off
//!
//! Without the feature `enabled`, or under `--cfg feagi_observability_off` in `RUSTFLAGS`, an annotated function is the plain function: no code,
//! no static, no byte of a future. `--cfg 'feagi_observability_off="log"'` takes one signal out, as do `"trace"`, `"metrics"` and
//! `"profile"`; several may be given, and all four are everything. Programs are accepted or refused alike in each way. A
//! configuration that asks for what a cfg has taken out is the error [`ObservabilityError::CompiledOut`]; what is on unless something is
//! said is just absent.

#[doc(hidden)]
pub mod __private;
mod collect;
mod compat;
pub mod config;
mod context;
mod crossing;
mod error;
mod events;
mod export;
pub mod init;
mod instrument;
mod logging;
pub mod macros;
mod profiling;
#[cfg(any(feature = "profiling", feature = "otlp"))]
#[allow(dead_code, reason = "each format writes its part of the wire types")]
mod protobuf;
#[cfg(feature = "server")]
mod server;
mod sync;
mod telemetry;
#[cfg(feature = "tower")]
pub mod tower;

pub use collect::{RecentKind, RecentRecord, RecentValue, SignalStats, SinkStats, Stats};
pub use compat::cli::{self, *};
pub use compat::init_logging::{LineCounts, LoggingGuard, init_logging, init_logging_default};
pub use compat::ring_layer::{
    self, CAPACITY_ENV_VAR, DEFAULT_CAPACITY, LogRecord, LogRingBuffer, RingBufferLayer, capacity_from_env,
    global_ring, install_global_ring,
};
pub use compat::{KNOWN_CRATES, VERSION};
pub use config::{
    Compression, ElasticsearchConfig, ExportConfig, FileConfig, LogFormat, LogOutput, LoggingConfig,
    ObservabilityConfig, OtlpProtocol, ProfilingConfig, Rotation, SignalConfig, SinkConfig, SyslogConfig,
    SyslogProtocol, SyslogTransport, TelemetryConfig, TlsConfig, TracingSubscriber,
};
pub use context::{Baggage, Context, SpanId, TraceId, current_context};
pub use crossing::{
    CapturedContext, Carrying, ContextGuard, InContext, InCurrentContext, Spawn, Spawner, TaskContexts,
    carry, carry_fn, current_baggage, current_request_id, propagation, thread, with_request_id,
};
#[cfg(feature = "rayon")]
pub use crossing::{ParallelInContext, ParallelInCurrentContext};
pub use error::ObservabilityError;
pub use feagi_observability_macros::{
    Event, LabelValue, Labels, Metrics, instrument, observe, observe_block, profile,
};
pub use init::{ObservabilityManager, ShutdownReport, TraceRecords, WrittenTrace, init_observability};
pub use instrument::{LabelValue, Labels, Level, Outcome, Parent};
pub use logging::ObservabilityLayer;
pub use profiling::{
    AllocatorStatus, CpuProfile, CpuProfiler, CpuSample, FeagiAlloc, FlamegraphGenerator, HeapProfile,
    MemoryProfiler, MemoryReport, MemorySample, PerfStatus, PerfUnavailable, ProfilingError,
};
pub use telemetry::{
    CatalogEntry, CatalogKind, CatalogLabel, CatalogMetric, CatalogSlo, Counter, Gauge, HealthCheck,
    HealthStatus, Histogram, MetricsRegistry, TelemetryCollector, TraceExemplar, catalog,
};
