//! What a trace file shows: the polls of futures, numbers, log records, and arrows from thread to thread.

use feagi_observability::{
    FeagiAlloc, InCurrentContext, ObservabilityManager, TraceId, burst_info, current_context, observe, thread,
};
use feagi_observability_tests::captured::{Capture, Captured};
use serde_json::Value;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

#[global_allocator]
static ALLOC: FeagiAlloc = FeagiAlloc::new();

type Boxed = Pin<Box<dyn Future<Output = ()> + Send>>;

#[observe(name = "asks")]
fn asks() -> Option<TraceId> {
    thread::Builder::new().name("asked".to_owned()).spawn(|| answers(1)).unwrap().join().unwrap();
    tracing::warn!("between");
    answers(2);
    current_context().map(|context| context.trace_id())
}

#[observe(name = "answers", fields(n))]
fn answers(n: u64) {}

/// Ready when it is polled for the third time; what it does then it has another thread do, too.
#[observe(name = "waits")]
async fn waits() {
    for _ in 0..2 {
        let mut is_first = true;
        std::future::poll_fn(|_| if std::mem::take(&mut is_first) { Poll::Pending } else { Poll::Ready(()) })
            .await;
    }
    let mut task: Boxed = Box::pin(task().in_current_context());
    std::thread::spawn(move || assert!(poll(&mut task).is_ready())).join().unwrap();
}

#[observe(name = "task")]
async fn task() {}

fn poll(future: &mut Boxed) -> Poll<()> {
    future.as_mut().poll(&mut Context::from_waker(Waker::noop()))
}

fn capture() -> Captured {
    let capture = Capture::start("chrome-trace", "info");
    let trace_id = asks().unwrap();
    let mut future: Boxed = Box::pin(waits());
    assert!(poll(&mut future).is_pending());
    let mut future = std::thread::spawn(move || {
        assert!(poll(&mut future).is_pending());
        future
    })
    .join()
    .unwrap();
    assert!(poll(&mut future).is_ready());
    burst_info!(burst_id = 7, neurons_fired = 98, synapses_activated = 1960);
    tracing::warn!(half = 0.5, "outside of all");
    capture.page();
    one_trace(&capture.manager, trace_id);
    let stats = capture.manager.stats();
    let captured = capture.finish();
    assert_eq!((stats.polls.emitted, stats.polls.collected, stats.polls.queued), (4, 4, 0));
    captured
}

/// A file of one trace alone.
fn one_trace(manager: &ObservabilityManager, trace_id: TraceId) {
    let path =
        std::env::temp_dir().join(format!("feagi-observability-one-trace-{}.json", std::process::id()));
    let written = manager.write_trace(trace_id, &path).unwrap();
    let events: Vec<Value> = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert_eq!((written.records, written.left_out), (4, 0));
    let (asks, answers) = (of(&events, "X", "asks"), of(&events, "X", "answers"));
    assert_eq!((asks.len(), answers.len(), of(&events, "s", "call").len()), (1, 2, 1));
    let records = events.iter().filter(|event| event["ph"] == "X" || event["ph"] == "i");
    let names: Vec<&Value> = records.map(|event| &event["name"]).collect();
    assert_eq!(names, ["answers", "between", "answers", "asks"], "in the order of their ends");
    assert!(
        asks[0]["ts"] == 0.0
            && events.iter().all(|event| {
                let id = &event["args"]["trace_id"];
                id.is_null() || *id == trace_id.to_string()
            })
    );
    let nowhere = manager.write_trace(trace_id, path.join("below"));
    assert!(nowhere.is_ok(), "folders are made");
    std::fs::remove_dir_all(&path).unwrap();
}

/// One test, because a process observes once.
#[test]
fn the_file_shows_polls_numbers_logs_and_arrows() {
    let captured = capture();
    let events = &captured.trace;
    for event in events {
        assert!(
            event["pid"] == std::process::id() && event["tid"].is_u64() && event["ts"].is_number(),
            "{event}"
        );
    }
    polls(events);
    arrows(events);
    let [numbers] = of(events, "C", "burst.neurons_fired")[..] else { panic!("one number: {events:#?}") };
    assert_eq!(numbers["args"]["neurons_fired"], 98);
    assert_eq!(of(events, "C", "burst.synapses_activated").len(), 1);
    assert!(of(events, "C", "burst.burst_id").is_empty(), "neither a counter nor a gauge");
    memory(events);
    let [log] = of(events, "i", "outside of all")[..] else { panic!("one log record: {events:#?}") };
    assert_eq!((&log["args"]["level"], &log["args"]["fields"]["half"]), (&"WARN".into(), &0.5.into()));
}

fn of<'a>(events: &'a [Value], phase: &str, name: &str) -> Vec<&'a Value> {
    events.iter().filter(|event| event["ph"] == phase && event["name"] == name).collect()
}

/// Each look at the process shows both of its tracks.
fn memory(events: &[Value]) {
    let bytes = |name| -> Vec<u64> {
        of(events, "C", name).iter().map(|event| event["args"]["bytes"].as_u64().unwrap()).collect()
    };
    let (resident, heap) = (bytes("memory.resident"), bytes("memory.heap"));
    assert!(!resident.is_empty() && resident.len() == heap.len());
    assert!(heap.iter().all(|bytes| *bytes > 0), "{heap:?}");
}

fn polls(events: &[Value]) {
    let (begins, ends, polls) =
        (of(events, "b", "waits"), of(events, "e", "waits"), of(events, "X", "waits"));
    assert_eq!((begins.len(), ends.len(), polls.len()), (1, 1, 3));
    let (begin, end) = (begins[0]["ts"].as_f64().unwrap(), ends[0]["ts"].as_f64().unwrap());
    for poll in &polls {
        let (start, duration) = (poll["ts"].as_f64().unwrap(), poll["dur"].as_f64().unwrap());
        // The clock of each record is rounded by itself.
        assert!(
            begin <= start + 0.002 && start + duration <= end + 0.002,
            "{poll} in {} to {}",
            begins[0],
            ends[0]
        );
        for id in ["trace_id", "span_id"] {
            assert_eq!(poll["args"][id], begins[0]["args"][id]);
        }
    }
    assert!(polls[0]["tid"] == polls[2]["tid"] && polls[0]["tid"] != polls[1]["tid"]);
}

fn arrows(events: &[Value]) {
    let tid = |event: &Value| event["tid"].as_u64().unwrap();
    let found: Vec<(u64, u64)> = of(events, "s", "call")
        .iter()
        .map(|start| {
            let ends: Vec<_> =
                of(events, "f", "call").into_iter().filter(|end| end["id"] == start["id"]).collect();
            let [end] = ends[..] else { panic!("one end of {start}") };
            assert!(start["ts"].as_f64() <= end["ts"].as_f64());
            (tid(start), tid(end))
        })
        .collect();
    let asks = tid(of(events, "X", "asks")[0]);
    let answers = of(events, "X", "answers");
    let polls = of(events, "X", "waits");
    let task = tid(of(events, "X", "task")[0]);
    assert!(answers.len() == 2 && tid(answers[0]) != asks && tid(answers[1]) == asks);
    let expected = [
        (asks, tid(answers[0])),
        (tid(polls[0]), tid(polls[1])),
        (tid(polls[1]), tid(polls[2])),
        (tid(polls[2]), task),
    ];
    let mut sorted = found.clone();
    sorted.sort_unstable();
    let mut wanted = expected.to_vec();
    wanted.sort_unstable();
    assert_eq!(sorted, wanted);
}
