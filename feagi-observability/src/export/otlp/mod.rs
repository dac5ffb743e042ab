//! Spans, log lines and metrics to an OTLP collector: over HTTP as protobuf or JSON, and over gRPC.
//!
//! Records are encoded straight from what the collector read, on its thread ([`sink`]), metrics from the snapshot that the metrics page is
//! made of ([`metrics`]). The room `delivery` sends them.

mod attribute;
mod encoder;
mod json;
mod log_record;
mod metric;
mod metrics;
mod request;
mod resource;
mod response;
mod sink;
mod span;
mod target;
mod wire;

#[cfg(test)]
mod tests;

pub(crate) use metrics::{MetricsExport, PreparedMetrics};
#[cfg(feature = "otlp-grpc")]
pub(super) use response::fields;
pub(crate) use sink::OtlpSink;

/// What is sent, each to a service of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    Traces,
    Logs,
    Metrics,
}

impl Signal {
    /// The name of its output in counters.
    fn sink(self) -> &'static str {
        match self {
            Signal::Traces => "otlp",
            Signal::Logs => "otlp_logs",
            Signal::Metrics => "otlp_metrics",
        }
    }

    /// The name of the thread that sends it, as far as Linux shows it.
    fn thread(self) -> &'static str {
        match self {
            Signal::Traces => "feagi-obs-otlp",
            Signal::Logs => "feagi-obs-logs",
            Signal::Metrics => "feagi-obs-meter",
        }
    }

    /// The path of the specification over HTTP.
    fn path(self) -> &'static str {
        match self {
            Signal::Traces => "/v1/traces",
            Signal::Logs => "/v1/logs",
            Signal::Metrics => "/v1/metrics",
        }
    }

    /// The path of its method over gRPC.
    fn service(self) -> &'static str {
        match self {
            Signal::Traces => "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
            Signal::Logs => "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
            Signal::Metrics => "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
        }
    }

    /// From the outside to the inside.
    fn json_names(self) -> [&'static str; 3] {
        match self {
            Signal::Traces => ["resourceSpans", "scopeSpans", "spans"],
            Signal::Logs => ["resourceLogs", "scopeLogs", "logRecords"],
            Signal::Metrics => ["resourceMetrics", "scopeMetrics", "metrics"],
        }
    }
}
