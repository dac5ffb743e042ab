//! The recent past is looked up by trace: every line, span and exemplar of it, in the order of time, and no more than was asked for.

use feagi_observability::{
    Context, LogFormat, LogOutput, LoggingConfig, ObservabilityConfig, Outcome, RecentKind, RecentRecord,
    RecentValue, TelemetryConfig, current_context, init_observability, observe, with_request_id,
};
use std::time::Duration;

const KEPT: usize = 50;

#[observe(metric = "recent_work", fields(n))]
fn work(n: u64) -> Option<Context> {
    tracing::warn!(half = 0.5, "working on {n}");
    let _ = part(n);
    current_context()
}

#[observe]
fn part(n: u64) -> Result<(), String> {
    Err(format!("no part {n}"))
}

#[test]
fn a_trace_leads_to_all_that_is_known_of_it() {
    let log = std::env::temp_dir().join(format!("feagi-observability-recent-{}.jsonl", std::process::id()));
    let observability = init_observability(&ObservabilityConfig {
        logging: LoggingConfig {
            output: LogOutput::File(log.to_string_lossy().into_owned()),
            format: LogFormat::Json,
            recent: KEPT,
            ..Default::default()
        },
        telemetry: TelemetryConfig { tracing_enabled: true, ..Default::default() },
        ..Default::default()
    })
    .unwrap();
    let flush = || assert!(observability.flush(Duration::from_secs(10)));

    let context = with_request_id("r-7", || work(1)).unwrap();
    flush();
    let trace = observability.trace(context.trace_id());
    let names: Vec<&str> = trace.records.iter().map(|record| record.name.as_str()).collect();
    assert!(names[0] == "recent::work" && names[2] == "recent::part" && names.len() == 3, "{names:?}");
    let [call, line, failed] = trace.records.as_slice() else { panic!("three records: {trace:#?}") };
    check_call(call, &context);
    assert_eq!((line.kind, line.message.as_deref()), (RecentKind::Log, Some("working on 1")));
    assert_eq!((line.is_line, line.is_span), (true, false));
    assert_eq!(line.span_id, call.span_id);
    assert_eq!(line.fields, [("half".to_owned(), RecentValue::F64(0.5))]);
    assert_eq!((failed.outcome, failed.error.as_deref()), (Outcome::Error, Some("no part 1")));
    assert_eq!(failed.parent_id, call.span_id);

    let series: Vec<&str> = trace.exemplars.iter().map(|exemplar| exemplar.series.as_str()).collect();
    assert!(series.contains(&"recent_work_calls_total{outcome=\"ok\"}"), "{series:?}");
    assert!(series.contains(&"recent_work_duration_seconds"), "{series:?}");
    let of_calls = trace.exemplars.iter().filter(|exemplar| exemplar.series.starts_with("recent_work"));
    of_calls.for_each(|exemplar| assert_eq!(Some(exemplar.span_id), call.span_id));

    (2..=KEPT as u64).for_each(|n| assert!(work(n).is_some()));
    flush();
    assert!(observability.trace(context.trace_id()).records.is_empty(), "newer ones have taken its place");
    let last = observability.recent(4);
    let lines = std::fs::read_to_string(&log).unwrap();
    let written: Vec<serde_json::Value> =
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let tail = &written[written.len() - 4..];
    assert_eq!(last.len(), 4);
    for (kept, written) in last.iter().zip(tail) {
        assert_eq!(written["trace_id"], kept.trace_id.unwrap().to_string());
        assert_eq!(written["span_id"], kept.span_id.unwrap().to_string());
    }
    assert!(observability.recent(usize::MAX).len() <= KEPT);
    let _ = std::fs::remove_file(log);
}

fn check_call(call: &RecentRecord, context: &Context) {
    assert_eq!((call.kind, call.is_line, call.is_span), (RecentKind::Call, true, true));
    assert_eq!((call.trace_id, call.span_id), (Some(context.trace_id()), Some(context.span_id())));
    assert_eq!((call.parent_id, call.request_id.as_deref()), (None, Some("r-7")));
    assert_eq!(call.fields, [("n".to_owned(), RecentValue::U64(1))]);
    assert!(call.duration > Duration::ZERO && call.outcome == Outcome::Ok && !call.thread.is_empty());
}
