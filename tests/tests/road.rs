//! The whole road once: one run, and every signal of it under one id.

use feagi_observability::{
    LogFormat, LogOutput, LoggingConfig, ObservabilityConfig, ObservabilityError, ProfilingConfig,
    TelemetryConfig, burst_info, current_context, init_observability, observe,
};
use serde_json::Value;
use std::collections::BTreeMap;
use std::future::Future;
use std::path::Path;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// Adds up, and says so.
#[observe(metric = "road_outer", profile, fields(n, half = n / 2))]
fn outer(n: u64) -> String {
    tracing::info!(answer = 42, "a foreign line");
    log::warn!(target: "old::crate", "a line through log");
    inner(n).unwrap_or_default();
    assert!(inner(13).is_err());
    burst_info!(burst_id = n, neurons_fired = 98, synapses_activated = 1960, phase = "test");
    current_context().map(|context| context.trace_id().to_string()).unwrap_or_default()
}

#[observe]
fn inner(n: u64) -> Result<u64, String> {
    if n == 13 { Err(format!("unlucky {n}")) } else { Ok(n) }
}

#[observe(metric = "road_panics")]
fn panics() {
    panic!("on purpose");
}

struct Store {
    writes: u64,
}

impl Store {
    #[observe(name = "write", level = "warn", fields(%key), err)]
    async fn write(&mut self, key: &str) -> Result<u64, std::num::ParseIntError> {
        let value: u64 = key.parse()?;
        yield_once().await;
        tracing::info!("after the await");
        self.writes += 1;
        Ok(value)
    }
}

fn yield_once() -> impl Future<Output = ()> {
    let mut first = true;
    std::future::poll_fn(move |_| if std::mem::take(&mut first) { Poll::Pending } else { Poll::Ready(()) })
}

fn poll_once<F: Future>(future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = poll_once(future.as_mut()) {
            return output;
        }
    }
}

#[test]
fn one_id_stands_in_log_trace_and_metrics() {
    let folder = std::env::temp_dir().join(format!("feagi-observability-road-{}", std::process::id()));
    let log_file = folder.join("log.jsonl");
    let config = ObservabilityConfig {
        logging: LoggingConfig {
            format: LogFormat::Json,
            output: LogOutput::File(log_file.to_string_lossy().into_owned()),
            ..Default::default()
        },
        telemetry: TelemetryConfig { tracing_enabled: true, ..Default::default() },
        profiling: ProfilingConfig { chrome_tracing: true, output_dir: folder.clone(), ..Default::default() },
    };
    outer(1);
    assert!(current_context().is_none(), "before init nothing is entered");

    let observability = init_observability(&config).unwrap();
    assert!(matches!(init_observability(&config), Err(ObservabilityError::AlreadyInitialized)));
    metrics::counter!("foreign_things_total", "kind" => "test").increment(3);

    let trace_id = outer(8);
    assert!(current_context().is_none(), "left as it was entered");
    let unwound = std::panic::catch_unwind(panics);
    assert!(unwound.is_err());
    let mut store = Store { writes: 0 };
    assert_eq!(block_on(store.write("7")).unwrap(), 7);
    assert!(block_on(store.write("x")).is_err());
    {
        let mut cancelled = pin!(store.write("9"));
        assert!(poll_once(cancelled.as_mut()).is_pending());
        assert!(current_context().is_none(), "a pending future leaves its context");
    }
    assert_eq!(store.writes, 1);
    assert!(observability.flush(Duration::from_secs(10)));
    let page = observability.telemetry().export_openmetrics();
    let classic = observability.telemetry().export_metrics();
    let report = observability.shutdown(Duration::from_secs(10));
    assert!(!report.timed_out);
    assert_eq!(report.dropped, BTreeMap::new());
    outer(9);

    let lines = json_lines(&log_file);
    check_lines(&lines, &trace_id);
    check_trace(&folder.join("trace.json"), &trace_id);
    check_metrics(&page, &classic, &trace_id);

    let stats = observability.stats();
    assert_eq!(stats.lines.emitted, lines.len() as u64);
    assert_eq!((stats.lines.queued, stats.spans.queued), (0, 0));
    for sink in &stats.sinks {
        assert_eq!(
            sink.accepted,
            sink.exported + sink.dropped.values().sum::<u64>() + sink.queued,
            "{sink:?}"
        );
    }
    std::fs::remove_dir_all(folder).unwrap();
}

