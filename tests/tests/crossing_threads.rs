//! A captured context on other threads: entered by guards in any order, by closures, with messages; left exactly, whatever happens.

use feagi_observability::{
    Baggage, CapturedContext, Carrying, carry, carry_fn, current_baggage, current_context, observe, thread,
    with_request_id,
};
use feagi_observability_tests::shared::{Place, Shared, assert_child, called_by, caller, ids, place};
use std::mem::forget;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::OnceLock;
use std::sync::mpsc::channel;

const NOWHERE: Place = (None, None);

fn running() -> &'static Shared {
    static RUNNING: OnceLock<Shared> = OnceLock::new();
    RUNNING.get_or_init(|| Shared::start(env!("CARGO_TARGET_TMPDIR"), "crossing-threads"))
}

/// The context of the caller with this number, under a request id that tells it.
fn from(number: u64) -> CapturedContext {
    CapturedContext::from(caller(number)).with_request_id(&format!("r-{number}"))
}

fn called(number: u64) -> Place {
    called_by(number, Some(&format!("r-{number}")))
}

#[observe(name = "work elsewhere")]
fn work(_n: u64) {}

#[test]
fn threads_closures_and_messages_continue_the_trace_of_whoever_sent_them() {
    #[observe(name = "sends work")]
    fn send() {
        with_request_id("r-sent", || {
            thread::spawn(|| work(1)).join().unwrap();
            thread::Builder::new().name("named".into()).spawn(|| work(2)).unwrap().join().unwrap();
            std::thread::scope(|scope| {
                thread::Builder::new().spawn_scoped(scope, || work(3)).unwrap();
                scope.spawn(carry(|| work(4)));
            });
            let callback = carry_fn(work);
            std::thread::spawn(move || [5, 6].map(callback)).join().unwrap();
            let (sender, receiver) = channel();
            let worker = std::thread::spawn(move || {
                for message in receiver {
                    Carrying::receive(message, work);
                    assert_eq!(place(), NOWHERE);
                }
            });
            sender.send(Carrying::new(7)).unwrap();
            drop(sender);
            worker.join().unwrap();
        });
    }
    let running = running();
    send();
    let (sender, works) = (running.line("sends work"), running.lines("work elsewhere"));
    assert_eq!(works.len(), 7);
    for line in &works {
        assert_child(line, &sender);
        assert_eq!(line["request_id"], "r-sent");
    }
    assert!(works.iter().any(|line| line["thread"] == "named"));
    assert_eq!(sender.get("request_id"), None, "what is set within a call is not the call's");
}

#[test]
fn guards_may_be_dropped_in_any_order() {
    running();
    let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    for order in orders {
        let mut guards: Vec<_> = [11, 12, 13].map(|number| Some(from(number).attach())).into();
        for (dropped, index) in order.into_iter().enumerate() {
            let innermost = [11, 12, 13].into_iter().zip(&guards).rev().find(|(_, guard)| guard.is_some());
            assert_eq!(place(), called(innermost.unwrap().0), "{order:?}, {dropped} dropped");
            guards[index] = None;
        }
        assert_eq!(place(), NOWHERE, "{order:?}");
    }
}

#[test]
fn guards_and_foreign_spans_may_be_left_in_any_order() {
    running();
    let guard = from(21).attach();
    let span = tracing::info_span!("opened in a captured context").entered();
    let in_span = place();
    assert_eq!(in_span.0.unwrap().0, caller(21).trace_id());
    drop(guard);
    assert_eq!(
        (place().0, place().1),
        (in_span.0, None),
        "the span is still entered, the request id has gone"
    );
    let guard = from(22).attach();
    drop(span);
    assert_eq!(place(), called(22));
    drop(guard);
    assert_eq!(place(), NOWHERE);
}

