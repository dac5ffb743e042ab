//! A call leaves its thread's context as it found it, however it ends; what runs inside it is its child.

use feagi_observability::{
    LogFormat, LogOutput, LoggingConfig, ObservabilityConfig, ObservabilityManager, SpanId, TelemetryConfig,
    TraceId, burst_info, current_context, init_observability, observe,
};
use serde_json::Value;
use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::PathBuf;
use std::pin::{Pin, pin};
use std::sync::OnceLock;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// All tests share one runtime, for there is one in a process; each looks for names and ids of its own.
fn running() -> &'static (ObservabilityManager, PathBuf) {
    static RUNNING: OnceLock<(ObservabilityManager, PathBuf)> = OnceLock::new();
    RUNNING.get_or_init(|| {
        let file = format!("hot-path-context-{}.jsonl", std::process::id());
        let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(file);
        let config = ObservabilityConfig {
            logging: LoggingConfig {
                format: LogFormat::Json,
                output: LogOutput::File(file.to_string_lossy().into_owned()),
                rate_limit: 0,
                ..Default::default()
            },
            telemetry: TelemetryConfig { tracing_enabled: true, ..Default::default() },
            ..Default::default()
        };
        (init_observability(&config).unwrap(), file)
    })
}

/// The lines with this message, in the order of their ends.
fn lines(message: &str) -> Vec<Value> {
    let (observability, file) = running();
    assert!(observability.flush(Duration::from_secs(60)));
    let text = std::fs::read_to_string(file).unwrap();
    let all = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    all.filter(|line| line["message"] == message).collect()
}

/// The one line with this message.
fn line(message: &str) -> Value {
    let mut found = lines(message);
    assert_eq!(found.len(), 1, "lines `{message}`");
    found.remove(0)
}

type Ids = Option<(TraceId, SpanId)>;

fn ids() -> Ids {
    current_context().map(|context| (context.trace_id(), context.span_id()))
}

fn assert_child(child: &Value, parent: &Value) {
    assert_eq!((&child["trace_id"], &child["parent_id"]), (&parent["trace_id"], &parent["span_id"]));
    assert_ne!(child["span_id"], parent["span_id"]);
}

fn assert_is(line: &Value, ids: Ids) {
    let (trace_id, span_id) = ids.expect("a context");
    assert_eq!(line["trace_id"], trace_id.to_string());
    assert_eq!(line["span_id"], span_id.to_string());
}

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Pending once.
fn suspend() -> impl Future<Output = ()> {
    let mut first = true;
    std::future::poll_fn(move |_| if std::mem::take(&mut first) { Poll::Pending } else { Poll::Ready(()) })
}

enum Way {
    Return,
    Early,
    Question,
    Unwind,
}

#[observe(name = "ways outer")]
fn outer(way: Way) -> Result<[Ids; 3], std::num::ParseIntError> {
    let before = ids();
    let inner = match way {
        Way::Unwind => catch_unwind(|| inner(Way::Unwind)).unwrap_or(Ok(None)),
        way => inner(way),
    };
    Ok([before, inner.unwrap_or_default(), ids()])
}

#[observe(name = "ways inner")]
fn inner(way: Way) -> Result<Ids, std::num::ParseIntError> {
    match way {
        Way::Return => {}
        Way::Early => return Ok(ids()),
        Way::Question => drop("x".parse::<u8>()?),
        Way::Unwind => resume_unwind(Box::new(())),
    }
    Ok(ids())
}

