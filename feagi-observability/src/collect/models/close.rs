//! Flushes and the end.

use super::{Got, deadline, start};
use crate::collect::{Accounting, Stats};
use crate::instrument::models::Writer;
use crate::instrument::registry;
use crate::sync::{advance, check, thread};
use std::time::Duration;

/// The identities, once nobody writes any more; what is still in the rings is what is called queued.
fn settled(accounting: &Accounting, got: &Got) -> Stats {
    let stats = accounting.stats();
    let lines = &stats.lines;
    let mut left = 0;
    registry::visit_threads(|thread| thread.ring.drain(|_, _| left += 1));
    assert_eq!(lines.emitted, lines.collected + lines.suppressed + lines.dropped + lines.unrecorded + left);
    assert_eq!(lines.queued, left);
    let sink = &stats.sinks[0];
    assert_eq!((sink.accepted, sink.exported, sink.queued), (lines.collected, got.lines(), 0));
    stats
}

#[test]
fn a_flood_that_begins_with_the_collector_wakes_it_from_its_first_sleep() {
    check(2, || {
        let (mut collector, accounting, got) = start();
        let writer = Writer::attach();
        assert!((0..6).all(|number| writer.write(number)));
        got.wait_for(|state| state.lines > 0);
        assert!(collector.close(deadline()));
        assert_eq!(settled(&accounting, &got).lines.collected, 6);
    });
}

#[test]
fn what_was_written_before_a_flush_is_there_after_it() {
    check(1, || {
        let (mut collector, accounting, got) = start();
        let other = thread::spawn(|| assert!(Writer::attach().write(10)));
        let writer = Writer::attach();
        assert!(writer.write(0));
        assert!(collector.flusher().flush(deadline()));
        assert!(got.lines() >= 1);
        other.join().unwrap();
        assert!(collector.close(deadline()));
        assert_eq!(settled(&accounting, &got).lines.collected, 2);
    });
}

#[test]
fn what_is_written_while_the_collector_closes_is_handed_on_or_counted_as_left() {
    check(2, || {
        let (mut collector, accounting, got) = start();
        let other = thread::spawn(|| {
            let writer = Writer::attach();
            assert!(writer.write(10) && writer.write(11));
        });
        assert!(collector.close(deadline()));
        other.join().unwrap();
        assert_eq!(settled(&accounting, &got).lines.emitted, 2);
    });
}

#[test]
fn a_flush_that_meets_the_end_returns_and_says_whether_it_was_done() {
    check(2, || {
        let (mut collector, accounting, got) = start();
        let flusher = collector.flusher();
        let other = thread::spawn(move || {
            assert!(Writer::attach().write(0));
            flusher.flush(deadline())
        });
        assert!(collector.close(deadline()));
        let flushed = other.join().unwrap();
        let stats = settled(&accounting, &got);
        assert!(!flushed || stats.lines.collected == 1, "what it waited for has arrived");
    });
}

#[test]
fn a_close_whose_time_is_up_returns_and_everything_is_counted_once_when_the_collector_has_ended() {
    check(2, || {
        let (mut collector, accounting, got) = start();
        assert!(Writer::attach().write(0));
        let deadline = deadline();
        let time = thread::spawn(|| advance(Duration::from_secs(20)));
        collector.close(deadline);
        time.join().unwrap();
        got.wait_for(|state| state.is_gone);
        assert_eq!(settled(&accounting, &got).lines.collected, 1);
    });
}
