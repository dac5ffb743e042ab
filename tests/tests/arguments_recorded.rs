//! What the arguments of `#[observe]` record of a call, read back from the log and the trace.

use feagi_observability::{Context, LabelValue, Level, current_context, observe};
use feagi_observability_tests::captured::{Capture, Captured};
use serde_json::{Value, json};
use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::task::{Context as Task, Poll, Waker};

#[derive(Clone, Copy)]
enum Phase {
    Inject,
    Propagate,
}

impl LabelValue for Phase {
    const VALUES: &'static [&'static str] = &["inject", "propagate"];

    fn index(&self) -> usize {
        match self {
            Phase::Inject => 0,
            Phase::Propagate => 1,
        }
    }
}

#[derive(Debug)]
struct Point {
    _x: u8,
}

#[observe(args(count, name, point, ratio))]
fn chosen_args(count: u32, name: &str, point: &Point, secret: &str, ratio: f64) -> usize {
    secret.len() + name.len() + usize::from(point._x) + count as usize + ratio as usize
}

#[observe(args(all))]
fn all_args(&(left, ref right): &(u8, String), [first, ..]: [char; 2]) -> usize {
    usize::from(left) + right.len() + first.len_utf8()
}

#[observe(fields(before = n, ret.len = ret.len(), ret.first = ret.first().copied()), ret)]
fn returned(n: usize) -> Vec<usize> {
    (0..n).collect()
}

/// `ret` is what a caller gets when all is well.
#[observe(fields(ret.doubled), ret(level = "debug"))]
async fn returned_later(fails: bool) -> Result<Doubled, String> {
    if fails { Err("refused".to_owned()) } else { Ok(Doubled { doubled: 14 }) }
}

#[derive(Debug)]
struct Doubled {
    doubled: u32,
}

#[observe(ret(Display, level = "trace"))]
fn returned_below_the_level() -> u8 {
    3
}

#[observe(ret(Display))]
fn returned_by_display() -> Shown {
    Shown
}

#[derive(Debug)]
struct Shown;

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("shown")
    }
}

#[observe(err(Debug, level = "warn"))]
fn error_by_debug() -> Result<(), Shown> {
    Err(Shown)
}

#[observe(err(level = Level::Info))]
async fn error_by_display() -> Result<(), Shown> {
    Err(Shown)
}

#[observe(ok_if = |result| matches!(result, Err(text) if text == "not found"))]
fn ok_if_missing(text: &str) -> Result<u8, String> {
    Err(text.to_owned())
}

#[observe(error_if = Option::is_none)]
fn error_if_none(some: bool) -> Option<u8> {
    some.then_some(1)
}

#[observe(labels(phase, warm = n > 1), metric = "labelled")]
fn labelled(phase: Phase, n: u8) -> u8 {
    n
}

#[observe]
fn origin() -> Option<Context> {
    current_context()
}

#[observe(parent = origin)]
fn child_of(origin: Option<Context>) -> Option<Context> {
    current_context()
}

#[observe(parent = parent)]
async fn later_child_of(parent: Context) {
    tracing::info!("within the later child");
}

#[observe(parent = None::<Context>)]
fn root_of_its_own() {}

#[observe(follows_from = causes.iter())]
fn follows(causes: &[Context]) {}

#[observe]
fn around() -> Option<Context> {
    root_of_its_own();
    child_of(None);
    current_context()
}

#[observe(dynamic(tenant = name.to_uppercase(), cap = 2), metric = "tenants")]
fn of_tenant(name: &str) {}

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Task::from_waker(Waker::noop())) {
            return output;
        }
    }
}

#[test]
fn arguments_record_what_they_say() {
    let capture = Capture::start("arguments-recorded", "debug");
    assert_eq!(chosen_args(7, "npu", &Point { _x: 1 }, "hunter2", 0.5), 18);
    assert_eq!(all_args(&(1, "two".to_owned()), ['3', '4']), 5);
    assert_eq!(returned(3).len(), 3);
    assert!(block_on(returned_later(false)).is_ok_and(|ok| ok.doubled == 14));
    assert!(block_on(returned_later(true)).is_err());
    assert_eq!(returned_below_the_level(), 3);
    returned_by_display();
    assert!(error_by_debug().is_err() && block_on(error_by_display()).is_err());
    assert!(ok_if_missing("not found").is_err() && ok_if_missing("broken").is_err());
    assert!(error_if_none(true).is_some() && error_if_none(false).is_none());
    labelled(Phase::Inject, 1);
    labelled(Phase::Propagate, 2);
    labelled(Phase::Propagate, 3);
    let first = origin().unwrap();
    child_of(Some(first));
    block_on(later_child_of(first));
    let around = around().unwrap();
    assert!(current_context().is_none(), "left as it was entered");
    follows(&[first, around]);
    ["a", "b", "c", "a", "d"].iter().for_each(|tenant| of_tenant(tenant));
    let captured = capture.finish();
    check_args(&captured);
    check_returned(&captured);
    check_errors(&captured);
    check_labels(&captured);
    check_parents(&captured, first, around);
    check_dynamic(&captured);
}

