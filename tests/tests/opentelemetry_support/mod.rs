//! What is done through OpenTelemetry's API, and what must stand in the record of it.

use feagi_observability::{current_context, instrument, observe};
use feagi_observability_tests::captured::Captured;
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::{SpanContext, SpanId, Status, TraceContextExt, TraceFlags, TraceId, TraceState};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use serde_json::{Value, json};
use std::collections::HashMap;
use tracing::{Span, field, info, info_span};
use tracing_opentelemetry::{OpenTelemetrySpanExt, SetParentError};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER: &str = "00f067aa0ba902b7";

fn caller(is_remote: bool) -> Context {
    let (trace, span) = (TraceId::from_hex(TRACE).unwrap(), SpanId::from_hex(CALLER).unwrap());
    let span = SpanContext::new(trace, span, TraceFlags::SAMPLED, is_remote, TraceState::default());
    Context::new().with_remote_span_context(span)
}

/// Trace and span, as OpenTelemetry has them and as we have them.
fn ids(context: &Context) -> (String, String) {
    let span = context.span();
    (span.span_context().trace_id().to_string(), span.span_context().span_id().to_string())
}

fn our_ids() -> (String, String) {
    let context = current_context().unwrap();
    (context.trace_id().to_string(), context.span_id().to_string())
}

pub(crate) fn run() {
    the_current_one();
    a_remote_parent();
    parents_of_both_kinds();
    attributes();
    links_and_status();
    instrumented().unwrap_err();
    attached_by_others();
    too_late();
    assert!(!Context::current().has_active_span(), "left as it was entered");
    assert!(current_context().is_none());
}

fn the_current_one() {
    let span = info_span!("plain");
    let before = ids(&span.context());
    span.in_scope(|| {
        assert_eq!(ids(&Context::current()), our_ids());
        assert_eq!(ids(&Span::current().context()), our_ids());
        assert_eq!(our_ids(), before);
        let mut headers = HashMap::new();
        TraceContextPropagator::new().inject(&mut headers);
        let (trace, span) = our_ids();
        assert_eq!(headers["traceparent"], format!("00-{trace}-{span}-01"));
    });
}

#[observe]
fn call_in_adopted() {
    assert_eq!(our_ids().0, TRACE);
    info_span!("in a call in adopted").in_scope(|| assert_eq!(ids(&Context::current()), our_ids()));
}

fn a_remote_parent() {
    let span = info_span!("adopted");
    span.set_parent(caller(true)).unwrap();
    span.in_scope(|| {
        assert_eq!(our_ids().0, TRACE);
        assert_eq!(ids(&Context::current()), our_ids());
        info!("in the adopted span");
        call_in_adopted();
    });
    let late = info_span!("set before a child");
    late.set_parent(caller(true)).unwrap();
    info!(parent: &late, "told of the adopted span");
    drop(info_span!(parent: &late, "child of one not entered"));
    assert!(matches!(late.set_parent(caller(true)), Err(SetParentError::AlreadyStarted)));
    let unparented = info_span!("in a call").in_scope(|| {
        let span = info_span!("made a root");
        span.set_parent(Context::new()).unwrap();
        span
    });
    unparented.in_scope(|| ());
}

#[observe]
fn call_around() {
    let call = our_ids();
    let span = info_span!("in a call of ours");
    assert_eq!(ids(&span.context()).0, call.0);
    span.in_scope(|| {
        let handed_on = Span::current().context();
        std::thread::spawn(move || {
            let span = info_span!("elsewhere");
            span.set_parent(handed_on).unwrap();
            span.in_scope(|| ());
        })
        .join()
        .unwrap();
    });
}

fn parents_of_both_kinds() {
    call_around();
    drop(info_span!(parent: None, "a root by hand"));
}

fn attributes() {
    let span = info_span!("with attributes", declared = 1, late = field::Empty);
    span.set_attribute("early", "before it is entered");
    span.in_scope(|| {
        let span = Span::current();
        span.record("late", 2);
        span.set_attribute("number", 3_i64);
        span.set_attribute("number", 4_i64);
        span.set_attribute("truth", true);
        span.set_attribute("half", 0.5);
        span.set_attribute("list", opentelemetry::Value::Array(vec![1_i64, 2].into()));
        span.set_attribute("declared", 5_i64);
        span.add_event("an event", vec![KeyValue::new("of", "the api")]);
    });
    span.set_attribute("after", "it was left");
}

