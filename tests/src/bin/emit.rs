//! A small observed program: does the same few things in every run and leaves each signal of them in a folder.
//!
//! usage: emit FOLDER [OTLP-ENDPOINT [OTLP-PROTOCOL]]; with an endpoint spans, lines and metrics are sent there, too
//!
//! Leaves `log.jsonl`, `trace.json`, `cpu.pb.gz`, `metrics.txt`, `metrics.openmetrics.txt` and, written last, `stats.json`.

use feagi_observability::{
    Compression, Counter, Event, ExportConfig, Gauge, Histogram, LabelValue, Labels, LogFormat, LogOutput,
    LoggingConfig, Metrics, ObservabilityConfig, OtlpProtocol, ProfilingConfig, TelemetryConfig, api_info,
    burst_info, init_observability, observe,
};
use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::pin::pin;
use std::process::ExitCode;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// How long the end of the run waits for files and collectors.
const PATIENCE: Duration = Duration::from_secs(60);
/// At 99 samples a second of it, plenty for a profile.
const BUSY: Duration = Duration::from_millis(500);
/// What has to be escaped somewhere: in JSON, in a label, in a comment.
const AWKWARD: &str = "quote \" backslash \\ line\nfeed é 🧠 </script> {a=\"b\"} # EOF";

/// An event with labels and every kind of metric.
#[derive(Event)]
#[event(name = "emit_job", macros(info))]
struct Job {
    #[event(label)]
    urgent: bool,
    #[event(gauge, counter, histogram = "emit_job_sizes", unit = "bytes")]
    size: u64,
}

/// Thinks once, on this thread and on another.
#[observe(metric = "emit_think", profile, fields(awkward = AWKWARD))]
fn think() {
    tracing::info!(answer = 42, "a line of tracing");
    log::warn!(target: "old::crate", "a line of log: {AWKWARD}");
    for input in ["7", "not a number"] {
        // One of the two fails, and is recorded as failed.
        let _ = parse(input);
    }
    burst_info!(burst_id = 8, neurons_fired = 98, synapses_activated = 1960, phase = "test");
    api_info!("GET", AWKWARD, status = 200, duration = Duration::from_millis(3));
    Job { urgent: true, size: 100 }.emit();
    emit_job_info!(urgent = false, size = 5000, histogram.wait_seconds = 0.25);
    simulate_spiking_neurons();
}

/// Nests one level deeper.
#[observe(err, fields(%input))]
fn parse(input: &str) -> Result<u64, std::num::ParseIntError> {
    store(input.parse()?)
}

#[observe(metric = false)]
fn store(value: u64) -> Result<u64, std::num::ParseIntError> {
    Ok(black_box(value))
}

/// The busy one.
#[inline(never)]
#[observe(metric = "emit_busy", profile)]
fn simulate_spiking_neurons() {
    let end = thread_cpu() + BUSY;
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    while thread_cpu() < end {
        for _ in 0..200_000 {
            state = black_box(state.wrapping_mul(6_364_136_223_846_793_005).rotate_left(17));
        }
    }
}

#[observe(name = "emit::write")]
async fn write(key: u64) -> u64 {
    let mut first = true;
    std::future::poll_fn(|_| if std::mem::take(&mut first) { Poll::Pending } else { Poll::Ready(key) }).await
}

#[observe(name = "emit::panics")]
fn panics() {
    std::panic::resume_unwind(Box::new("without the hook's noise"));
}

fn thread_cpu() -> Duration {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the clock exists on every supported system, and the result is written to a live timespec.
    assert_eq!(unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut now) }, 0);
    Duration::new(now.tv_sec.unsigned_abs(), u32::try_from(now.tv_nsec).unwrap_or_default())
}

/// Metrics that other crates record through the facade, one of each kind.
fn foreign_metrics() {
    metrics::describe_counter!("foreign_things_total", "Things of another crate.");
    metrics::counter!("foreign_things_total", "kind" => AWKWARD).increment(3);
    metrics::describe_histogram!("foreign_wait_seconds", "Waits of another crate.");
    metrics::histogram!("foreign_wait_seconds").record(0.25);
    // FEAGI's own name, which breaks a naming rule.
    metrics::describe_gauge!("feagi_thread_count", "Threads of FEAGI.");
    metrics::gauge!("feagi_thread_count").set(2.0);
}

#[derive(LabelValue)]
enum Kind {
    #[label(rename = "quote \" backslash \\ line\nfeed é 🧠")]
    Awkward,
    Plain,
}

