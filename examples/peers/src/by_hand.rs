//! The same from today's parts: `#[tracing::instrument]`, `counter!`, `histogram!`, an OpenTelemetry layer with a batch
//! processor, and a JSON line.

use metrics_exporter_prometheus::PrometheusBuilder;
use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{BatchSpanProcessor, SdkTracerProvider, SpanData, SpanExporter};
use std::hint::black_box;
use std::io;
use std::time::Instant;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;

#[inline(never)]
#[tracing::instrument(skip_all, fields(n = n))]
pub(crate) fn observed(n: u64) -> u64 {
    let start = Instant::now();
    let result = black_box(n.wrapping_mul(31) ^ 7);
    metrics::counter!("compared_calls_total", "outcome" => "ok").increment(1);
    metrics::histogram!("compared_duration_seconds").record(start.elapsed().as_secs_f64());
    result
}

#[inline(never)]
#[tracing::instrument(skip_all, fields(n = n))]
pub(crate) fn observed_with_line(n: u64) -> u64 {
    let start = Instant::now();
    let result = black_box(n.wrapping_mul(31) ^ 7);
    metrics::counter!("compared_calls_total", "outcome" => "ok").increment(1);
    metrics::histogram!("compared_duration_seconds").record(start.elapsed().as_secs_f64());
    tracing::info!(n, outcome = "ok", "observed");
    result
}

/// Takes spans off the batch processor's hands.
#[derive(Debug)]
struct Nowhere;

impl SpanExporter for Nowhere {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        black_box(batch);
        Ok(())
    }
}

/// Sets the stack up for the whole process and measures.
pub(crate) fn with_stack<R>(with_line: bool, measure: impl FnOnce() -> R) -> R {
    let provider = SdkTracerProvider::builder()
        .with_span_processor(BatchSpanProcessor::builder(Nowhere).build())
        .build();
    let otel = tracing_opentelemetry::layer().with_tracer(provider.tracer("compared"));
    let json = with_line.then(|| tracing_subscriber::fmt::layer().json().with_writer(io::sink));
    let subscriber = tracing_subscriber::registry().with(EnvFilter::new("info")).with(otel).with(json);
    let recorder = PrometheusBuilder::new().build_recorder();
    if tracing::subscriber::set_global_default(subscriber).is_err()
        || metrics::set_global_recorder(recorder).is_err()
    {
        panic!("this process already has a subscriber or a recorder");
    }
    let result = measure();
    let _ = provider.shutdown();
    result
}