fn links_and_status() {
    let span = info_span!("with links");
    span.add_link(caller(true).span().span_context().clone());
    span.in_scope(|| {
        let other = info_span!("linked to");
        span.add_link(other.context().span().span_context().clone());
        span.set_status(Status::error("it broke"));
    });
}

#[instrument(err)]
fn instrumented() -> Result<(), String> {
    let span = Span::current();
    assert_eq!(ids(&span.context()), our_ids());
    span.set_attribute("set", "inside");
    Err("of the call".to_owned())
}

/// Where no context of ours is, what others have attached is the parent; where one is, it is ours.
fn attached_by_others() {
    let _attached = caller(false).attach();
    info_span!("under what is attached").in_scope(|| assert_eq!(our_ids().0, TRACE));
    call_with_something_attached();
}

#[observe]
fn call_with_something_attached() {
    info_span!("under ours").in_scope(|| assert_ne!(our_ids().0, TRACE));
}

/// What is kept of a span when it is gone does no harm.
fn too_late() {
    let context = info_span!("gone").context();
    context.span().set_attribute(KeyValue::new("too", "late"));
    context.span().end();
    assert!(context.span().span_context().is_valid());
}

fn args<'a>(captured: &'a Captured, name: &str) -> &'a Value {
    let found = captured.spans_of(name);
    assert_eq!(found.len(), 1, "one span `{name}` in {:#?}", captured.trace);
    &found[0]["args"]
}

pub(crate) fn check(captured: &Captured) {
    check_parents(captured);
    check_values(captured);
}

fn check_parents(captured: &Captured) {
    let args = |name: &str| args(captured, name);
    for name in ["adopted", "set before a child", "under what is attached"] {
        assert_eq!(
            (&args(name)["trace_id"], &args(name)["parent_id"]),
            (&json!(TRACE), &json!(CALLER)),
            "{name}"
        );
    }
    let of_call = args("opentelemetry_support::call_in_adopted");
    let _ = of_call;
    for (child, parent) in
        [("child of one not entered", "set before a child"), ("elsewhere", "in a call of ours")]
    {
        let (child, parent) = (args(child), args(parent));
        assert_eq!((&child["parent_id"], &child["trace_id"]), (&parent["span_id"], &parent["trace_id"]));
    }
    for name in ["plain", "a root by hand", "made a root", "gone"] {
        assert!(args(name)["parent_id"].is_null(), "{name}: {}", args(name));
    }
    assert_ne!(args("made a root")["trace_id"], args("in a call")["trace_id"]);
    let line = |text: &str| captured.line(text);
    assert_eq!(line("in the adopted span")["span_id"], args("adopted")["span_id"]);
    let told = line("told of the adopted span");
    assert_eq!(
        (&told["trace_id"], &told["span_id"]),
        (&json!(TRACE), &args("set before a child")["span_id"])
    );
}

fn check_values(captured: &Captured) {
    let args = |name: &str| args(captured, name);
    let fields = json!({
        "declared": 5, "late": 2, "early": "before it is entered", "number": 4, "truth": true, "half": 0.5, "list": "[1,2]",
        "after": "it was left",
    });
    assert_eq!(args("with attributes")["fields"], fields);
    let event = captured.line("an event");
    assert_eq!(
        (&event["fields"]["of"], &event["span_id"]),
        (&json!("the api"), &args("with attributes")["span_id"])
    );
    let links = args("with links")["follows_from"].to_string();
    for linked in [CALLER, args("linked to")["span_id"].as_str().unwrap()] {
        assert!(links.contains(linked), "{linked} in {links}");
    }
    assert_eq!(args("with links")["outcome"], "error");
    assert_eq!(args("with links")["error"], "it broke");
    let instrumented = args("instrumented");
    assert_eq!(
        (&instrumented["outcome"], &instrumented["fields"]["set"]),
        (&json!("error"), &json!("inside"))
    );
}
