//! `#[observe(rayon)]` while several such calls run: nobody can say whose work a pool does, so it is in no trace of theirs, and counted.

use feagi_observability::{burst_info, carry, current_context, observe};
use feagi_observability_tests::captured::{Capture, Captured};
use feagi_observability_tests::shared::assert_child;
use rayon::{ThreadPool, ThreadPoolBuilder};
use serde_json::Value;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

/// How often each kind of thing begins on the pool while two regions are open.
const TIMES: u64 = 50;
/// Calls, events, lines and spans; not what stands in one of them.
const KINDS: u64 = 4;

#[observe(name = "first", rayon)]
fn first(opened: &Sender<()>, close: &Receiver<()>) {
    opened.send(()).unwrap();
    close.recv().unwrap();
}

#[observe(name = "second", rayon)]
fn second(work: impl FnOnce()) {
    work();
}

#[observe(name = "outer", fields(while = r#while))]
fn outer(r#while: &str) {
    inner();
    tracing::info!("in a call");
}

#[observe(name = "inner")]
fn inner() {}

fn everything() {
    outer("two are open");
    burst_info!(burst_id = 1, neurons_fired = 1, synapses_activated = 1);
    tracing::info!("alone");
    tracing::info_span!("step").in_scope(|| tracing::info!("in a step"));
}

fn on(pool: &ThreadPool, times: u64, work: impl Fn() + Sync) {
    pool.install(|| {
        rayon::scope(|scope| {
            for _ in 0..times {
                scope.spawn(|_| work());
            }
        });
    });
}

/// While both are open, then while the second alone is, then with one inside the other.
fn overlap(pool: &ThreadPool) {
    let ((opened, is_open), (close, closed)) = (channel(), channel());
    thread::scope(|scope| {
        let first = scope.spawn(move || first(&opened, &closed));
        is_open.recv().unwrap();
        second(move || {
            on(pool, TIMES, everything);
            assert!(pool.install(current_context).is_none(), "asking is no record, and not counted");
            thread::scope(|scope| {
                scope.spawn(|| outer("on a thread of no pool"));
            });
            pool.install(carry(|| outer("carried")));
            close.send(()).unwrap();
            first.join().unwrap();
            on(pool, 1, || outer("one is left"));
            second(|| on(pool, TIMES, || outer("one in the other")));
            on(pool, 1, || outer("one is left again"));
        });
    });
    on(pool, 1, || outer("none is left"));
}

fn of<'c>(captured: &'c Captured, what: &str) -> Vec<&'c Value> {
    captured.lines_of("outer").into_iter().filter(|line| line["fields"]["while"] == what).collect()
}

#[test]
fn with_several_open_nothing_is_inherited_and_all_that_could_be_is_counted() {
    let capture = Capture::start("rayon-ambiguous", "info");
    let pool = ThreadPoolBuilder::new().num_threads(2).build().unwrap();
    overlap(&pool);
    let expected = TIMES * KINDS + TIMES;
    assert_eq!(capture.manager.stats().ambiguous_contexts, expected);
    let captured = capture.finish();
    assert_eq!(captured.sample("obs_context_ambiguous_total"), Some(expected as f64));
    let seconds = captured.lines_of("second");
    let [inside, outside] = seconds.as_slice() else { panic!("{seconds:?}") };
    let regions = [&captured.line("first")["trace_id"], &outside["trace_id"]];
    let unmarked = |line: &Value| line["obs.context"].is_null();
    for what in ["two are open", "one in the other", "on a thread of no pool", "none is left"] {
        for line in of(&captured, what) {
            assert!(unmarked(line) && line["parent_id"].is_null(), "{line}");
            assert!(!regions.contains(&&line["trace_id"]), "{line}");
        }
    }
    assert_eq!(of(&captured, "two are open").len() as u64, TIMES);
    assert_eq!(of(&captured, "one in the other").len() as u64, TIMES);
    for line in captured.lines_of("alone") {
        assert!(unmarked(line) && line["trace_id"].is_null(), "{line}");
    }
    for step in captured.spans_of("step") {
        assert!(unmarked(&step["args"]) && step["args"]["parent_id"].is_null(), "{step}");
    }
    let [carried] = of(&captured, "carried")[..] else { panic!("one call") };
    assert_child(carried, outside);
    assert!(unmarked(carried));
    for what in ["one is left", "one is left again"] {
        let [line] = of(&captured, what)[..] else { panic!("one call {what}") };
        assert_child(line, outside);
        assert_eq!(line["obs.context"], "inferred");
    }
    assert_child(inside, outside);
}