fn json_lines(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn line<'a>(lines: &'a [Value], message: &str) -> &'a Value {
    let found: Vec<_> = lines.iter().filter(|line| line["message"] == message).collect();
    assert_eq!(found.len(), 1, "one line `{message}` in {lines:#?}");
    found[0]
}

fn check_lines(lines: &[Value], trace_id: &str) {
    let outer = line(lines, "road::outer");
    assert_eq!(outer["trace_id"], trace_id);
    assert_eq!((&outer["fields"]["n"], &outer["fields"]["half"]), (&8.into(), &4.into()));
    assert_eq!((&outer["level"], &outer["outcome"]), (&"INFO".into(), &"ok".into()));
    assert!(outer["duration_ns"].as_u64().unwrap() > 0);
    let foreign = line(lines, "a foreign line");
    assert_eq!((&foreign["trace_id"], &foreign["span_id"]), (&trace_id.into(), &outer["span_id"]));
    assert_eq!(foreign["fields"]["answer"], 42);
    let logged = line(lines, "a line through log");
    assert_eq!((&logged["trace_id"], &logged["target"]), (&trace_id.into(), &"old::crate".into()));
    let burst = line(lines, "Burst executed");
    assert_eq!(burst["target"], "feagi.burst");
    assert_eq!((&burst["trace_id"], &burst["parent_id"]), (&trace_id.into(), &outer["span_id"]));
    assert_eq!(burst["fields"]["neurons_fired"], 98);
    assert_eq!(burst["fields"]["phase"], "test");

    let inner: Vec<_> = lines.iter().filter(|line| line["message"] == "road::inner").collect();
    let outcomes: Vec<_> = inner.iter().map(|line| line["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["ok", "error"]);
    assert_eq!((&inner[1]["level"], &inner[1]["error"]), (&"ERROR".into(), &"unlucky 13".into()));
    assert_eq!(inner[1]["parent_id"], outer["span_id"]);
    assert_eq!(line(lines, "road::panics")["outcome"], "panic");

    let writes: Vec<_> = lines.iter().filter(|line| line["message"] == "write").collect();
    let outcomes: Vec<_> = writes.iter().map(|line| line["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["ok", "error", "cancelled"]);
    assert_eq!((&writes[0]["level"], &writes[0]["fields"]["key"]), (&"WARN".into(), &"7".into()));
    assert_eq!(line(lines, "after the await")["span_id"], writes[0]["span_id"]);
    assert_ne!(writes[0]["trace_id"], writes[1]["trace_id"], "each root has a trace of its own");
}

fn check_trace(path: &Path, trace_id: &str) {
    let events: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let of_trace: Vec<_> = events.iter().filter(|event| event["args"]["trace_id"] == trace_id).collect();
    let names: Vec<_> = of_trace.iter().map(|event| event["name"].as_str().unwrap()).collect();
    for name in ["road::outer", "road::inner", "burst"] {
        assert!(names.contains(&name), "{name} in {names:?}");
    }
    assert!(events.iter().any(|event| event["name"] == "write" && event["ph"] == "b"));
}

fn check_metrics(page: &str, classic: &str, trace_id: &str) {
    for expected in [
        "road_outer_calls_total{outcome=\"ok\"} 1",
        "road_panics_calls_total{outcome=\"panic\"} 1",
        "observed_calls_total{outcome=\"error\",site=\"road::inner\"} 1",
        "observed_calls_total{outcome=\"cancelled\",site=\"write\"} 1",
        "feagi_burst_total 1",
        "feagi_neurons_fired 98",
        "feagi_burst_synapses_activated_total 1960",
        "foreign_things_total{kind=\"test\"} 3",
        "road_outer_duration_seconds_count 1",
    ] {
        assert!(page.contains(expected), "{expected} in {page}");
        assert!(classic.contains(expected), "{expected} in {classic}");
    }
    let exemplar = page
        .lines()
        .find(|line| line.starts_with("road_outer_duration_seconds_bucket") && line.contains(trace_id));
    assert!(exemplar.is_some(), "an exemplar with {trace_id} in {page}");
    assert!(page.contains("# HELP road_outer_calls Calls by outcome: Adds up, and says so."), "{page}");
    assert!(page.ends_with("# EOF\n") && !classic.contains("# EOF"));
}
