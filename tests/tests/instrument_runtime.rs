//! `#[instrument]` with our runtime: one span for each call, and on top of it a line, metrics and an outcome under the span's id.

use feagi_observability::{
    LogFormat, LogOutput, LoggingConfig, ObservabilityConfig, ProfilingConfig, Stats, TelemetryConfig,
    current_context, init_observability, instrument, observe,
};
use feagi_observability_tests::captured::is_span;
use serde_json::Value;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::LazyLock;
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use tracing::{Span, field, info, info_span};

/// Everything is recorded once, and each test looks at its part.
static RUN: LazyLock<Run> = LazyLock::new(record);

struct Run {
    trace: Vec<Value>,
    lines: Vec<Value>,
    page: String,
    stats: Stats,
}

impl Run {
    /// The spans of that name: their beginnings, where they are shown as two events.
    fn spans(&self, name: &str) -> Vec<&Value> {
        self.trace.iter().filter(|event| event["name"] == name && is_span(event)).collect()
    }

    fn span(&self, name: &str) -> &Value {
        let found = self.spans(name);
        assert_eq!(found.len(), 1, "one span `{name}` in {:#?}", self.trace);
        found[0]
    }

    fn lines(&self, message: &str) -> Vec<&Value> {
        self.lines.iter().filter(|line| line["message"] == message).collect()
    }

    fn line(&self, message: &str) -> &Value {
        let found = self.lines(message);
        assert_eq!(found.len(), 1, "one line `{message}` in {:#?}", self.lines);
        found[0]
    }

    fn assert_on_page(&self, text: &str) {
        assert!(self.page.contains(text), "`{text}` in {}", self.page);
    }
}

fn record() -> Run {
    let folder = std::env::temp_dir().join(format!("feagi-observability-instrument-{}", std::process::id()));
    let log = folder.join("log.jsonl");
    let config = ObservabilityConfig {
        logging: LoggingConfig {
            format: LogFormat::Json,
            output: LogOutput::File(log.to_string_lossy().into_owned()),
            rate_limit: 0,
            ..Default::default()
        },
        telemetry: TelemetryConfig { tracing_enabled: true, ..Default::default() },
        profiling: ProfilingConfig { chrome_tracing: true, output_dir: folder.clone(), ..Default::default() },
    };
    plain(0, "before the start");
    let observability = init_observability(&config).unwrap();
    for scenario in SCENARIOS {
        scenario();
        assert!(current_context().is_none(), "left as it was entered");
    }
    observability.flush(Duration::from_secs(10));
    let page = observability.telemetry().export_openmetrics();
    observability.shutdown(Duration::from_secs(10));
    plain(0, "after the end");
    let read = |path: &std::path::Path| std::fs::read_to_string(path).unwrap();
    let run = Run {
        trace: serde_json::from_str(&read(&folder.join("trace.json"))).unwrap(),
        lines: read(&log).lines().map(|line| serde_json::from_str(line).unwrap()).collect(),
        page,
        stats: observability.stats(),
    };
    std::fs::remove_dir_all(folder).unwrap();
    run
}

const SCENARIOS: [fn(); 10] = [
    || plain(7, "words"),
    around,
    records_late,
    ends,
    quiet,
    filtered,
    || block_on(later(3)),
    give_up,
    || drop(block_on(boxed(5))),
    named_all,
];

/// Says what it does.
#[instrument(metric = "plain", fields(half = n / 2))]
fn plain(n: u64, text: &str) {
    info!("in a plain call");
}

#[test]
fn a_call_has_exactly_one_span_and_its_line_has_the_ids_and_fields_of_it() {
    let (span, line) = (RUN.span("plain"), RUN.line("instrument_runtime::plain"));
    let args = &span["args"];
    let fields = serde_json::json!({"n": 7, "text": "words", "half": 3});
    assert_eq!((&args["fields"], &line["fields"]), (&fields, &fields));
    assert_eq!((&line["span_id"], &line["trace_id"]), (&args["span_id"], &args["trace_id"]));
    assert_eq!((&args["outcome"], &line["outcome"]), (&"ok".into(), &"ok".into()));
    assert!(args["parent_id"].is_null() && line["parent_id"].is_null());
    assert!(line["duration_ns"].as_u64().unwrap() > 0);
    let event = RUN.line("in a plain call");
    assert_eq!((&event["span_id"], &event["span"]), (&args["span_id"], &"plain".into()));
    assert_eq!((span["ph"].as_str(), span["cat"].as_str()), (Some("X"), Some("instrument_runtime")));
}

#[test]
fn a_call_is_counted_and_the_metrics_point_to_its_span() {
    RUN.assert_on_page("plain_calls_total{outcome=\"ok\"} 1");
    RUN.assert_on_page("# HELP plain_calls Calls by outcome: Says what it does.");
    let trace_id = RUN.span("plain")["args"]["trace_id"].as_str().unwrap();
    let exemplar = RUN
        .page
        .lines()
        .find(|line| line.starts_with("plain_duration_seconds_bucket") && line.contains(trace_id));
    assert!(exemplar.is_some(), "an exemplar with {trace_id} in {}", RUN.page);
}