#[test]
fn a_guard_that_is_forgotten_ends_with_the_call_closure_or_poll_around_it() {
    #[observe(name = "forgets a guard")]
    fn forgets(number: u64) -> Place {
        let before = place();
        forget(from(number).attach());
        assert_eq!(place(), called(number));
        before
    }
    running();
    forgets(31);
    assert_eq!(place(), NOWHERE, "a call");
    from(32).run(|| {
        let before = forgets(33);
        assert_eq!(before.1.as_deref(), Some("r-32"));
        assert_eq!(place(), called(32), "a call within a closure");
        forget(from(34).attach());
        forget(CapturedContext::from(None).attach());
        assert_eq!(place(), NOWHERE);
    });
    assert_eq!(place(), NOWHERE, "a closure");
    let _guard = from(35).attach();
    forgets(36);
    assert_eq!(place(), called(35), "a call within a guard");
}

#[test]
fn any_number_of_guards_can_be_forgotten_and_later_ones_are_still_seen() {
    #[observe(name = "forgets many guards", log(on = "never"))]
    fn forgets(number: u64) {
        forget(from(number).attach());
    }
    running();
    for number in 1..10_000 {
        forgets(number);
        let guard = from(number).attach();
        assert_eq!(place(), called(number));
        drop(guard);
        assert_eq!(place(), NOWHERE);
    }
}

#[test]
fn guards_with_nothing_but_ids_can_be_forgotten_in_any_number_too() {
    #[observe(name = "forgets guards of ids", log(on = "never"))]
    fn forgets(number: u64) {
        forget(CapturedContext::from(caller(number)).attach());
        assert_eq!(place(), called_by(number, None));
    }
    running();
    (1..10_000).for_each(forgets);
    for number in 1..10_000 {
        forgets(number);
        let guard = CapturedContext::from(caller(number)).attach();
        assert_eq!(place(), called_by(number, None));
        drop(guard);
        assert_eq!(place(), NOWHERE);
    }
}

#[test]
fn a_forgotten_guard_is_not_taken_for_one_that_somebody_comes_back_from() {
    #[observe(name = "forgets a span")]
    fn forgets() {
        forget(tracing::info_span!("forgotten").entered());
    }
    #[observe(name = "drops the guard around it")]
    fn drops<T>(guard: T) {
        drop(guard);
    }
    running();
    let first = tracing::info_span!("entered before").entered();
    forgets();
    let second = tracing::info_span!("entered after").entered();
    let in_second = place();
    drop(first);
    assert_eq!(place(), in_second);
    drop(second);
    assert_eq!(place(), NOWHERE);

    let first = from(37).attach();
    forgets();
    drops(first);
    assert_eq!(place(), NOWHERE);
}

#[test]
fn a_guard_that_outlives_its_call_changes_nothing_when_it_is_dropped() {
    #[observe(name = "returns a guard")]
    fn attached() -> feagi_observability::ContextGuard {
        from(41).attach()
    }
    running();
    let _outer = from(42).attach();
    let returned = attached();
    assert_eq!(place(), called(42));
    let later = from(43).attach();
    drop(returned);
    assert_eq!(place(), called(43));
    drop(later);
    assert_eq!(place(), called(42));
}

#[test]
fn a_panic_leaves_the_context_that_was_there() {
    running();
    let _outer = from(51).attach();
    let unwound = catch_unwind(AssertUnwindSafe(|| {
        let _guard = from(52).attach();
        from(53).run(|| {
            forget(from(54).attach());
            resume_unwind(Box::new(()))
        })
    }));
    assert!(unwound.is_err());
    assert_eq!(place(), called(51));
}

#[test]
fn no_context_is_a_context_too() {
    #[observe(name = "works in no context")]
    fn rootless() {}
    running();
    let nothing = CapturedContext::capture();
    let _around = from(61).attach();
    nothing.run(|| {
        assert_eq!(place(), NOWHERE);
        rootless();
        let guard = from(62).attach();
        assert_eq!(place(), called(62));
        drop(guard);
        assert_eq!(place(), NOWHERE);
    });
    let guard = nothing.attach();
    assert_eq!(place(), NOWHERE);
    rootless();
    drop(guard);
    assert_eq!(place(), called(61));
    let lines = running().lines("works in no context");
    assert_eq!(lines.len(), 2);
    assert!(lines.iter().all(|line| line.get("parent_id").is_none() && line.get("request_id").is_none()));
}

