//! A host that owns its subscriber, its logger and its recorder: our layer records beside its own, as our own subscriber would.

use feagi_observability::{
    RecentKind, TelemetryConfig, TracingSubscriber, current_context, instrument, observe,
};
use feagi_observability_tests::buffer::Buffer;
use feagi_observability_tests::captured::{Capture, Captured};
use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use serde_json::{Value, json};
use tracing::{Span, debug, error, field, info, info_span};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt;
use tracing_subscriber::prelude::*;

struct HostRecorder;

impl Recorder for HostRecorder {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn register_counter(&self, _: &Key, _: &Metadata<'_>) -> Counter {
        Counter::noop()
    }
    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }
    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}

#[observe]
fn call_around() {
    let span = info_span!("theirs in ours", answer = 42, late = field::Empty);
    span.record("late", "value");
    span.in_scope(|| {
        info!(count = 3, "in their span");
        call_inside();
    });
}

#[observe]
fn call_inside() {
    log::warn!("from log");
}

#[instrument(err)]
fn adopted(fails: bool) -> Result<(), String> {
    if fails { Err("broken".to_owned()) } else { Ok(()) }
}

fn parents_by_hand() {
    let around = info_span!("by hand");
    info_span!(parent: &around, "child by hand").in_scope(|| info!(parent: None, "of nothing"));
    let cause = info_span!("cause");
    let effect = info_span!(parent: None, "effect");
    effect.follows_from(&cause);
    info!(parent: &around, "told of its span");
}

fn quiet() {
    debug!("of no interest here");
    let quiet = tracing::debug_span!("quiet");
    quiet.in_scope(|| info_span!("in the quiet one").in_scope(|| ()));
}

#[test]
fn host_and_layer_each_have_every_event_once_and_the_layer_has_them_in_one_trace_with_calls() {
    metrics::set_global_recorder(HostRecorder).unwrap();
    let telemetry = TelemetryConfig { subscriber: TracingSubscriber::Host, ..Default::default() };
    let capture = Capture::start_with("layer-host", "info", telemetry);
    let health = || capture.manager.telemetry().get_health();
    assert_eq!(health().checks[0].name, "tracing_layer");
    assert!(!health().is_healthy(), "nothing is recorded yet");
    let host = Buffer::default();
    // `init` sets a `log` logger, too, and would panic if there were one.
    tracing_subscriber::registry()
        .with(fmt::layer().with_ansi(false).with_writer(host.clone()).with_filter(LevelFilter::DEBUG))
        .with(capture.manager.layer())
        .init();
    call_around();
    info_span!("around").in_scope(|| {
        call_inside();
        assert_eq!(Span::current().metadata().unwrap().name(), "around");
    });
    parents_by_hand();
    quiet();
    adopted(false).unwrap();
    adopted(true).unwrap_err();
    metrics::counter!("host_counter").increment(1);
    error!("the last one");
    assert!(current_context().is_none(), "left as it was entered");

    let page = capture.page();
    assert!(
        page.contains(r#"observed_calls_total{outcome="ok",site="layer_host::call_around"} 1"#),
        "{page}"
    );
    assert!(!page.contains("host_counter"), "the host's recorder has it");
    assert!(health().is_healthy(), "{:?}", health());
    check_recent(&capture);
    let manager_layer = capture.manager.layer();
    let captured = capture.finish();
    check_host(&host);
    check_spans(&captured);
    check_lines(&captured);
    check_adopted(&captured);
    after_the_end(manager_layer);
}

fn check_host(host: &Buffer) {
    for text in ["in their span", "from log", "of no interest here", "told of its span", "the last one"] {
        let expected = if text == "from log" { 2 } else { 1 };
        assert_eq!(host.count(text), expected, "`{text}` in {}", host.text());
    }
}

fn args<'a>(captured: &'a Captured, name: &str) -> &'a Value {
    let found = captured.spans_of(name);
    assert_eq!(found.len(), 1, "one span `{name}` in {:#?}", captured.trace);
    &found[0]["args"]
}

