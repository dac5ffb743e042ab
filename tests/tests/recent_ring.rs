//! FEAGI's `log_tail` after `init_observability`: the ring of 0.0.53 shows the lines of the recent store, and finds in them as it always did.

use feagi_observability::{
    LogFormat, LogOutput, LogRecord, LogRingBuffer, LoggingConfig, ObservabilityConfig, ObservabilityManager,
    TelemetryConfig, burst_info, global_ring, init_observability, install_global_ring, observe,
    with_request_id,
};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

const KEPT: usize = 40;

#[observe(fields(n, trace_id = "the caller's"))]
fn call(n: u64) -> Result<(), String> {
    tracing::debug!(target: "feagi-api", "below the level");
    tracing::warn!(target: "feagi-api", n, ratio = 0.5, "slow Request");
    Err("no reason".to_owned())
}

/// A call whose lines are limited, but not its spans.
#[observe(name = "often")]
fn often() {}

fn messages(records: &[LogRecord]) -> Vec<&str> {
    records.iter().map(|record| record.message.as_str()).collect()
}

fn started(log: &std::path::Path) -> ObservabilityManager {
    let logging = LoggingConfig {
        output: LogOutput::File(log.to_string_lossy().into_owned()),
        format: LogFormat::Json,
        recent: KEPT,
        ..Default::default()
    };
    let telemetry = TelemetryConfig { tracing_enabled: true, ..Default::default() };
    init_observability(&ObservabilityConfig { logging, telemetry, ..Default::default() }).unwrap()
}

#[test]
fn the_ring_of_the_process_shows_what_the_recent_store_holds() {
    let log = std::env::temp_dir().join(format!("feagi-observability-ring-{}.jsonl", std::process::id()));
    assert!(global_ring().is_none(), "before init there is none");
    let observability = started(&log);
    let ring = global_ring().expect("after init there is one");
    assert!(Arc::ptr_eq(&ring, &install_global_ring(7)), "a second one is not made");
    assert_eq!(ring.capacity(), KEPT);
    let all = || {
        assert!(observability.flush(Duration::from_secs(10)));
        ring.snapshot(None, None, None, None, None)
    };

    assert!(with_request_id("r-7", || call(1)).is_err());
    burst_info!(burst_id = 3_u64, neurons_fired = 5_u64, synapses_activated = 7_u64);
    log::error!(target: "feagi-bdu", "from the log facade");
    let records = all();
    assert_eq!(
        messages(&records),
        ["slow Request", "recent_ring::call", "Burst executed", "from the log facade"]
    );
    let lines = std::fs::read_to_string(&log).unwrap();
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    compare(&records, &lines);
    search(&ring);
    pushed_records_stand_among_them(&ring, &all);

    ring.clear();
    assert!(all().is_empty() && observability.recent(10).is_empty());
    (0..2 * KEPT).for_each(|n| tracing::info!(n, "one of many"));
    // Most of them are spans without a line, which do not take a line's place.
    (0..10 * KEPT).for_each(|_| often());
    let last = all();
    assert_eq!(last.len(), KEPT);
    assert!(messages(&last).contains(&"one of many"));
    observability.shutdown(Duration::from_secs(10));
    assert_eq!(all().len(), KEPT, "it can be read to the end");
    let _ = std::fs::remove_file(log);
}

/// Each record is the line that was written.
fn compare(records: &[LogRecord], lines: &[Value]) {
    assert_eq!(records.len(), lines.len());
    for (record, line) in records.iter().zip(lines) {
        assert_eq!(
            (&record.level, &record.target, &record.message),
            (&text(&line["level"]), &text(&line["target"]), &text(&line["message"]))
        );
        let written = chrono::DateTime::parse_from_rfc3339(line["timestamp"].as_str().unwrap()).unwrap();
        assert_eq!(record.timestamp_ms, written.timestamp_millis());
        assert_eq!(
            (record.file.as_str(), record.line),
            (line["file"].as_str().unwrap_or_default(), number(line))
        );
        let fields = record.fields.clone().unwrap_or_default();
        for key in ["trace_id", "span_id", "parent_id", "request_id", "outcome", "duration_ns", "error"] {
            assert_eq!(fields.get(key), line.get(key), "{key} of {record:?}");
        }
    }
    assert_eq!(records[3].fields, None, "in no trace, and without fields");
    let of = |record: &LogRecord| record.fields.clone().unwrap();
    let (warning, call, burst) = (of(&records[0]), of(&records[1]), of(&records[2]));
    assert_eq!(
        (&warning["n"], &warning["ratio"], &warning["request_id"]),
        (&json!(1), &json!(0.5), &json!("r-7"))
    );
    assert_eq!((&warning["span"], &warning["trace_id"]), (&json!("recent_ring::call"), &call["trace_id"]));
    assert_eq!((&call["outcome"], &call["error"]), (&json!("error"), &json!("no reason")));
    assert_eq!(call["trace_id#2"], "the caller's", "ids are what they are; the caller's field gives way");
    assert_eq!((&burst["neurons_fired"], &burst["name"]), (&json!(5), &json!("burst")));
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn number(line: &Value) -> u32 {
    line["line"].as_u64().unwrap_or_default() as u32
}

fn search(ring: &LogRingBuffer) {
    let all = ring.snapshot(None, None, None, None, None);
    let since = all[2].timestamp_ms;
    assert!(
        ring.snapshot(Some(since), None, None, None, None).iter().all(|found| found.timestamp_ms >= since)
    );
    assert_eq!(ring.snapshot(Some(i64::MAX), None, None, None, None).len(), 0);
    let at_least = |level| ring.snapshot(None, Some(level), None, None, None).len();
    assert_eq!(
        (at_least("trace"), at_least("Warning"), at_least("ERROR"), at_least("nonsense")),
        (4, 3, 2, 4)
    );
    assert_eq!(
        messages(&ring.snapshot(None, None, Some("feagi-"), None, None)),
        ["slow Request", "from the log facade"]
    );
    assert_eq!(messages(&ring.snapshot(None, None, None, None, Some(" reQuest "))), ["slow Request"]);
    assert_eq!(
        messages(&ring.snapshot(None, None, None, Some(2), None)),
        ["Burst executed", "from the log facade"]
    );
    assert_eq!(
        messages(&ring.snapshot(None, Some("warn"), None, Some(1), Some("r"))),
        ["from the log facade"]
    );
    assert_eq!(ring.snapshot(None, None, None, Some(0), None).len(), 0);
}

/// What a program puts into the ring by itself has its place by its time.
fn pushed_records_stand_among_them(ring: &LogRingBuffer, all: &dyn Fn() -> Vec<LogRecord>) {
    let own = |timestamp_ms, message: &str| LogRecord {
        timestamp_ms,
        level: "INFO".to_owned(),
        target: "own".to_owned(),
        file: String::new(),
        line: 0,
        message: message.to_owned(),
        fields: None,
    };
    ring.push(own(0, "long ago"));
    ring.push(own(i64::MAX, "to come"));
    let records = all();
    assert_eq!((records[0].message.as_str(), records[5].message.as_str()), ("long ago", "to come"));
    assert_eq!(messages(&ring.snapshot(None, None, None, Some(2), None)), ["from the log facade", "to come"]);
    (0..2 * KEPT as i64).for_each(|n| ring.push(own(n, "many")));
    assert_eq!(all().len(), KEPT);
}