#[test]
fn every_way_out_of_a_call_restores_the_context_around_it() {
    running();
    let mut ended = Vec::new();
    for way in [Way::Return, Way::Early, Way::Question, Way::Unwind] {
        let [before, inner, after] = outer(way).unwrap();
        assert_eq!(before, after, "the inner call has been left");
        assert_ne!(inner, after);
        assert_eq!(ids(), None, "the outer call has been left");
        ended.push(before);
    }
    let (outers, inners) = (lines("ways outer"), lines("ways inner"));
    let outcomes: Vec<_> = inners.iter().map(|line| line["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["ok", "ok", "error", "panic"]);
    for ((outer, inner), ids) in outers.iter().zip(&inners).zip(ended) {
        assert_is(outer, ids);
        assert_child(inner, outer);
    }
}

#[observe(name = "unwinds to the test")]
fn unwinds() {
    sync_leaf();
    resume_unwind(Box::new(()));
}

#[observe(name = "leaf before an unwind")]
fn sync_leaf() {}

#[test]
fn a_panic_through_several_calls_leaves_no_context() {
    running();
    #[observe(name = "unwinds through")]
    fn through() {
        unwinds();
    }
    assert!(catch_unwind(through).is_err());
    assert_eq!(ids(), None);
    let (outer, inner) = (line("unwinds through"), line("unwinds to the test"));
    assert_eq!((&outer["outcome"], &inner["outcome"]), (&"panic".into(), &"panic".into()));
    assert_child(&inner, &outer);
    assert_child(&line("leaf before an unwind"), &inner);
}

/// Calls on its way out.
struct CallsWhenDropped;

impl Drop for CallsWhenDropped {
    fn drop(&mut self) {
        cleanup();
    }
}

#[observe(name = "cleanup while unwinding")]
fn cleanup() {}

#[test]
fn a_call_that_returns_while_its_thread_unwinds_is_ok() {
    running();
    #[observe(name = "unwinds with a cleanup")]
    fn unwinds() {
        let _cleanup = CallsWhenDropped;
        resume_unwind(Box::new(()));
    }
    assert!(catch_unwind(unwinds).is_err());
    assert_eq!(line("unwinds with a cleanup")["outcome"], "panic");
    let cleanup = line("cleanup while unwinding");
    assert_eq!(cleanup["outcome"], "ok");
    assert_child(&cleanup, &line("unwinds with a cleanup"));
}

#[observe(name = "async outer")]
async fn async_outer() -> Vec<Ids> {
    let mut seen = vec![ids()];
    seen.push(async_inner().await);
    seen.push(ids());
    sync_in_async();
    seen.push(ids());
    suspend().await;
    sync_in_async();
    seen.push(ids());
    seen
}

#[observe(name = "async inner")]
async fn async_inner() -> Ids {
    suspend().await;
    ids()
}

#[observe(name = "sync in async")]
fn sync_in_async() {}

#[observe(name = "async in sync")]
fn sync_around(mut future: Pin<&mut impl Future<Output = Vec<Ids>>>) -> Option<Vec<Ids>> {
    let before = ids();
    let polled = poll(future.as_mut());
    assert_eq!(ids(), before, "a poll leaves the context around it as it was");
    match polled {
        Poll::Ready(seen) => Some(seen),
        Poll::Pending => None,
    }
}

#[test]
fn calls_within_futures_and_futures_within_calls_nest_on_every_thread() {
    running();
    let mut future = Box::pin(async_outer());
    assert!(sync_around(future.as_mut()).is_none());
    let mut future = std::thread::spawn(move || {
        assert!(poll(future.as_mut()).is_pending());
        assert_eq!(ids(), None);
        future
    })
    .join()
    .unwrap();
    let Poll::Ready(seen) = poll(future.as_mut()) else { panic!("polled to its end") };
    assert_eq!(ids(), None);
    assert!(seen.iter().all(Option::is_some));
    assert_eq!([seen[2], seen[3], seen[4]], [seen[0]; 3], "its own context at every step, on every thread");

    let outer = line("async outer");
    assert_is(&outer, seen[0]);
    let inner = line("async inner");
    assert_is(&inner, seen[1]);
    assert_child(&inner, &outer);
    let leaves = lines("sync in async");
    assert_eq!(leaves.len(), 2);
    leaves.iter().for_each(|leaf| assert_child(leaf, &outer));
    // Begun by the first poll, within a call that has ended since: still its child.
    assert!(lines("async in sync").iter().any(|around| around["span_id"] == outer["parent_id"]));
}

/// Logs when it is dropped, wherever that is.
struct LogsWhenDropped(&'static str);

impl Drop for LogsWhenDropped {
    fn drop(&mut self) {
        tracing::info!("{}", self.0);
    }
}

#[observe(name = "never polled")]
async fn never_polled() {}

#[observe(name = "dropped on its thread")]
async fn dropped_here() {
    let _held = LogsWhenDropped("held by the future dropped on its thread");
    suspend().await;
}

#[observe(name = "dropped on another thread")]
async fn dropped_there() {
    let _held = LogsWhenDropped("held by the future dropped on another thread");
    suspend().await;
}

#[observe(name = "drops a future")]
fn drops(future: impl Future) -> [Ids; 2] {
    let before = ids();
    drop(future);
    [before, ids()]
}

#[test]
fn a_future_that_is_dropped_midway_is_cancelled_and_drops_in_its_own_context() {
    running();
    drop(never_polled());
    let mut here = Box::pin(dropped_here());
    assert!(poll(here.as_mut()).is_pending());
    let [before, after] = drops(here);
    assert_eq!(before, after);

    let mut there = Box::pin(dropped_there());
    assert!(poll(there.as_mut()).is_pending());
    let after = std::thread::spawn(move || {
        drop(there);
        ids()
    });
    assert_eq!(after.join().unwrap(), None);
    assert_eq!(ids(), None);

    for (name, held) in [
        ("dropped on its thread", "held by the future dropped on its thread"),
        ("dropped on another thread", "held by the future dropped on another thread"),
    ] {
        let future = line(name);
        assert_eq!(future["outcome"], "cancelled");
        let held = line(held);
        assert_eq!((&held["trace_id"], &held["span_id"]), (&future["trace_id"], &future["span_id"]));
        assert_eq!(held["span"], name);
    }
    assert_eq!(lines("never polled"), [Value::Null; 0], "what was never polled has not been called");
}

/// Unwinds half way through being shown.
struct Unshowable;

impl fmt::Display for Unshowable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("half of")?;
        resume_unwind(Box::new(()))
    }
}

impl fmt::Debug for Unshowable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[observe(name = "field by Debug", fields(first = 1, ?value, last = 2))]
fn by_debug(value: Option<Unshowable>) -> bool {
    value.is_none()
}

#[observe(name = "field by Display of a future", fields(%value))]
async fn by_display(value: Unshowable) {
    drop(value);
}

#[observe(name = "error by Display")]
fn error_by_display() -> Result<(), Unshowable> {
    Err(Unshowable)
}

#[observe(name = "error of a future by Display")]
async fn error_of_future() -> Result<(), Unshowable> {
    Err(Unshowable)
}

#[observe(name = "around what cannot be shown")]
fn around<T>(run: impl FnOnce() -> T) -> bool {
    let before = ids();
    let unwound = catch_unwind(AssertUnwindSafe(run)).is_err();
    assert_eq!(ids(), before, "the context around is the one it was");
    tracing::info!("after what cannot be shown");
    unwound
}

#[test]
fn a_field_that_unwinds_when_shown_leaves_no_record_and_nothing_behind() {
    running();
    assert!(around(|| by_debug(Some(Unshowable))));
    assert!(around(|| poll(pin!(by_display(Unshowable)))));
    assert!(around(
        || burst_info!(burst_id = 77, neurons_fired = 1, synapses_activated = 1, value = %Unshowable)
    ));
    assert!(around(|| tracing::info!(value = ?Unshowable, "a line that cannot be shown")));
    assert_eq!(ids(), None);
    // The ring is clean: the next record of the same site is whole.
    assert!(by_debug(None));
    let whole = line("field by Debug");
    assert_eq!(whole["fields"], serde_json::json!({ "first": 1, "value": "None", "last": 2 }));
    assert_eq!(lines("field by Display of a future").len(), 0);
    assert_eq!(lines("a line that cannot be shown").len(), 0);
    assert!(lines("Burst executed").iter().all(|burst| burst["fields"]["burst_id"] != 77));

    let (arounds, afters) = (lines("around what cannot be shown"), lines("after what cannot be shown"));
    for after in &afters {
        assert!(arounds.iter().any(|around| around["span_id"] == after["span_id"]), "{after}");
    }
    assert!(afters.len() >= 4);
}

#[test]
fn an_error_that_unwinds_when_shown_makes_its_call_a_panic() {
    running();
    assert!(around(|| error_by_display().is_ok()));
    assert!(around(|| poll(pin!(error_of_future())).is_ready()));
    for name in ["error by Display", "error of a future by Display"] {
        let line = line(name);
        assert_eq!((&line["outcome"], &line["level"]), (&"panic".into(), &"ERROR".into()));
        assert_eq!(line["error"], Value::Null, "no half of a text");
    }
}
