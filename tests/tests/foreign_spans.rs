//! Spans that other crates open through `tracing` stand in one trace with observed calls, in both directions.
//!
//! Longer than other files: observability starts once in a process, and these cases share that one start.

use feagi_observability::{
    LogFormat, LogOutput, LoggingConfig, ObservabilityConfig, ProfilingConfig, Stats, TelemetryConfig,
    current_context, init_observability, observe,
};
use feagi_observability_tests::captured::is_span;
use serde_json::Value;
use std::future::Future;
use std::pin::Pin;
use std::sync::LazyLock;
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;
use tracing::span::{EnteredSpan, Id};
use tracing::{Span, debug_span, field, info, info_span};

/// Everything is recorded once, and each test looks at its part.
static RUN: LazyLock<Run> = LazyLock::new(record);

struct Run {
    trace: Vec<Value>,
    lines: Vec<Value>,
    stats: Stats,
}

impl Run {
    /// The one span of that name: its beginning, where it is shown as two events.
    fn span(&self, name: &str) -> &Value {
        let found = self.spans(name);
        assert_eq!(found.len(), 1, "one span `{name}` in {found:#?}");
        found[0]
    }

    fn spans(&self, name: &str) -> Vec<&Value> {
        self.trace.iter().filter(|event| event["name"] == name && is_span(event)).collect()
    }

    fn line(&self, message: &str) -> &Value {
        let found: Vec<_> = self.lines.iter().filter(|line| line["message"] == message).collect();
        assert_eq!(found.len(), 1, "one line `{message}` in {:#?}", self.lines);
        found[0]
    }

    fn assert_child(&self, child: &str, parent: &str) {
        let (child, parent) = (&self.span(child)["args"], &self.span(parent)["args"]);
        assert_eq!((&child["parent_id"], &child["trace_id"]), (&parent["span_id"], &parent["trace_id"]));
    }

    fn assert_root(&self, name: &str) {
        let args = &self.span(name)["args"];
        assert!(args["parent_id"].is_null() && args["trace_id"].is_string(), "{args}");
    }
}

fn record() -> Run {
    let folder = std::env::temp_dir().join(format!("feagi-observability-foreign-{}", std::process::id()));
    let log = folder.join("log.jsonl");
    let config = ObservabilityConfig {
        logging: LoggingConfig {
            format: LogFormat::Json,
            output: LogOutput::File(log.to_string_lossy().into_owned()),
            ..Default::default()
        },
        telemetry: TelemetryConfig { tracing_enabled: true, ..Default::default() },
        profiling: ProfilingConfig { chrome_tracing: true, output_dir: folder.clone(), ..Default::default() },
    };
    info_span!("before the start").in_scope(|| assert!(current_context().is_none()));
    let observability = init_observability(&config).unwrap();
    for scenario in SCENARIOS {
        scenario();
        assert!(current_context().is_none(), "left as it was entered");
        assert!(Span::current().is_none());
    }
    let open = info_span!("never closed");
    let after = info_span!("closed after the end");
    observability.shutdown(Duration::from_secs(10));
    drop(after);
    let read = |path: &std::path::Path| std::fs::read_to_string(path).unwrap();
    let run = Run {
        trace: serde_json::from_str(&read(&folder.join("trace.json"))).unwrap(),
        lines: read(&log).lines().map(|line| serde_json::from_str(line).unwrap()).collect(),
        stats: observability.stats(),
    };
    drop(open);
    std::fs::remove_dir_all(folder).unwrap();
    run
}

const SCENARIOS: [fn(); 12] = [
    both_directions,
    parents_by_hand,
    causes,
    late_values,
    many_values,
    guards_out_of_order,
    guards_out_of_order_around_calls,
    between_threads,
    clones,
    of_others,
    filtered,
    forgotten,
];

#[observe]
fn call_around() {
    let _entered = info_span!("in a call", answer = 42, text = "words").entered();
    info!("in the foreign span");
    call_inside();
    assert!(!Span::current().is_disabled());
}

