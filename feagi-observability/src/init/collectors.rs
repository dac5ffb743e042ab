//! What is sent over the network, as the configuration asks: OTLP for each signal, Zipkin for spans.

use crate::config::TelemetryConfig;
use crate::error::ObservabilityError;
#[cfg(feature = "zipkin")]
use crate::export::ZipkinSink;
#[cfg(feature = "otlp")]
use crate::export::{OtlpSink, PreparedMetrics, Signal};

type Sinks = Vec<Box<dyn crate::collect::Sink>>;

/// Finds what is wrong, and starts nothing.
pub(super) fn check(config: &TelemetryConfig) -> Result<(), ObservabilityError> {
    let sends_spans = config.tracing_enabled && config.tracing_endpoint.is_some();
    let asked = [
        ("telemetry.tracing_endpoint", "otlp", sends_spans, cfg!(feature = "otlp")),
        ("telemetry.zipkin_endpoint", "zipkin", sends_to_zipkin(config), cfg!(feature = "zipkin")),
        ("telemetry.otlp_logs", "otlp", config.otlp_logs, cfg!(feature = "otlp")),
        ("telemetry.otlp_metrics", "otlp", config.otlp_metrics, cfg!(feature = "otlp")),
    ];
    if let Some((field, feature, ..)) = asked.into_iter().find(|(.., asked, is_there)| *asked && !is_there) {
        return Err(ObservabilityError::FeatureMissing { field, feature });
    }
    if config.otlp_metrics && !config.metrics_enabled {
        return Err(ObservabilityError::Config(
            "`telemetry.otlp_metrics` is true, but `telemetry.metrics_enabled` is false; set both alike"
                .to_owned(),
        ));
    }
    #[cfg(feature = "otlp")]
    for (_, signal) in signals(config).into_iter().filter(|(asked, _)| *asked) {
        OtlpSink::check(config, signal)?;
    }
    #[cfg(feature = "zipkin")]
    if sends_to_zipkin(config) {
        ZipkinSink::check(config)?;
    }
    Ok(())
}

fn sends_to_zipkin(config: &TelemetryConfig) -> bool {
    config.tracing_enabled && config.zipkin_endpoint.is_some()
}

/// Which signals are to go over OTLP.
#[cfg(feature = "otlp")]
fn signals(config: &TelemetryConfig) -> [(bool, Signal); 3] {
    let sends_spans = config.tracing_enabled && config.tracing_endpoint.is_some();
    [(sends_spans, Signal::Traces), (config.otlp_logs, Signal::Logs), (config.otlp_metrics, Signal::Metrics)]
}

/// Adds the sinks of spans.
#[cfg_attr(
    not(any(feature = "otlp", feature = "zipkin")),
    allow(unused_variables, clippy::unnecessary_wraps, reason = "depends on the features")
)]
pub(super) fn add_spans(config: &TelemetryConfig, sinks: &mut Sinks) -> Result<(), ObservabilityError> {
    #[cfg(feature = "otlp")]
    if config.tracing_enabled && config.tracing_endpoint.is_some() {
        sinks.push(Box::new(OtlpSink::start(config, Signal::Traces)?));
    }
    #[cfg(feature = "zipkin")]
    if sends_to_zipkin(config) {
        sinks.push(Box::new(ZipkinSink::start(config)?));
    }
    Ok(())
}

/// Adds the sinks of lines.
#[cfg_attr(
    not(feature = "otlp"),
    allow(unused_variables, clippy::unnecessary_wraps, reason = "depends on the features")
)]
pub(super) fn add_lines(config: &TelemetryConfig, sinks: &mut Sinks) -> Result<(), ObservabilityError> {
    #[cfg(feature = "otlp")]
    if config.otlp_logs {
        sinks.push(Box::new(OtlpSink::start(config, Signal::Logs)?));
    }
    Ok(())
}

/// What sends metrics, ready to be started when there are some.
#[cfg(feature = "otlp")]
pub(super) fn metrics(config: &TelemetryConfig) -> Result<Option<PreparedMetrics>, ObservabilityError> {
    (crate::context::compiled::METRICS && config.otlp_metrics)
        .then(|| PreparedMetrics::new(config))
        .transpose()
}