fn check_args(captured: &Captured) {
    let chosen = json!({"count": 7, "name": "npu", "point": "Point { _x: 1 }", "ratio": 0.5});
    assert_eq!(captured.line("arguments_recorded::chosen_args")["fields"], chosen);
    let all = json!({"left": "1", "right": "\"two\"", "first": "'3'"});
    assert_eq!(captured.line("arguments_recorded::all_args")["fields"], all);
    assert!(captured.lines.iter().all(|line| !line.to_string().contains("hunter2")));
}

fn check_returned(captured: &Captured) {
    let line = captured.line("arguments_recorded::returned");
    assert_eq!(line["fields"], json!({"before": 3, "ret.len": 3, "ret.first": 0, "return": "[0, 1, 2]"}));
    let span = captured.spans_of("arguments_recorded::returned")[0];
    assert_eq!(span["args"]["fields"]["ret.len"], 3, "on the span, too");
    let later = captured.lines_of("arguments_recorded::returned_later");
    assert_eq!(later[0]["fields"], json!({"ret.doubled": 14, "return": "Doubled { doubled: 14 }"}));
    assert_eq!((&later[1]["fields"], &later[1]["error"]), (&json!({}), &"refused".into()));
    let below = captured.line("arguments_recorded::returned_below_the_level");
    assert_eq!(below["fields"], json!({}), "the level of the value is not wanted");
    assert_eq!(captured.line("arguments_recorded::returned_by_display")["fields"]["return"], "shown");
}

fn check_errors(captured: &Captured) {
    let line = captured.line("arguments_recorded::error_by_debug");
    let [level, outcome, error] = ["level", "outcome", "error"].map(|key| &line[key]);
    assert_eq!([level, outcome, error], ["WARN", "error", "Shown"]);
    let line = captured.line("arguments_recorded::error_by_display");
    assert_eq!([&line["level"], &line["error"]], ["INFO", "shown"]);
    let outcomes =
        |name: &str| -> Vec<&Value> { captured.lines_of(name).iter().map(|line| &line["outcome"]).collect() };
    assert_eq!(outcomes("arguments_recorded::ok_if_missing"), ["ok", "error"]);
    let broken = captured.lines_of("arguments_recorded::ok_if_missing")[1];
    assert_eq!(broken["error"], "broken");
    assert_eq!(outcomes("arguments_recorded::error_if_none"), ["ok", "error"]);
}

fn check_labels(captured: &Captured) {
    let fields: Vec<&Value> =
        captured.lines_of("arguments_recorded::labelled").iter().map(|line| &line["fields"]).collect();
    assert_eq!(*fields[0], json!({"phase": "inject", "warm": "false"}));
    assert_eq!(*fields[2], json!({"phase": "propagate", "warm": "true"}));
    let calls = |labels: &str| captured.sample(&format!("labelled_calls_total{{{labels}}}"));
    assert_eq!(calls("outcome=\"ok\",phase=\"inject\",warm=\"false\""), Some(1.0), "{}", captured.page);
    assert_eq!(calls("outcome=\"ok\",phase=\"propagate\",warm=\"true\""), Some(2.0));
    assert_eq!(calls("outcome=\"ok\",phase=\"inject\",warm=\"true\""), None, "never met");
    let count = "labelled_duration_seconds_count{phase=\"propagate\",warm=\"true\"}";
    assert_eq!(captured.sample(count), Some(2.0));
    let trace_id = captured.lines_of("arguments_recorded::labelled")[0]["trace_id"].as_str().unwrap();
    let exemplar = captured.page.lines().find(|line| line.contains(trace_id)).unwrap();
    assert!(
        exemplar.contains("phase=\"inject\",warm=\"false\""),
        "the exemplar of its own series: {exemplar}"
    );
}

fn check_parents(captured: &Captured, first: Context, around: Context) {
    let ids = |context: Context| [context.trace_id().to_string(), context.span_id().to_string()];
    let of =
        |line: &Value| ["trace_id", "parent_id"].map(|key| line[key].as_str().unwrap_or_default().to_owned());
    let children = captured.lines_of("arguments_recorded::child_of");
    assert_eq!(of(children[0]), ids(first));
    assert_eq!(of(captured.line("arguments_recorded::later_child_of")), ids(first));
    let within = captured.line("within the later child");
    assert_eq!(within["trace_id"], ids(first)[0], "what is logged within carries the parent's trace");
    let own = captured.line("arguments_recorded::root_of_its_own");
    assert_ne!(own["trace_id"], ids(around)[0], "`None` is a trace of its own");
    assert_eq!((&own["parent_id"], &children[1]["parent_id"]), (&Value::Null, &Value::Null));
    let back = captured.line("arguments_recorded::around");
    assert_eq!(back["span_id"], ids(around)[1]);
}

fn check_dynamic(captured: &Captured) {
    let of =
        |tenant: &str| captured.sample(&format!("tenants_calls_total{{outcome=\"ok\",tenant=\"{tenant}\"}}"));
    assert_eq!([of("A"), of("B"), of("_overflow"), of("C")], [Some(2.0), Some(1.0), Some(2.0), None]);
    assert_eq!(captured.lines_of("arguments_recorded::of_tenant")[2]["fields"]["tenant"], "C");
}
