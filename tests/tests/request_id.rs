//! The caller's own id: on every line, span and exemplar of what is done for it, on no metric label, and bounded.

use feagi_observability::{
    CapturedContext, InCurrentContext, burst_info, feagi_error, instrument, observe, with_request_id,
};
use feagi_observability_tests::captured::{Capture, Captured, is_span};
use serde_json::Value;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

const ID: &str = "c0ffee00-1111-2222-3333-444455556666";

#[observe(metric = "request_call", fields(n))]
fn call(n: u64) -> Result<u64, String> {
    if n == 0 { Err("nothing".to_owned()) } else { Ok(n) }
}

#[observe(metric = "request_extras", budget = "1ns", in_flight)]
fn with_extras() {}

#[observe(metric = "request_future")]
async fn future() {
    suspend().await;
}

#[observe]
async fn cancelled() {
    std::future::pending::<()>().await;
}

#[instrument(skip_all)]
fn instrumented() {}

#[instrument(skip_all, level = "trace")]
async fn instrumented_future() {
    suspend().await;
}

/// Pending once.
async fn suspend() {
    let mut first = true;
    std::future::poll_fn(move |_| if std::mem::take(&mut first) { Poll::Pending } else { Poll::Ready(()) })
        .await;
}

/// Whether two polls are enough.
fn poll_twice(future: impl Future<Output = ()>) -> bool {
    let mut future = pin!(future);
    (0..2).any(|_| future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready())
}

/// One of everything that leaves a record.
fn everything() {
    let _ = (call(0), call(7));
    with_extras();
    assert!(poll_twice(future()));
    assert!(!poll_twice(cancelled()));
    instrumented();
    assert!(poll_twice(instrumented_future()));
    burst_info!(burst_id = 1, neurons_fired = 2, synapses_activated = 3);
    feagi_error!("an event of ours");
    tracing::info!(n = 1, "a foreign event");
    let span = tracing::info_span!("a foreign span", first = 1, later = tracing::field::Empty);
    span.in_scope(|| tracing::info!("in a foreign span"));
    span.record("later", 2);
    let long = "x".repeat(4000);
    drop(tracing::info_span!("a long foreign span", a = 1, long).entered());
}

/// Lines and spans, but no markers of the trace file itself.
fn records(captured: &Captured) -> impl Iterator<Item = (&Value, &Value)> {
    let lines = captured.lines.iter().map(|line| (line, &line["request_id"]));
    let spans = captured.trace.iter().filter(|event| is_span(event));
    lines.chain(spans.map(|event| (event, &event["args"]["request_id"])))
}

#[test]
fn the_request_id_stands_on_every_record_of_the_request_and_nowhere_else() {
    let capture = Capture::start("request-id", "trace");
    everything();
    let before = records_so_far(&capture);
    with_request_id(ID, everything);
    assert!(poll_twice(async { everything() }.with_request_id(ID)));
    let long = "ä".repeat(100);
    with_request_id(&long, || tracing::info!("a long id"));
    with_request_id("\u{1b}[31m\n", || {
        let _ = call(3);
        tracing::info!("a hostile id");
    });
    let _ = call(7);
    // Opened for one request, closed in another: it is the first one's.
    let span = with_request_id("opens", || tracing::info_span!("opened by one, closed by another"));
    with_request_id("closes", || drop(span));
    CapturedContext::capture().with_request_id("").run(|| tracing::info!("an empty id"));
    let captured = capture.finish();

    let of_request = records(&captured).filter(|(_, id)| *id == ID).count();
    assert_eq!(of_request, 2 * before, "each as often as without a request");
    for name in [
        "a foreign event",
        "in a foreign span",
        "an event of ours",
        "request_id::call",
        "request_id::cancelled",
    ] {
        let ids: Vec<_> = captured.lines_of(name).iter().map(|line| line["request_id"].clone()).collect();
        let set = ids.iter().filter(|id| *id == ID).count();
        assert!(set >= 2 && ids.iter().any(Value::is_null), "{name}: {ids:?}");
    }
    assert_eq!(captured.line("a long id")["request_id"], "ä".repeat(64), "cut at 128 bytes");
    assert_eq!(captured.line("a hostile id")["request_id"], "\u{1b}[31m\n");
    assert_eq!(captured.line("an empty id").get("request_id"), None);
    assert_eq!(captured.spans_of("opened by one, closed by another")[0]["args"]["request_id"], "opens");
    spans_of_others_keep_their_values(&captured);
    exemplars_have_it_and_labels_do_not(&captured);
}

/// How many records there are of what was done so far.
fn records_so_far(capture: &Capture) -> usize {
    assert!(capture.manager.flush(std::time::Duration::from_secs(10)));
    let stats = capture.manager.stats();
    (stats.lines.collected + stats.spans.collected) as usize
}

fn spans_of_others_keep_their_values(captured: &Captured) {
    for span in captured.spans_of("a foreign span") {
        assert_eq!(span["args"]["fields"], serde_json::json!({ "first": 1, "later": 2 }));
    }
    let long = captured.spans_of("a long foreign span");
    assert_eq!(long.len(), 3);
    assert!(long.iter().all(|span| span["args"]["fields"]["a"] == 1));
}

fn exemplars_have_it_and_labels_do_not(captured: &Captured) {
    let with_id: Vec<_> = captured.page.lines().filter(|line| line.contains(ID)).collect();
    assert!(!with_id.is_empty(), "{}", captured.page);
    for line in with_id {
        let (series, exemplar) = line.split_once(" # ").expect("only in exemplars");
        assert!(!series.contains("request_id=") && !series.contains(ID), "{line}");
        assert!(exemplar.contains(&format!(",request_id=\"{ID}\"}}")), "{line}");
        let labels = exemplar.split(['{', '}']).nth(1).unwrap();
        let characters = labels.chars().filter(|c| !matches!(c, '=' | '"' | ',')).count();
        assert!(characters <= 128, "{line}");
    }
    assert!(!captured.page.contains('\u{1b}'));
}