#[observe]
fn around() {
    middle();
}

#[instrument]
fn middle() {
    info_span!("foreign").in_scope(inside);
}

#[observe]
fn inside() {}

#[test]
fn it_stands_in_one_trace_with_observed_calls_and_foreign_spans() {
    let chain = ["instrument_runtime::around", "middle", "foreign", "instrument_runtime::inside"];
    for pair in chain.windows(2) {
        let (parent, child) = (&RUN.span(pair[0])["args"], &RUN.span(pair[1])["args"]);
        assert_eq!((&child["parent_id"], &child["trace_id"]), (&parent["span_id"], &parent["trace_id"]));
    }
    assert_eq!(
        RUN.line("instrument_runtime::middle")["parent_id"],
        RUN.span("instrument_runtime::around")["args"]["span_id"]
    );
}

#[instrument(fields(k = field::Empty, n = 1))]
fn records_late() {
    Span::current().record("k", "came late");
    Span::current().record("n", 2);
}

#[test]
fn what_is_recorded_in_the_body_arrives_in_span_and_line() {
    let fields = serde_json::json!({"k": "came late", "n": 2});
    assert_eq!(RUN.span("records_late")["args"]["fields"], fields);
    assert_eq!(RUN.line("instrument_runtime::records_late")["fields"], fields);
}

fn ends() {
    let _ = (fallible(0), fallible(1), without_err(1), shown(1));
    assert!(catch_unwind(AssertUnwindSafe(panics)).is_err());
}

#[instrument(err, ret, metric = "fallible")]
fn fallible(n: u8) -> Result<u8, String> {
    if n == 0 { Ok(n) } else { Err(format!("unlucky {n}")) }
}

#[instrument]
fn without_err(n: u8) -> Result<u8, String> {
    Err(format!("unnoticed {n}"))
}

#[instrument(err(Debug, level = "warn"))]
fn shown(n: u8) -> Result<(), String> {
    Err(n.to_string())
}

#[instrument]
fn panics() {
    std::panic::resume_unwind(Box::new(7));
}

#[test]
fn an_error_or_a_panic_is_the_outcome_of_span_line_and_metrics() {
    let outcomes: Vec<_> = RUN.spans("fallible").iter().map(|span| span["args"]["outcome"].clone()).collect();
    assert_eq!(outcomes, ["ok", "error"]);
    assert_eq!(RUN.spans("fallible")[1]["args"]["error"], "unlucky 1");
    let lines = RUN.lines("instrument_runtime::fallible");
    assert_eq!((&lines[1]["level"], &lines[1]["error"]), (&"ERROR".into(), &"unlucky 1".into()));
    assert_eq!(lines[1]["fields"], serde_json::json!({"n": 1}));
    RUN.assert_on_page("fallible_calls_total{outcome=\"error\"} 1");
    let unnoticed = &RUN.span("without_err")["args"];
    assert_eq!((&unnoticed["outcome"], &unnoticed["error"]), (&"error".into(), &"unnoticed 1".into()));
    assert_eq!(RUN.span("shown")["args"]["error"], "\"1\"");
    assert_eq!(RUN.span("panics")["args"]["outcome"], "panic");
    assert_eq!(RUN.line("instrument_runtime::panics")["outcome"], "panic");
}

#[test]
fn err_and_ret_are_events_within_the_span() {
    let spans = RUN.spans("fallible");
    let events: Vec<_> = RUN.lines.iter().filter(|line| line["span"] == "fallible").collect();
    assert_eq!(events.len(), 2);
    assert_eq!((&events[0]["fields"]["return"], &events[0]["level"]), (&"0".into(), &"INFO".into()));
    assert_eq!((&events[1]["fields"]["error"], &events[1]["level"]), (&"unlucky 1".into(), &"ERROR".into()));
    for (event, span) in events.iter().zip(spans) {
        assert_eq!(event["span_id"], span["args"]["span_id"]);
    }
}

fn quiet() {
    never_a_line();
    let _ = (only_errors(0), only_errors(1));
    never_a_metric();
}

#[instrument(log(on = "never"), metric = "quiet")]
fn never_a_line() {}

#[instrument(log(on = "error"))]
fn only_errors(n: u8) -> Result<(), String> {
    if n == 0 { Ok(()) } else { Err("loud".to_owned()) }
}

#[instrument(metric = false)]
fn never_a_metric() {}

#[test]
fn line_and_metrics_can_be_left_out() {
    assert!(RUN.lines("instrument_runtime::never_a_line").is_empty());
    let trace_id = RUN.span("never_a_line")["args"]["trace_id"].as_str().unwrap();
    RUN.assert_on_page("quiet_calls_total{outcome=\"ok\"} 1");
    assert!(
        RUN.page.lines().any(|line| line.starts_with("quiet_") && line.contains(trace_id)),
        "an exemplar"
    );
    assert_eq!(RUN.line("instrument_runtime::only_errors")["outcome"], "error");
    assert_eq!(RUN.spans("only_errors").len(), 2);
    RUN.span("never_a_metric");
    RUN.line("instrument_runtime::never_a_metric");
    assert!(!RUN.page.contains("never_a_metric"));
}

