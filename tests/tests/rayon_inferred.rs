//! `#[observe(rayon)]`: what threads of a pool do while exactly one such call runs is in its trace and says that this is a guess; nothing
//! else is, and nothing of it is left when the call has ended.

use feagi_observability::{
    CapturedContext, Context, SpanId, TraceId, burst_info, carry, current_context, instrument, observe,
    observe_block,
};
use feagi_observability_tests::captured::{Capture, Captured};
use feagi_observability_tests::shared::{assert_child, caller};
use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};
use rayon::{ThreadPool, ThreadPoolBuilder};
use serde_json::Value;
use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Barrier;
use std::sync::mpsc::channel;
use std::task::{Poll, Waker};

const ITEMS: u64 = 100;

#[observe(name = "neuron")]
fn neuron(n: u64) {
    synapse();
    std::hint::black_box(n);
}

#[observe(name = "synapse")]
fn synapse() {}

#[observe(name = "polled")]
async fn polled() {}

#[instrument(name = "instrumented")]
fn instrumented() {}

/// Everything that can begin in no context.
fn everything(n: u64) {
    neuron(n);
    tracing::info!("fired");
    tracing::info_span!("step").in_scope(|| tracing::info!("in a step"));
    burst_info!(burst_id = n, neurons_fired = 1, synapses_activated = 1);
    instrumented();
    let mut future = std::pin::pin!(polled());
    assert!(future.as_mut().poll(&mut std::task::Context::from_waker(Waker::noop())) == Poll::Ready(()));
}

#[observe(name = "round", rayon)]
fn burst(pool: &ThreadPool) {
    // As many pieces as threads, of which each waits for all others: no thread does another's.
    let meet = Barrier::new(4);
    pool.install(|| {
        (0..4_u32).into_par_iter().with_max_len(1).for_each(|_| {
            meet.wait();
        });
        (0..ITEMS).into_par_iter().for_each(everything);
    });
    let here = current_context().unwrap();
    let there = pool.install(current_context).unwrap();
    assert_eq!((here.trace_id(), here.span_id()), (there.trace_id(), there.span_id()));
    assert_eq!((here.is_inferred(), there.is_inferred()), (false, true));
}

#[observe(name = "carrying", rayon)]
fn carrying(pool: &ThreadPool) {
    let exact = carry(|| named("exact"));
    pool.install(exact);
    CapturedContext::from(caller(7)).run(|| pool.install(carry(|| named("another's"))));
    // Of no call on purpose.
    let nothing = CapturedContext::from(None::<Context>);
    pool.install(|| nothing.run(|| named("nobody's")));
    pool.install(|| explicit(None));
    // Captured where it was a guess, it is one elsewhere.
    let guess = pool.install(CapturedContext::capture);
    guess.run(|| named("a guess"));
}

#[observe(name = "explicit", parent = parent)]
fn explicit(parent: Option<Context>) {}

#[observe(name = "beside", rayon)]
fn beside() {
    std::thread::scope(|scope| {
        scope.spawn(|| named("on a thread of no pool"));
    });
}

#[observe(name = "named", fields(of))]
fn named(of: &str) {}

#[observe(name = "ends", rayon)]
fn ends(how: u64) -> Result<u64, String> {
    match how {
        0 => return Ok(0),
        1 => Err("no")?,
        2 => panic!("on purpose"),
        _ => {}
    }
    Ok(how)
}

#[observe(name = "panics in the pool", rayon)]
fn burst_that_panics(pool: &ThreadPool) {
    pool.install(|| panic!("on purpose"));
}

fn ends_somehow(pool: &ThreadPool) {
    for how in 0..4 {
        let _ = catch_unwind(|| ends(how));
        pool.install(|| named("after its end"));
        assert_eq!(pool.install(current_context).map(|context| context.trace_id()), None);
    }
    let panics = || burst_that_panics(pool);
    assert!(catch_unwind(AssertUnwindSafe(panics)).is_err());
    pool.install(|| named("after its end"));
    for _ in 0..2 {
        observe_block! { name = "block", rayon;
            pool.install(|| named("in a block"));
            if pool.current_num_threads() > 0 {
                break;
            }
        }
    }
    pool.install(|| named("after its end"));
}

/// A call that begins under a region goes on when that has ended.
fn outlives(pool: &ThreadPool) {
    #[observe(name = "short", rayon)]
    fn short(pool: &ThreadPool, work: impl FnOnce() + Send + 'static, has_begun: impl FnOnce()) {
        pool.spawn(work);
        has_begun();
    }
    #[observe(name = "long")]
    fn long(begun: impl FnOnce(), wait: impl FnOnce()) {
        begun();
        wait();
        named("late");
    }
    let (begun, has_begun) = channel();
    let (go_on, wait) = channel();
    let (done, is_done) = channel();
    let work = move || {
        long(|| begun.send(()).unwrap(), || wait.recv().unwrap());
        named("after its end");
        done.send(()).unwrap();
    };
    short(pool, work, || has_begun.recv().unwrap());
    go_on.send(()).unwrap();
    is_done.recv().unwrap();
}

