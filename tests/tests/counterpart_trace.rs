//! The trace file, as strict viewers need it.

use feagi_observability_tests::run::Run;
use serde_json::Value;
use std::collections::BTreeMap;

/// Of one thread, in nanoseconds.
#[derive(Clone, Debug)]
struct Call {
    name: String,
    start: u64,
    end: u64,
    span: String,
    parent: Option<String>,
}

#[test]
fn complete_events_are_whole_and_nest_properly_on_each_thread() {
    let run = Run::of(env!("CARGO_BIN_EXE_emit"), "trace");
    let calls = calls_by_thread(&run.trace());
    assert_eq!(calls.len(), 2, "the main thread and the worker: {calls:#?}");
    for calls in calls.values() {
        assert_eq!(depth_if_nested(calls.clone()), 3, "think, parse, store: {calls:#?}");
        let mut children = Vec::new();
        for child in calls.iter().filter(|call| call.parent.is_some()) {
            let parent = calls.iter().find(|call| Some(&call.span) == child.parent.as_ref());
            let parent = parent.unwrap_or_else(|| panic!("no parent of {child:?} in {calls:#?}"));
            assert!(parent.start <= child.start && child.end <= parent.end, "{child:?} in {parent:?}");
            children.push(&*child.name);
        }
        children.sort_unstable();
        assert_eq!(children, ["emit::parse", "emit::parse", "emit::simulate_spiking_neurons", "emit::store"]);
    }
}

#[test]
fn asynchronous_pairs_match_and_every_thread_has_its_name() {
    let run = Run::of(env!("CARGO_BIN_EXE_emit"), "trace-pairs");
    let events = run.trace();
    let of_phase = |phase: &str| events.iter().filter(|event| event["ph"] == phase).collect::<Vec<_>>();
    let (begins, ends) = (of_phase("b"), of_phase("e"));
    assert_eq!((begins.len(), ends.len()), (2, 2), "one awaited, one dropped");
    for begin in begins {
        let same = |end: &&&Value| ["id", "cat", "name", "pid"].iter().all(|key| begin[*key] == end[*key]);
        let end = ends.iter().find(same).unwrap_or_else(|| panic!("no end of {begin} in {ends:#?}"));
        assert!(nanos(&begin["ts"]) <= nanos(&end["ts"]));
    }
    let names: Vec<&Value> = of_phase("M").iter().map(|event| &event["args"]["name"]).collect();
    for name in ["emit", "main", "worker \"2\""] {
        assert!(names.contains(&&Value::from(name)), "{name} in {names:?}");
    }
}

fn calls_by_thread(events: &[Value]) -> BTreeMap<u64, Vec<Call>> {
    let mut calls: BTreeMap<u64, Vec<Call>> = BTreeMap::new();
    for event in events {
        assert!(event["ph"].is_string() && event["name"].is_string(), "{event}");
        if event["ph"] == "X" {
            let tid = event["tid"].as_u64().unwrap_or_else(|| panic!("no tid: {event}"));
            assert!(event["pid"].as_u64().is_some(), "no pid: {event}");
            calls.entry(tid).or_default().push(call(event));
        }
    }
    calls
}

fn call(event: &Value) -> Call {
    let start = nanos(&event["ts"]);
    let text = |value: &Value| value.as_str().map(str::to_owned);
    Call {
        name: text(&event["name"]).unwrap_or_else(|| panic!("no name: {event}")),
        start,
        end: start + nanos(&event["dur"]),
        span: text(&event["args"]["span_id"]).unwrap_or_else(|| panic!("no span id: {event}")),
        parent: text(&event["args"]["parent_id"]),
    }
}

/// Viewers read microseconds.
fn nanos(value: &Value) -> u64 {
    let micros = value.as_f64().unwrap_or_else(|| panic!("not a number: {value}"));
    assert!(micros >= 0.0, "{micros}");
    (micros * 1000.0).round() as u64
}

/// How deep the calls nest. Viewers draw a call below the one that is open when it begins, so it must end before that does.
fn depth_if_nested(mut calls: Vec<Call>) -> usize {
    calls.sort_by_key(|call| (call.start, std::cmp::Reverse(call.end)));
    let (mut open, mut depth): (Vec<Call>, usize) = (Vec::new(), 0);
    for call in calls {
        open.retain(|outer| outer.end > call.start);
        if let Some(outer) = open.last() {
            assert!(call.end <= outer.end, "{call:?} sticks out of {outer:?}");
        }
        open.push(call);
        depth = depth.max(open.len());
    }
    depth
}