#[test]
fn a_callers_span_is_the_parent_even_where_half_of_its_trace_id_is_zero() {
    #[observe(name = "called from outside")]
    fn handle() {}
    let high = feagi_observability::TraceId::from_hex("00f067aa0ba902b70000000000000000").unwrap();
    let span_id = caller(1).span_id();
    let context = feagi_observability::Context::remote(high, span_id, true).unwrap();
    let running = running();
    CapturedContext::from(context).run(handle);
    let _guard = CapturedContext::from(context).attach();
    handle();
    let lines = running.lines("called from outside");
    assert_eq!(lines.len(), 2);
    for line in lines {
        assert_eq!(
            (&line["trace_id"], &line["parent_id"]),
            (&high.to_string().into(), &span_id.to_string().into())
        );
    }
    assert!(
        feagi_observability::Context::remote(feagi_observability::TraceId::NONE, span_id, true).is_none()
    );
}

#[test]
fn what_rides_with_a_context_is_that_of_the_innermost_that_has_any() {
    running();
    let mut baggage = Baggage::new();
    baggage.insert("tenant", "lab7");
    let context = CapturedContext::from(caller(71)).with_tracestate("vendor=value").with_baggage(baggage);
    let tenant = || current_baggage().and_then(|baggage| baggage.get("tenant").map(str::to_owned));
    context.run(|| {
        with_request_id("r-71", || {
            let here = CapturedContext::capture();
            assert_eq!((tenant().as_deref(), here.request_id()), (Some("lab7"), Some("r-71")));
            assert_eq!(here.tracestate(), Some("vendor=value"));
            CapturedContext::from(caller(72)).run(|| {
                assert_eq!(
                    (tenant(), place()),
                    (None, called_by(72, None)),
                    "a context without hides the one around it"
                );
            });
            with_request_id("", || {
                assert_eq!((tenant().as_deref(), place()), (Some("lab7"), called_by(71, None)))
            });
        });
        #[observe(name = "a trace of its own", parent = None::<feagi_observability::Context>)]
        fn apart() {
            let here = CapturedContext::capture();
            assert_eq!(
                (here.tracestate(), here.baggage().len()),
                (None, 1),
                "the trace's state is not this trace's"
            );
        }
        apart();
    });
    assert_eq!((tenant(), place()), (None, NOWHERE));
}

#[test]
fn a_context_outlives_its_thread_and_its_call() {
    #[observe(name = "long gone")]
    fn capture() -> CapturedContext {
        with_request_id("r-gone", CapturedContext::capture)
    }
    let running = running();
    let captured = std::thread::spawn(capture).join().unwrap();
    let of_line = running.line("long gone");
    captured.run(|| {
        let (trace_id, span_id) = ids(current_context()).unwrap();
        assert_eq!(
            (&of_line["trace_id"], &of_line["span_id"]),
            (&trace_id.to_string().into(), &span_id.to_string().into())
        );
        assert_eq!(place().1.as_deref(), Some("r-gone"));
    });
}

/// Attaches when its thread ends.
struct AttachesAtTheEnd;

impl Drop for AttachesAtTheEnd {
    fn drop(&mut self) {
        let guard = from(81).attach();
        from(82).run(work_at_the_end);
        drop(guard);
    }
}

#[observe(name = "work at the end")]
fn work_at_the_end() {}

#[test]
fn threads_that_end_attach_without_harm_and_their_state_is_clean_for_the_next() {
    thread_local! {
        static EARLY: AttachesAtTheEnd = const { AttachesAtTheEnd };
    }
    running();
    for _ in 0..50 {
        let place = std::thread::spawn(|| {
            EARLY.with(|_| ());
            let before = place();
            // Taken over by a later thread.
            forget(from(83).attach());
            before
        });
        assert_eq!(place.join().unwrap(), NOWHERE);
    }
}
