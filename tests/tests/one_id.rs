//! One id everywhere: API handlers on tokio, bursts on rayon's pool, a thread that learns from a channel, a child process, all at once; and
//! every line, span and exemplar carries the trace of the request that it was made for, and every parent is there.

use feagi_observability::propagation::PropagateContext;
use feagi_observability::{
    CapturedContext, Carrying, InCurrentContext, ParallelInCurrentContext, observe, with_request_id,
};
use feagi_observability_tests::captured::{Capture, Captured, is_span};
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::oneshot;

const REQUESTS: u64 = 100;
const NEURONS: u64 = 100;
const SYNAPSES: u64 = 10;
/// So many requests are under way at once: what they record fits on the rings.
const AT_ONCE: u64 = 10;
/// The one that starts a child.
const PARENT: u64 = 42;

/// A burst that a handler asks for.
struct Asked {
    request: u64,
    done: oneshot::Sender<u64>,
}

/// Answers a request.
#[observe(metric = "one_id_api", fields(request))]
async fn api(request: u64, bursts: Sender<Carrying<Asked>>) -> Result<u64, String> {
    let (done, fired) = oneshot::channel();
    bursts.send(Carrying::new(Asked { request, done })).map_err(|error| error.to_string())?;
    tokio::task::yield_now().await;
    let fired = fired.await.map_err(|error| error.to_string())?;
    tracing::info!(request, "answered");
    let part = tokio::spawn(async move { store(request) }.in_current_context());
    part.await.map_err(|error| error.to_string())?;
    if request % 10 == 3 { Err(format!("request {request} fails")) } else { Ok(fired) }
}

#[observe(fields(request))]
fn store(request: u64) {
    if request == PARENT {
        tracing::info_span!("starting").in_scope(|| start_child(request));
    }
}

#[observe(fields(request))]
fn start_child(request: u64) {
    let ran = Command::new(env!("CARGO_BIN_EXE_child")).arg(folder()).propagate_context().output();
    assert!(ran.expect("the child runs").status.success(), "of request {request}");
}

/// Runs one burst.
#[observe(metric = "one_id_burst", fields(request))]
fn burst(request: u64, learned: &Sender<Carrying<u64>>) -> u64 {
    let fired = (0..NEURONS).into_par_iter().in_current_context().map(|n| neuron(request, n)).sum();
    learned.send(Carrying::new(request)).expect("somebody learns");
    fired
}

#[observe(metric = "one_id_neuron", fields(request))]
fn neuron(request: u64, n: u64) -> u64 {
    u64::from((request ^ n).is_multiple_of(3))
}

#[observe(fields(request))]
fn learn(request: u64) {
    (0..SYNAPSES).for_each(|_| synapse(request));
    log::info!("learned from {request}");
}

#[observe(metric = "one_id_synapse", fields(request))]
fn synapse(request: u64) {}

fn folder() -> std::path::PathBuf {
    std::env::temp_dir().join(format!("feagi-observability-one-id-child-{}", std::process::id()))
}

#[test]
fn everything_that_is_made_for_a_request_carries_its_trace() {
    std::fs::create_dir_all(folder()).unwrap();
    let capture = Capture::start("one-id", "info");
    let (bursts, asked): (Sender<Carrying<Asked>>, Receiver<_>) = channel();
    let (learned, lessons): (Sender<Carrying<u64>>, Receiver<_>) = channel();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            for message in asked {
                message.receive(|Asked { request, done }| {
                    let _ = done.send(burst(request, &learned));
                });
            }
        });
        scope.spawn(move || lessons.iter().for_each(|message| message.receive(learn)));
        serve(&capture, bursts);
    });
    let captured = capture.finish();
    check(&captured);
    let _ = std::fs::remove_dir_all(folder());
}

fn serve(capture: &Capture, bursts: Sender<Carrying<Asked>>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    for first in (0..REQUESTS).step_by(AT_ONCE as usize) {
        let requests: Vec<_> = (first..first + AT_ONCE)
            .map(|request| {
                let context = CapturedContext::capture().with_request_id(&format!("r-{request}"));
                runtime.spawn(context.scope(api(request, bursts.clone())))
            })
            .collect();
        for request in requests {
            // Some fail, and are recorded as failed.
            let _ = runtime.block_on(request).expect("no handler panics");
        }
        capture.page();
    }
    with_request_id("r-none", || assert!(feagi_observability::current_context().is_none()));
}