#[observe]
fn filtered() {
    below_the_level(1);
    let _ = fails_below_the_level();
}

#[instrument(level = "debug", metric = "filtered")]
fn below_the_level(n: u8) {}

#[instrument(level = "debug")]
fn fails_below_the_level() -> Result<(), String> {
    Err("still told".to_owned())
}

#[test]
fn a_call_whose_span_is_filtered_out_is_no_span_but_counted_and_its_error_told() {
    assert!(RUN.spans("below_the_level").is_empty() && RUN.spans("fails_below_the_level").is_empty());
    assert!(RUN.lines("instrument_runtime::below_the_level").is_empty());
    RUN.assert_on_page("filtered_calls_total{outcome=\"ok\"} 1");
    let line = RUN.line("instrument_runtime::fails_below_the_level");
    assert_eq!((&line["error"], &line["level"]), (&"still told".into(), &"ERROR".into()));
    assert_eq!(
        line["span_id"],
        RUN.span("instrument_runtime::filtered")["args"]["span_id"],
        "what is around it"
    );
}

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return output;
        }
        assert!(current_context().is_none(), "a pending future leaves its span");
    }
}

fn yield_once() -> impl Future<Output = ()> {
    let mut first = true;
    std::future::poll_fn(move |_| if std::mem::take(&mut first) { Poll::Pending } else { Poll::Ready(()) })
}

#[instrument(metric = "later")]
async fn later(n: u8) {
    yield_once().await;
    info!("after the await");
    Span::current().record("n", n + 1);
}

fn give_up() {
    let mut future = pin!(given_up());
    assert!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
}

#[instrument]
async fn given_up() {
    yield_once().await;
}

#[instrument(err)]
fn boxed(n: u8) -> Pin<Box<dyn Future<Output = Result<u8, String>> + Send>> {
    Box::pin(async move {
        yield_once().await;
        Err(format!("boxed {n}"))
    })
}

#[test]
fn a_future_is_one_call_with_one_span_over_all_its_polls() {
    let (span, line) = (RUN.span("later"), RUN.line("instrument_runtime::later"));
    assert_eq!(span["args"]["fields"], serde_json::json!({"n": 4}));
    assert_eq!((&line["span_id"], &line["fields"]), (&span["args"]["span_id"], &span["args"]["fields"]));
    assert_eq!(RUN.line("after the await")["span_id"], span["args"]["span_id"]);
    assert_eq!(span["ph"], "b");
    RUN.assert_on_page("later_calls_total{outcome=\"ok\"} 1");
    assert_eq!(RUN.span("given_up")["args"]["outcome"], "cancelled");
    assert_eq!(RUN.line("instrument_runtime::given_up")["outcome"], "cancelled");
    let boxed = &RUN.span("boxed")["args"];
    assert_eq!((&boxed["outcome"], &boxed["error"]), (&"error".into(), &"boxed 5".into()));
    assert_eq!(RUN.line("instrument_runtime::boxed")["span_id"], boxed["span_id"]);
}

const NAME: &str = "of a constant";
const LEVEL: tracing::Level = tracing::Level::WARN;

fn named_all() {
    constants();
    let parent = info_span!("parent by hand");
    below(&parent);
}

#[instrument(name = NAME, target = NAME, level = LEVEL, fields({ NAME } = 1))]
fn constants() {}

#[instrument(skip_all, parent = parent, follows_from = [parent])]
fn below(parent: &Span) {}

#[test]
fn constants_name_span_and_line_alike() {
    let line = RUN.line("of a constant");
    assert_eq!((&line["target"], &line["level"]), (&"of a constant".into(), &"WARN".into()));
    assert_eq!(line["fields"], serde_json::json!({"of a constant": 1}));
    assert_eq!(RUN.span("of a constant")["cat"], "of a constant");
}

#[test]
fn parent_and_causes_are_those_of_the_span() {
    let (parent, below) = (&RUN.span("parent by hand")["args"], &RUN.span("below")["args"]);
    assert_eq!((&below["parent_id"], &below["trace_id"]), (&parent["span_id"], &parent["trace_id"]));
    let link = format!("{}-{}", parent["trace_id"].as_str().unwrap(), parent["span_id"].as_str().unwrap());
    assert_eq!(below["follows_from"], serde_json::json!([link]));
    let line = RUN.line("instrument_runtime::below");
    assert_eq!((&line["links"], &line["parent_id"]), (&serde_json::json!([link]), &parent["span_id"]));
}

#[test]
fn everything_is_counted_once() {
    let shown = RUN.trace.iter().filter(|event| is_span(event));
    let (spans, lines) = (&RUN.stats.spans, &RUN.stats.lines);
    assert_eq!((spans.emitted, spans.collected), (shown.count() as u64, spans.emitted));
    assert_eq!((lines.emitted, lines.collected), (RUN.lines.len() as u64, lines.emitted));
    assert_eq!((spans.queued, lines.queued), (0, 0));
}
