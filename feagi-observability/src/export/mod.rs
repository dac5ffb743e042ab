//! Where records leave the process: log lines to standard output, files, the system log and Elastic's programs, spans to collectors and trace files, all signals over OTLP.
//!
//! Every sink here implements [`Sink`](crate::collect::Sink), takes its own format and counts what it loses.

#[cfg(any(feature = "otlp", feature = "zipkin"))]
mod attributes;
#[cfg(feature = "chrome-tracing")]
mod chrome;
#[cfg(not(feature = "chrome-tracing"))]
#[path = "chrome_absent.rs"]
mod chrome;
#[cfg(any(feature = "otlp", feature = "zipkin", feature = "syslog", feature = "elk"))]
#[cfg_attr(
    not(feature = "otlp-grpc"),
    allow(dead_code, unused_imports, reason = "the others need less than gRPC and OTLP")
)]
mod delivery;
#[cfg(feature = "elk")]
mod elk;
#[cfg(feature = "file-logging")]
mod file;
#[cfg(any(feature = "otlp", feature = "syslog"))]
mod host;
mod lines;
#[cfg(any(feature = "file-logging", feature = "chrome-tracing"))]
mod open;
#[cfg(feature = "otlp")]
mod otlp;
#[cfg(feature = "otlp")]
mod resource;
#[cfg(all(test, any(feature = "file-logging", feature = "chrome-tracing")))]
mod scratch;
mod shield;
mod stdout;
#[cfg(feature = "syslog")]
mod syslog;
#[cfg(feature = "zipkin")]
mod zipkin;

// Both have the same interface, so that no other file asks which one is there.
#[cfg(feature = "otlp-grpc")]
mod grpc;
#[cfg(all(feature = "otlp", not(feature = "otlp-grpc")))]
#[path = "grpc_absent.rs"]
mod grpc;

#[cfg(feature = "chrome-tracing")]
pub(crate) use chrome::{ChromeConfig, ChromeSink};
pub(crate) use chrome::{OneTrace, write_one_trace};
#[cfg(feature = "elk")]
pub(crate) use elk::{ElasticsearchSink, LogstashSink};
#[cfg(feature = "file-logging")]
pub(crate) use file::FileSink;
#[cfg(feature = "otlp")]
pub(crate) use otlp::{MetricsExport, OtlpSink, PreparedMetrics, Signal};
pub(crate) use stdout::{StdioSink, Stream};
#[cfg(feature = "syslog")]
pub(crate) use syslog::SyslogSink;
#[cfg(feature = "zipkin")]
pub(crate) use zipkin::ZipkinSink;