#[observe]
fn call_inside() {
    info_span!("innermost").in_scope(|| ());
}

fn both_directions() {
    call_around();
    let span = info_span!("around a call");
    span.in_scope(|| {
        let ids = current_context().unwrap();
        info!(parent: None, "of no span");
        second_call();
        assert_eq!(current_context().unwrap().span_id(), ids.span_id());
    });
    info!(parent: &span, "of a span that is not entered");
}

#[observe]
fn second_call() {}

#[test]
fn a_foreign_span_is_a_child_of_the_call_around_it_and_a_call_of_the_span_around_it() {
    RUN.assert_root("foreign_spans::call_around");
    RUN.assert_child("in a call", "foreign_spans::call_around");
    RUN.assert_child("foreign_spans::call_inside", "in a call");
    RUN.assert_child("innermost", "foreign_spans::call_inside");
    RUN.assert_root("around a call");
    RUN.assert_child("foreign_spans::second_call", "around a call");
}

#[test]
fn a_foreign_span_has_its_fields_and_place_and_is_nested_where_it_ran_in_one_piece() {
    let span = RUN.span("in a call");
    assert_eq!(span["args"]["fields"], serde_json::json!({"answer": 42, "text": "words"}));
    assert_eq!((&span["cat"], &span["ph"]), (&"foreign_spans".into(), &"X".into()));
    assert!(span["dur"].as_f64().unwrap() > 0.0);
    assert!(span["args"]["outcome"].is_null(), "how it ended is not known");
}

#[test]
fn a_foreign_event_carries_the_ids_of_its_span() {
    let (line, span) = (RUN.line("in the foreign span"), &RUN.span("in a call")["args"]);
    assert_eq!((&line["span_id"], &line["trace_id"]), (&span["span_id"], &span["trace_id"]));
    assert_eq!(line["span"], "in a call");
    let around = &RUN.span("around a call")["args"];
    assert_eq!(RUN.line("of a span that is not entered")["span_id"], around["span_id"]);
    assert!(RUN.line("of no span")["trace_id"].is_null());
}

fn parents_by_hand() {
    let parent = info_span!("explicit parent");
    let _around = info_span!("only around").entered();
    info_span!(parent: &parent, "explicit child").in_scope(|| ());
    info_span!(parent: None, "explicit root").in_scope(|| ());
}

#[test]
fn an_explicit_parent_or_none_is_preferred_to_what_is_around() {
    RUN.assert_child("explicit child", "explicit parent");
    RUN.assert_root("explicit root");
}

fn causes() {
    let (first, second) = (info_span!("first cause"), info_span!("second cause"));
    let effect = info_span!("effect", n = 1);
    effect.follows_from(&first);
    effect.follows_from(second.id());
    effect.follows_from(Id::from_u64(7));
}

#[test]
fn a_span_shows_what_it_follows_from() {
    let causes = ["first cause", "second cause"].map(|name| {
        let args = &RUN.span(name)["args"];
        format!("{}-{}", args["trace_id"].as_str().unwrap(), args["span_id"].as_str().unwrap())
    });
    let args = &RUN.span("effect")["args"];
    assert_eq!(args["follows_from"], serde_json::json!(causes));
    assert_eq!(args["fields"], serde_json::json!({"n": 1}), "links are no fields");
}

fn late_values() {
    let span =
        info_span!("late", early = 1, late = field::Empty, twice = "a long first text", debug = ?Some(1));
    span.record("late", "came");
    span.record("twice", "second");
    span.record("twice", "third and last");
    span.record("unknown", 1);
}

#[test]
fn a_value_recorded_later_arrives_and_takes_the_place_of_an_earlier_one() {
    let fields = &RUN.span("late")["args"]["fields"];
    let expected =
        serde_json::json!({"early": 1, "late": "came", "twice": "third and last", "debug": "Some(1)"});
    assert_eq!(*fields, expected);
}