fn is_marked(record: &Value) -> bool {
    match &record["obs.context"] {
        Value::Null => false,
        mark => {
            assert_eq!(mark, "inferred");
            true
        }
    }
}

fn of<'c>(captured: &'c Captured, what: &str) -> Vec<&'c Value> {
    let found: Vec<_> =
        captured.lines_of("named").into_iter().filter(|line| line["fields"]["of"] == what).collect();
    assert!(!found.is_empty(), "{what}");
    found
}

fn assert_root(line: &Value) {
    assert!(line["parent_id"].is_null() && !is_marked(line), "{line}");
}

#[test]
fn the_pool_of_one_such_call_is_in_its_trace_and_says_that_this_is_a_guess() {
    let capture = Capture::start("rayon-inferred", "info");
    let pool = ThreadPoolBuilder::new().num_threads(4).build().unwrap();
    pool.install(|| named("before"));
    burst(&pool);
    carrying(&pool);
    beside();
    ends_somehow(&pool);
    outlives(&pool);
    assert_eq!(capture.manager.stats().ambiguous_contexts, 0);
    let captured = capture.finish();
    check_burst(&captured);
    check_carried(&captured);
    check_ends(&captured);
    assert_eq!(captured.sample("obs_context_ambiguous_total"), Some(0.0));
}

fn check_burst(captured: &Captured) {
    let burst = captured.line("round");
    assert_root(burst);
    assert_root(of(captured, "before")[0]);
    let count = ITEMS as usize;
    for (name, is_child) in [
        ("neuron", true),
        ("polled", true),
        ("burst", true),
        ("instrumented", true),
        ("synapse", false),
        ("fired", false),
        ("in a step", false),
    ] {
        let lines = captured.lines_of(name);
        assert_eq!(lines.len(), count, "{name}");
        for line in lines {
            assert!(is_marked(line), "{line}");
            assert_eq!(line["trace_id"], burst["trace_id"], "{line}");
            if is_child {
                assert_child(line, burst);
            }
        }
    }
    let neurons: HashSet<_> =
        captured.lines_of("neuron").iter().map(|line| line["span_id"].clone()).collect();
    assert!(captured.lines_of("synapse").iter().all(|line| neurons.contains(&line["parent_id"])));
    for line in captured.lines_of("fired") {
        assert_eq!((&line["span_id"], &line["span"]), (&burst["span_id"], &burst["name"]));
    }
    check_spans(captured, burst);
}

/// Spans say the same as lines, and those of foreign spans, which have no line.
fn check_spans(captured: &Captured, burst: &Value) {
    let steps = captured.spans_of("step");
    assert_eq!(steps.len(), ITEMS as usize);
    for step in &steps {
        assert_child(&step["args"], burst);
    }
    for span in ["neuron", "polled", "instrumented", "synapse"].map(|name| captured.spans_of(name)).concat() {
        assert!(is_marked(&span["args"]), "{span}");
    }
    assert!(steps.iter().all(|step| is_marked(&step["args"])));
    let threads: HashSet<_> = captured.spans_of("neuron").iter().map(|span| span["tid"].as_u64()).collect();
    assert!(!threads.is_empty() && threads.len() <= 4);
    let roots = captured.spans_of("round");
    assert!(!is_marked(&roots[0]["args"]));
}

fn check_carried(captured: &Captured) {
    let carrying = captured.line("carrying");
    let exact = of(captured, "exact")[0];
    assert_child(exact, carrying);
    assert!(!is_marked(exact) && !is_marked(carrying));
    let another = of(captured, "another's")[0];
    assert_eq!(another["trace_id"], TraceId::from_hex(&format!("{:032x}", 7)).unwrap().to_string());
    assert_eq!(another["parent_id"], SpanId::from_hex(&format!("{:016x}", 7)).unwrap().to_string());
    assert!(!is_marked(another));
    assert_root(of(captured, "nobody's")[0]);
    assert_root(captured.line("explicit"));
    let guess = of(captured, "a guess")[0];
    assert_child(guess, carrying);
    assert!(is_marked(guess));
    assert_root(of(captured, "on a thread of no pool")[0]);
}

fn check_ends(captured: &Captured) {
    assert_eq!(captured.outcomes("ends"), ["ok", "error", "panic", "ok"]);
    let after = of(captured, "after its end");
    assert_eq!(after.len(), 7);
    after.into_iter().for_each(assert_root);
    let inside = of(captured, "in a block")[0];
    assert_child(inside, captured.line("block"));
    assert!(is_marked(inside));
    let (short, long, late) = (captured.line("short"), captured.line("long"), of(captured, "late")[0]);
    assert_child(long, short);
    assert_child(late, long);
    assert!(is_marked(long) && is_marked(late) && !is_marked(short));
}