#[derive(Labels)]
struct ThingLabels {
    kind: Kind,
    done: bool,
}

/// Of each kind one, as a program would declare them.
#[derive(Metrics)]
#[metrics(prefix = "emit_handles")]
struct Handles {
    /// Things with "quotes" and \\.
    things: Counter<ThingLabels>,
    /// Seconds that were spent.
    #[metric(unit = "seconds")]
    busy: Counter,
    /// How full it is.
    #[metric(unit = "ratio")]
    fill: Gauge,
    /// Steps, also backwards.
    #[metric(buckets = [-10, 0, 10])]
    steps: Histogram<ThingLabels>,
}

fn own_metrics() {
    let handles = Handles::register();
    for (kind, step) in [(Kind::Awkward, -20.0), (Kind::Plain, 3.0)] {
        let labels = ThingLabels { kind, done: step > 0.0 };
        handles.things.with(&labels).increment(2);
        handles.steps.with(&labels).record(step);
    }
    handles.busy.increment(1);
    handles.fill.set(0.25);
}

fn work() {
    think();
    own_metrics();
    let worker = std::thread::Builder::new().name("worker \"2\"".to_owned()).spawn(think);
    worker.expect("a thread more").join().expect("it only thinks");
    let mut waits = pin!(write(9));
    while waits.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending() {}
    // Dropped before it ends.
    assert!(pin!(write(10)).poll(&mut Context::from_waker(Waker::noop())).is_pending());
    assert!(std::panic::catch_unwind(panics).is_err());
    foreign_metrics();
}

/// A collector, and how to talk to it.
struct Otlp {
    endpoint: Option<String>,
    protocol: Option<OtlpProtocol>,
}

impl Otlp {
    /// `None` for a protocol that is none.
    fn new(endpoint: Option<String>, protocol: Option<String>) -> Option<Self> {
        let protocol = match protocol.as_deref() {
            None => None,
            Some("grpc") => Some(OtlpProtocol::Grpc),
            Some("http/protobuf") => Some(OtlpProtocol::HttpProtobuf),
            Some("http/json") => Some(OtlpProtocol::HttpJson),
            Some(_) => return None,
        };
        Some(Otlp { endpoint, protocol })
    }
}

fn config(folder: &Path, otlp: Otlp) -> ObservabilityConfig {
    let log = folder.join("log.jsonl").to_string_lossy().into_owned();
    ObservabilityConfig {
        logging: LoggingConfig {
            format: LogFormat::Json,
            output: LogOutput::File(log),
            ..Default::default()
        },
        telemetry: TelemetryConfig {
            tracing_enabled: true,
            otlp_logs: otlp.endpoint.is_some(),
            otlp_metrics: otlp.endpoint.is_some(),
            tracing_endpoint: otlp.endpoint,
            tracing_protocol: otlp.protocol,
            export: ExportConfig { compression: Compression::Gzip, ..Default::default() },
            service_name: "emit".to_owned(),
            ..Default::default()
        },
        profiling: ProfilingConfig {
            cpu_profiling: true,
            chrome_tracing: true,
            output_dir: folder.to_owned(),
            ..Default::default()
        },
    }
}

fn run(folder: &Path, otlp: Otlp) -> Result<(), Box<dyn Error>> {
    let observability = init_observability(&config(folder, otlp))?;
    observability.start_profiling()?;
    work();
    observability.stop_profiling()?;
    if !observability.flush(PATIENCE) {
        return Err("not everything was handed on in time".into());
    }
    fs::write(folder.join("metrics.txt"), observability.telemetry().export_metrics())?;
    fs::write(folder.join("metrics.openmetrics.txt"), observability.telemetry().export_openmetrics())?;
    let report = observability.shutdown(PATIENCE);
    fs::write(folder.join("stats.json"), serde_json::to_vec(&observability.stats())?)?;
    if report.timed_out || !report.dropped.is_empty() {
        return Err(format!("something was lost: {report:?}").into());
    }
    Ok(())
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next();
    let (Some(folder), Some(otlp)) = (folder, Otlp::new(arguments.next(), arguments.next())) else {
        eprintln!("usage: emit FOLDER [OTLP-ENDPOINT [OTLP-PROTOCOL]]");
        return ExitCode::from(2);
    };
    match run(Path::new(&folder), otlp) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("emit: {error}");
            ExitCode::FAILURE
        }
    }
}