fn many_values() {
    let progress = info_span!("progress", step = 0_u64, big = field::Empty);
    for step in 1..=10_000_u64 {
        progress.record("step", step);
    }
    progress.record("big", "x".repeat(10_000));
    let shared = info_span!("written by all", a = 0, b = 0, c = 0, d = 0);
    thread::scope(|scope| {
        for name in ["a", "b", "c", "d"] {
            let shared = &shared;
            scope.spawn(move || {
                for n in 0..=1_000 {
                    shared.record(name, n);
                }
            });
        }
    });
}

#[test]
fn values_take_no_more_room_than_there_is_and_the_last_one_stays() {
    let fields = &RUN.span("progress")["args"]["fields"];
    assert_eq!(fields["step"], 10_000);
    let expected = serde_json::json!({"a": 1_000, "b": 1_000, "c": 1_000, "d": 1_000});
    assert_eq!(RUN.span("written by all")["args"]["fields"], expected);
    assert!(RUN.stats.truncated >= 1, "what was cut is counted");
}

fn guards_out_of_order() {
    let [a, b, c] = [info_span!("a"), info_span!("b"), info_span!("c")];
    let guards = (a.clone().entered(), b.clone().entered(), c.clone().entered());
    drop(guards.1);
    info_span!("in c still").in_scope(|| ());
    drop(guards.2);
    info_span!("in a again").in_scope(|| ());
    drop(guards.0);
    info_span!("in nothing").in_scope(|| ());
    let twice = (a.enter(), b.enter(), a.enter());
    drop(twice.0);
    drop(twice.2);
    info_span!("in the first a or b").in_scope(|| ());
}

#[test]
fn guards_that_are_dropped_in_another_order_leave_what_is_still_entered() {
    RUN.assert_child("in c still", "c");
    RUN.assert_child("in a again", "a");
    RUN.assert_root("in nothing");
    RUN.assert_child("in the first a or b", "b");
}

#[observe]
fn drops(guards: Vec<EnteredSpan>) {
    drop(guards);
    info_span!("in the call that dropped them").in_scope(|| ());
}

#[observe]
fn returns_below() {
    // Nothing is opened between the end of `drops` and that of this call, in which nobody can see what `drops` goes back to.
    drops(vec![info_span!("left below").entered()]);
}

fn guards_out_of_order_around_calls() {
    drops(vec![info_span!("first").entered(), info_span!("second").entered()]);
    assert!(current_context().is_none(), "what the call goes back to has been left");
    info_span!("after the drops").in_scope(|| ());
    let outer = info_span!("outer").entered();
    for _ in 0..1_000 {
        returns_below();
        assert_eq!(Span::current().id(), outer.id());
    }
    second_drops();
    info_span!("in outer still").in_scope(|| ());
}

#[observe]
fn second_drops() {
    let around = info_span!("around the dropping").entered();
    drops(vec![around]);
    info_span!("after it in the call").in_scope(|| ());
}

#[test]
fn a_guard_dropped_within_a_call_is_not_what_the_call_goes_back_to() {
    RUN.assert_root("after the drops");
    RUN.assert_child("in outer still", "outer");
    RUN.assert_child("after it in the call", "foreign_spans::second_drops");
    let inside = RUN.spans("in the call that dropped them");
    assert_eq!(inside.len(), 1_002);
}

/// Enters its span for each poll and for its end, as `tracing::Instrument` has it.
struct Instrumented<F> {
    span: Span,
    future: F,
}

impl<F: Future + Unpin> Future for Instrumented<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<F::Output> {
        let this = &mut *self;
        let _entered = this.span.enter();
        Pin::new(&mut this.future).poll(task)
    }
}

fn yield_once() -> impl Future<Output = ()> {
    let mut first = true;
    std::future::poll_fn(move |_| if std::mem::take(&mut first) { Poll::Pending } else { Poll::Ready(()) })
}

#[observe]
async fn polled_call() {
    info!("first poll");
    yield_once().await;
    info!("second poll");
}

