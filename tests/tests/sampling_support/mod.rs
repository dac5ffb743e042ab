//! Traces of nested calls, some of which fail or are slow, and what must hold of them whatever share is kept.

use feagi_observability::{TelemetryConfig, burst_info, current_context, observe};
use feagi_observability_tests::captured::{Capture, Captured, is_span};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Traces of a run.
pub(crate) const TRACES: u64 = 2_000;

/// Begins a trace.
#[observe(metric = "sampling_root")]
pub(crate) fn root(n: u64) -> bool {
    step(n);
    tracing::info!(n, "a foreign line");
    tracing::info_span!("foreign").in_scope(|| leaf(n).is_err())
}

#[observe(metric = "sampling_step")]
fn step(n: u64) {
    burst_info!(burst_id = n, neurons_fired = 1, synapses_activated = 2);
    slow(n);
}

/// Each hundredth is over its budget.
#[observe(metric = "sampling_slow", budget = "20ms")]
fn slow(n: u64) {
    if n.is_multiple_of(100) {
        let start = std::time::Instant::now();
        while start.elapsed().as_millis() <= 20 {}
    }
}

/// Each twentieth fails.
#[observe(metric = "sampling_leaf", fields(kept = current_context().is_some_and(|context| context.is_sampled())))]
fn leaf(n: u64) -> Result<u64, String> {
    if n.is_multiple_of(20) { Err(format!("{n} fails")) } else { Ok(n) }
}

/// Runs all traces.
pub(crate) fn run(test: &str, telemetry: TelemetryConfig) -> Captured {
    let capture = Capture::start_with(test, "info", telemetry);
    for n in 0..TRACES {
        assert_eq!(root(n), n.is_multiple_of(20));
        if n % 100 == 99 {
            // No ring is to be full.
            capture.page();
        }
    }
    capture.finish()
}

/// An id of a span or a line.
pub(crate) fn id<'a>(of: &'a Value, key: &str) -> Option<&'a str> {
    of[key].as_str().or(of["args"][key].as_str())
}

/// The spans of the trace file by their ids.
pub(crate) fn spans(captured: &Captured) -> BTreeMap<&str, &Value> {
    captured
        .trace
        .iter()
        .filter(|event| is_span(event))
        .filter_map(|span| Some((id(span, "span_id")?, span)))
        .collect()
}

/// Every parent is there; a span without one is the first of its trace, or says that it is not all of it.
pub(crate) fn check_parents(captured: &Captured) {
    let spans = spans(captured);
    for span in spans.values() {
        match id(span, "parent_id") {
            Some(parent) => {
                let parent = spans.get(parent).unwrap_or_else(|| panic!("an orphan: {span}"));
                assert_eq!(id(parent, "trace_id"), id(span, "trace_id"));
            }
            None => {
                let is_root = span["name"] == "sampling_support::root";
                let is_partial = span["args"]["obs.partial"] == true;
                assert!(is_root || is_partial, "neither a root nor marked: {span}");
            }
        }
    }
}

/// All calls are counted and have lines with ids; those that failed or took too long have spans; exemplars lead to spans.
pub(crate) fn check_everything_else(captured: &Captured) {
    let count = |series: &str| captured.sample(series).unwrap_or_default() as u64;
    assert_eq!(count("sampling_root_calls_total{outcome=\"ok\"}"), TRACES);
    assert_eq!(count("sampling_leaf_calls_total{outcome=\"error\"}"), TRACES / 20);
    let lines = captured.lines.iter().filter(|line| id(line, "trace_id").is_some_and(|id| id.len() == 32));
    // Four calls, the event and the foreign line of each trace.
    assert_eq!(lines.count() as u64, 6 * TRACES);
    let spans = spans(captured);
    let of = |name: &str, outcome: &str| {
        spans.values().filter(|span| span["name"] == name && span["args"]["outcome"] == outcome).count()
            as u64
    };
    assert_eq!(of("sampling_support::leaf", "error"), TRACES / 20);
    let slow = spans.values().filter(|span| span["args"]["over_budget"] == true).count() as u64;
    assert_eq!(slow, count("sampling_slow_over_budget_total"));
    assert!(slow >= TRACES / 100);
    check_exemplars(captured, &spans);
}

fn check_exemplars(captured: &Captured, spans: &BTreeMap<&str, &Value>) {
    let marked = captured.page.lines().filter_map(|line| line.split_once("span_id=\"")?.1.get(..16));
    let examples: BTreeSet<&str> = marked.collect();
    assert!(!examples.is_empty());
    for example in examples {
        assert!(spans.contains_key(example), "an exemplar without its span: {example}");
    }
}