fn check(captured: &Captured) {
    let calls = |line: &&Value| line["fields"]["request"].is_u64();
    let lines: Vec<&Value> = captured.lines.iter().filter(calls).collect();
    assert!(lines.len() as u64 >= 10_000, "{} lines", lines.len());
    let traces = check_lines(&lines);
    check_spans(captured, &lines, &traces);
    check_exemplars(captured);
    check_child(&traces[&PARENT], captured);
}

/// Returns the trace of each request.
fn check_lines(lines: &[&Value]) -> BTreeMap<u64, String> {
    let mut traces: BTreeMap<u64, String> = BTreeMap::new();
    for line in lines {
        let request = line["fields"]["request"].as_u64().unwrap();
        let trace = line["trace_id"].as_str().unwrap_or_else(|| panic!("a stray: {line}"));
        assert_eq!(traces.entry(request).or_insert_with(|| trace.to_owned()), trace, "another trace: {line}");
        assert_eq!(line["request_id"], format!("r-{request}"), "{line}");
    }
    assert_eq!(traces.len() as u64, REQUESTS);
    assert_eq!(
        traces.values().collect::<BTreeSet<_>>().len() as u64,
        REQUESTS,
        "each has a trace of its own"
    );
    traces
}

fn check_spans(captured: &Captured, lines: &[&Value], traces: &BTreeMap<u64, String>) {
    let id = |span: &'_ Value, key: &str| span["args"][key].as_str().map(str::to_owned);
    let spans: BTreeMap<String, &Value> = captured
        .trace
        .iter()
        .filter(|event| is_span(event))
        .filter_map(|span| Some((id(span, "span_id")?, span)))
        .collect();
    // Each request: the handler, what it stores, a burst with its neurons, a lesson with its synapses; one has a child to start.
    let calls = REQUESTS * (4 + NEURONS + SYNAPSES) + 1;
    assert_eq!(spans.len() as u64, calls + 1, "and one foreign span");
    for line in lines.iter().filter(|line| line["outcome"].is_string()) {
        let span = spans.get(line["span_id"].as_str().unwrap()).unwrap_or_else(|| panic!("no span: {line}"));
        assert_eq!(line["trace_id"], span["args"]["trace_id"]);
    }
    let mut roots = 0;
    for span in spans.values() {
        assert!(traces.values().any(|trace| span["args"]["trace_id"] == **trace), "a stray: {span}");
        match id(span, "parent_id") {
            None => roots += 1,
            Some(parent) => {
                let parent = spans.get(&parent).unwrap_or_else(|| panic!("an orphan: {span}"));
                assert_eq!(parent["args"]["trace_id"], span["args"]["trace_id"]);
            }
        }
    }
    assert_eq!(roots, REQUESTS, "the handlers, and nothing else");
}

fn check_exemplars(captured: &Captured) {
    let value = |text: &str, key: &str| text.split_once(key)?.1.split('"').next().map(str::to_owned);
    let exemplars: Vec<&str> = captured
        .page
        .lines()
        .filter_map(|line| line.starts_with("one_id").then(|| line.split_once(" # "))?)
        .map(|(_, exemplar)| exemplar)
        .collect();
    assert!(exemplars.len() >= 8, "{}", captured.page);
    for exemplar in exemplars {
        let (trace, span) = (value(exemplar, "trace_id=\"").unwrap(), value(exemplar, "span_id=\"").unwrap());
        let line = captured.lines.iter().find(|line| line["span_id"] == span && line["outcome"].is_string());
        let line = line.unwrap_or_else(|| panic!("a stray: {exemplar}"));
        assert_eq!(line["trace_id"], trace);
        assert_eq!(line["request_id"].as_str(), value(exemplar, "request_id=\"").as_deref());
    }
}

fn check_child(trace: &str, captured: &Captured) {
    let log = std::fs::read_to_string(folder().join("log.jsonl")).unwrap();
    let line: Value = serde_json::from_str(log.lines().next().unwrap()).unwrap();
    assert_eq!((line["trace_id"].as_str(), line["request_id"].as_str()), (Some(trace), Some("r-42")));
    assert_eq!(line["parent_id"], captured.line("one_id::start_child")["span_id"]);
}