fn between_threads() {
    let span = info_span!("future");
    let mut future = Box::pin(Instrumented { span, future: Box::pin(polled_call()) });
    let mut task = Context::from_waker(Waker::noop());
    assert!(future.as_mut().poll(&mut task).is_pending());
    assert!(current_context().is_none(), "a pending future leaves its span");
    let moved = thread::spawn(move || {
        let mut task = Context::from_waker(Waker::noop());
        assert!(future.as_mut().poll(&mut task).is_ready());
        assert!(current_context().is_none());
    });
    moved.join().unwrap();
}

#[test]
fn a_future_keeps_its_span_on_every_thread() {
    RUN.assert_child("foreign_spans::polled_call", "future");
    let call = &RUN.span("foreign_spans::polled_call")["args"];
    for message in ["first poll", "second poll"] {
        assert_eq!(RUN.line(message)["span_id"], call["span_id"]);
    }
    assert_eq!(RUN.span("future")["ph"], "b", "shown as a pair, because it did not run in one piece");
}

fn clones() {
    let span = info_span!("cloned");
    let clone = span.clone();
    let threads = [
        thread::spawn(move || clone.in_scope(|| info_span!("on another thread").in_scope(|| ()))),
        thread::spawn(move || span.in_scope(|| info!("also there"))),
    ];
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}

#[test]
fn a_span_ends_with_its_last_handle_wherever_that_is() {
    RUN.assert_root("cloned");
    RUN.assert_child("on another thread", "cloned");
    assert_eq!(RUN.line("also there")["span_id"], RUN.span("cloned")["args"]["span_id"]);
}

fn of_others() {
    let others = tracing_subscriber::registry();
    let other = tracing::subscriber::with_default(others, || {
        let span = info_span!("of another subscriber").entered();
        assert!(current_context().is_none());
        let id = span.id().unwrap();
        drop(span);
        id
    });
    for id in [other, Id::from_u64(u64::MAX - 1)] {
        info_span!(parent: id, "stranger's child").in_scope(|| ());
    }
}

#[test]
fn ids_that_are_not_ours_lead_nowhere() {
    assert!(RUN.spans("of another subscriber").is_empty());
    let children = RUN.spans("stranger's child");
    assert_eq!(children.len(), 2);
    assert!(children.iter().all(|child| child["args"]["parent_id"].is_null()));
}

fn filtered() {
    let kept = info_span!("kept").entered();
    let wordy = debug_span!("too wordy").entered();
    assert!(wordy.is_disabled());
    assert_eq!(Span::current().id(), kept.id());
    info_span!("under the kept one").in_scope(|| ());
}

#[test]
fn a_span_below_the_level_is_passed_over() {
    assert!(RUN.spans("too wordy").is_empty());
    RUN.assert_child("under the kept one", "kept");
}

fn forgotten() {
    let thread = thread::spawn(|| {
        let span = info_span!("entered for ever");
        std::mem::forget(span.enter());
        drop(span);
        info_span!("within it").in_scope(|| ());
    });
    thread.join().unwrap();
    // One that takes over the state of the thread before.
    thread::spawn(|| assert!(current_context().is_none())).join().unwrap();
}

#[test]
fn a_guard_that_is_never_dropped_does_no_harm() {
    RUN.assert_child("within it", "entered for ever");
}

#[test]
fn every_span_is_counted_once_and_none_of_before_or_after() {
    for name in ["before the start", "never closed", "closed after the end"] {
        assert!(RUN.spans(name).is_empty(), "{name}");
    }
    let shown = RUN.trace.iter().filter(|event| is_span(event));
    let spans = &RUN.stats.spans;
    assert_eq!(spans.emitted, shown.count() as u64);
    assert_eq!(spans.emitted, spans.collected + spans.suppressed + spans.dropped + spans.unrecorded);
    assert_eq!((spans.queued, spans.dropped, spans.unrecorded), (0, 0, 0));
    let chrome = RUN.stats.sinks.iter().find(|sink| sink.name == "chrome").unwrap();
    assert!(chrome.accepted >= spans.emitted, "log records, too: {chrome:?}");
    assert_eq!(chrome.accepted, chrome.exported);
}
