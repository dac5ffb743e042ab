//! Observed blocks, and events by name, stand in every signal.

use feagi_observability::macros::instrument;
use feagi_observability::{current_context, observe, observe_block, profile};
use feagi_observability_tests::captured::{Capture, Captured};
use std::future::Future;
use std::task::{Context, Poll, Waker};

#[observe(name = "loop")]
fn burst_loop(stimuli: &[u32]) -> Result<u32, String> {
    let mut fired = 0_u32;
    for (burst, stimulus) in stimuli.iter().enumerate() {
        let doubled = observe_block! { name = "burst", metric = "blocks_burst", level = "warn", fields(burst, %stimulus);
            if *stimulus == 0 {
                continue;
            }
            tracing::info!("inside");
            instrument!("fired", stimulus, kind = "test");
            assert!(*stimulus != 13, "unlucky");
            stimulus.checked_mul(2).ok_or("too large")?
        };
        fired += profile!("sum", { doubled + 1 });
    }
    Ok(fired)
}

/// What a macro hides is not seen.
macro_rules! hidden {
    ($future:expr) => {
        $future.await
    };
}

async fn suspended_in_a_block(polls: usize) {
    observe_block! { name = "suspended", metric = false;
        let mut left = polls;
        hidden!(std::future::poll_fn(|_| if left == 0 { Poll::Ready(()) } else { left -= 1; Poll::Pending }));
        tracing::info!("resumed");
    }
}

/// Two blocks, suspended, that end in the order in which they began: neither may go back to the other, which is gone.
fn interleave() {
    let (mut first, mut second) = (Box::pin(suspended_in_a_block(1)), Box::pin(suspended_in_a_block(2)));
    let mut task = Context::from_waker(Waker::noop());
    assert!(first.as_mut().poll(&mut task).is_pending() && second.as_mut().poll(&mut task).is_pending());
    assert!(first.as_mut().poll(&mut task).is_ready());
    drop(first);
    assert!(second.as_mut().poll(&mut task).is_pending());
    assert!(second.as_mut().poll(&mut task).is_ready());
    drop(second);
    assert!(current_context().is_none(), "nobody's context is left behind");
}

#[test]
fn blocks_and_named_events_have_their_signals() {
    let capture = Capture::start("blocks", "trace");
    assert_eq!(burst_loop(&[1, 0, 2]), Ok(8));
    assert_eq!(burst_loop(&[u32::MAX]), Err("too large".to_owned()));
    assert!(std::panic::catch_unwind(|| burst_loop(&[13])).is_err());
    for _ in 0..2 {
        instrument!(target: "elsewhere", "alone");
    }
    instrument!("alone");
    interleave();
    let captured = capture.finish();
    check_blocks(&captured);
    check_events(&captured);
}

fn check_blocks(captured: &Captured) {
    // A block that is left has ended well, by whichever way; only unwinding is a failure.
    assert_eq!(captured.outcomes("burst"), ["ok", "ok", "ok", "ok", "panic"]);
    assert_eq!(captured.outcomes("suspended"), ["ok", "ok"]);
    assert_eq!(captured.outcomes("loop"), ["ok", "error", "panic"]);
    assert_eq!((captured.outcomes("sum").len(), captured.spans_of("sum").len()), (0, 2), "a span, no line");
    let (bursts, first) = (captured.lines_of("burst"), captured.lines_of("loop")[0]);
    for burst in &bursts[..3] {
        assert_eq!(
            (&burst["trace_id"], &burst["parent_id"], &burst["level"]),
            (&first["trace_id"], &first["span_id"], &"WARN".into())
        );
    }
    assert_eq!(bursts[1]["fields"], serde_json::json!({ "burst": 1, "stimulus": "0" }));
    let inside = captured.lines_of("inside");
    assert_eq!(inside.len(), 4);
    assert_eq!(inside[0]["span_id"], bursts[0]["span_id"]);
    for (series, value) in [
        ("blocks_burst_calls_total{outcome=\"ok\"}", "4"),
        ("blocks_burst_calls_total{outcome=\"panic\"}", "1"),
        ("blocks_burst_duration_seconds_count", "5"),
        ("observed_calls_total{outcome=\"ok\",site=\"sum\"}", "2"),
    ] {
        assert_eq!(captured.series(series), Some(value), "{series} in {}", captured.page);
    }
    assert_eq!(captured.trace.iter().filter(|event| event["name"] == "burst").count(), 5);
}

fn check_events(captured: &Captured) {
    let (fired, bursts) = (captured.lines_of("fired"), captured.lines_of("burst"));
    assert_eq!(fired.len(), 4);
    assert_eq!((&fired[0]["level"], &fired[0]["target"]), (&"INFO".into(), &"blocks".into()));
    assert_eq!(fired[0]["fields"], serde_json::json!({ "stimulus": 1, "kind": "test" }));
    assert_eq!(fired[0]["parent_id"], bursts[0]["span_id"]);
    let alone = captured.lines_of("alone");
    assert_eq!(alone.iter().filter(|line| line["target"] == "elsewhere").count(), 2);
    assert_eq!(captured.trace.iter().filter(|event| event["name"] == "fired").count(), 4);
    for (series, value) in
        [("observed_events_total{site=\"fired\"}", "4"), ("observed_events_total{site=\"alone\"}", "3")]
    {
        assert_eq!(captured.series(series), Some(value), "{series} in {}", captured.page);
    }
}