fn check_spans(captured: &Captured) {
    let check_child = |child: &str, parent: &str| {
        let (child, parent) = (args(captured, child), args(captured, parent));
        assert_eq!((&child["parent_id"], &child["trace_id"]), (&parent["span_id"], &parent["trace_id"]));
    };
    check_child("theirs in ours", "layer_host::call_around");
    check_child("child by hand", "by hand");
    assert_eq!(args(captured, "theirs in ours")["fields"], json!({"answer": 42, "late": "value"}));
    let inside: Vec<_> = captured.spans_of("layer_host::call_inside");
    let parents = ["theirs in ours", "around"].map(|name| &args(captured, name)["span_id"]);
    assert_eq!(inside.iter().map(|span| &span["args"]["parent_id"]).collect::<Vec<_>>(), parents);
    let links = args(captured, "effect")["follows_from"].to_string();
    assert!(links.contains(args(captured, "cause")["span_id"].as_str().unwrap()), "{links}");
    assert!(captured.spans_of("quiet").is_empty(), "our filter");
    assert!(args(captured, "in the quiet one")["parent_id"].is_null());
}

fn check_lines(captured: &Captured) {
    let line = captured.line("in their span");
    let span = args(captured, "theirs in ours");
    assert_eq!((&line["span_id"], &line["trace_id"]), (&span["span_id"], &span["trace_id"]));
    assert_eq!(line["fields"]["count"], 3);
    assert_eq!(captured.line("told of its span")["span_id"], args(captured, "by hand")["span_id"]);
    assert!(captured.line("of nothing")["trace_id"].is_null());
    assert!(captured.lines_of("of no interest here").is_empty(), "our filter");
    let logged = captured.lines_of("from log");
    assert_eq!(logged.len(), 2);
    for line in logged {
        assert_eq!(line["target"], "layer_host");
        assert!(
            captured
                .spans_of("layer_host::call_inside")
                .iter()
                .any(|span| span["args"]["span_id"] == line["span_id"])
        );
    }
}

fn check_adopted(captured: &Captured) {
    let spans = captured.spans_of("adopted");
    let outcomes: Vec<_> = spans.iter().map(|span| span["args"]["outcome"].as_str()).collect();
    assert_eq!(outcomes, [Some("ok"), Some("error")]);
    let ids = |values: &[&Value]| values.iter().map(|value| value["span_id"].clone()).collect::<Vec<_>>();
    let is_its = |line: &&Value| line["outcome"].is_string() && line["message"] == "layer_host::adopted";
    let lines: Vec<&Value> = captured.lines.iter().filter(is_its).collect();
    let args: Vec<&Value> = spans.iter().map(|span| &span["args"]).collect();
    assert_eq!(ids(&lines), ids(&args));
}

fn check_recent(capture: &Capture) {
    let recent = capture.manager.recent(100);
    let line = recent.iter().find(|record| record.message.as_deref() == Some("in their span")).unwrap();
    let trace = capture.manager.trace(line.trace_id.unwrap());
    let span = trace.records.iter().find(|record| record.name == "theirs in ours").unwrap();
    assert_eq!((span.kind, span.span_id), (RecentKind::Span, line.span_id));
    assert!(trace.records.iter().any(|record| record.span_id == span.parent_id), "its parent, which is ours");
}

/// A layer that is put in after the shutdown, and the one that is still there, do nothing.
fn after_the_end(late: feagi_observability::ObservabilityLayer<tracing_subscriber::Registry>) {
    let ids = || {
        info_span!("too late").in_scope(|| {
            info!("too late");
            current_context()
        })
    };
    assert!(ids().is_none());
    tracing::subscriber::with_default(tracing_subscriber::registry().with(late), || assert!(ids().is_none()));
}
