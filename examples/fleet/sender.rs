//! A process that makes the spans of many: trees of one burst and its four phases, at a steady rate, sent by the exporter as it is.

use crate::args::Sender;
use crate::measured::{Sent, cpu_seconds};
use feagi_observability::{
    Compression, ExportConfig, LoggingConfig, ObservabilityConfig, ObservabilityManager, OtlpProtocol,
    TelemetryConfig, init_observability, observe,
};
use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Spans of one [`burst`].
const TREE: u64 = 5;
/// How often what is due is made.
const TICK: Duration = Duration::from_millis(5);
/// How long what is queued at the end may take.
const PATIENCE: Duration = Duration::from_secs(30);

#[observe(log(on = "never"), fields(burst_id, neurons = 10_000))]
fn burst(burst_id: u64) {
    for phase in [inject, propagate, fire, plasticity] {
        phase(burst_id);
    }
}

#[observe(log(on = "never"), fields(candidates = n * 3))]
fn inject(n: u64) {
    black_box(n);
}

#[observe(log(on = "never"), fields(synapses = n * 20, area = "cortex"))]
fn propagate(n: u64) {
    black_box(n);
}

#[observe(log(on = "never"), fields(fired = n))]
fn fire(n: u64) {
    black_box(n);
}

#[observe(log(on = "never"))]
fn plasticity(n: u64) {
    black_box(n);
}

fn config(sender: &Sender) -> ObservabilityConfig {
    let protocol = match sender.protocol.as_str() {
        "grpc" => OtlpProtocol::Grpc,
        "http/json" => OtlpProtocol::HttpJson,
        _ => OtlpProtocol::HttpProtobuf,
    };
    ObservabilityConfig {
        logging: LoggingConfig { level: "off".to_owned(), ..Default::default() },
        telemetry: TelemetryConfig {
            service_name: "fleet".to_owned(),
            tracing_enabled: true,
            tracing_endpoint: Some(sender.endpoint.clone()),
            tracing_protocol: Some(protocol),
            export: ExportConfig {
                compression: if sender.gzip { Compression::Gzip } else { Compression::None },
                // What one process of the fleet makes in a second, which is when it sends.
                batch_records: sender.batch,
                ..Default::default()
            },
            ..Default::default()
        },
        ..Default::default()
    }
}

/// Makes spans for as long as it is told to, and counts what became of them.
///
/// # Errors
/// Those of `init_observability`.
pub(crate) fn run(sender: &Sender) -> Result<Sent, Box<dyn Error>> {
    let observability = init_observability(&config(sender))?;
    let begun = Instant::now();
    let (mut made, all) = (0, sender.rate * sender.seconds as f64 / TREE as f64);
    while (made as f64) < all {
        let due = (begun.elapsed().as_secs_f64() * sender.rate / TREE as f64).min(all);
        while (made as f64) < due {
            made += 1;
            burst(made);
        }
        std::thread::sleep(TICK);
    }
    let page = observability.telemetry().export_metrics();
    observability.shutdown(PATIENCE);
    let seconds = begun.elapsed().as_secs_f64();
    Ok(Sent { seconds, cpu_seconds: cpu_seconds("self"), ..counted(&observability, &page) })
}

fn counted(observability: &ObservabilityManager, page: &str) -> Sent {
    let stats = observability.stats();
    let otlp = stats.sinks.iter().find(|sink| sink.name == "otlp");
    let of_site: Vec<&str> = page.lines().filter(|line| line.contains("plasticity")).collect();
    Sent {
        emitted: stats.spans.emitted,
        exported: otlp.map_or(0, |otlp| otlp.exported),
        retries: otlp.map_or(0, |otlp| otlp.retries),
        dropped: stats.spans.dropped + otlp.map_or(0, |otlp| otlp.dropped.values().sum()),
        page_lines: of_site.len() as u64,
        page_bytes: of_site.iter().map(|line| line.len() as u64 + 1).sum(),
        ..Sent::default()
    }
}
