//! The end.

use super::*;
use crate::export::delivery::{batch::Batch, worker};
use crate::sync::check;

#[test]
fn with_time_enough_everything_arrives() {
    check(3, || {
        let mut outbox = start(single(), []);
        outbox.add(b"a");
        outbox.add(b"b");
        outbox.close(deadline());
        assert_eq!(settled_for_good(outbox.queue(), 2), (2, 0));
    });
}

#[test]
fn whenever_the_time_is_up_each_record_has_arrived_or_is_the_shutdowns_loss() {
    check(2, || {
        let deadline = deadline();
        let time = time_passes();
        let mut outbox = start(single(), []);
        outbox.add(b"a");
        outbox.add(b"b");
        outbox.close(deadline);
        let (_, lost) = settled_for_good(outbox.queue(), 2);
        assert_eq!(dropped(&outbox.counters(), DropReason::ShutdownTimeout), lost);
        time.join().unwrap();
    });
}

#[test]
fn a_batch_in_flight_that_is_rejected_in_part_or_sent_in_halves_is_counted_once() {
    check(2, || {
        let deadline = deadline();
        let time = time_passes();
        let mut outbox = start(
            Limits { batch_records: 2, ..single() },
            [Reply::TooLarge, Reply::Accepted { rejected: 1 }],
        );
        outbox.add(b"a");
        outbox.add(b"b");
        outbox.close(deadline);
        settled_for_good(outbox.queue(), 2);
        time.join().unwrap();
    });
}

#[test]
fn a_worker_that_waits_to_try_again_does_not_outlast_the_shutdown() {
    check(3, || {
        let transport = scripted([AGAIN]);
        let asked = Arc::clone(&transport.asked);
        let mut outbox = Outbox::start("delivery", single(), transport).unwrap();
        outbox.add(b"a");
        asked.wait_for_first();
        // Nothing but the shutdown ends the wait: time stands still.
        outbox.close(deadline());
        assert_eq!(settled_for_good(outbox.queue(), 1), (1, 0));
    });
}

#[test]
fn a_collector_that_is_away_costs_the_records_and_nothing_else() {
    check(2, || {
        let deadline = deadline();
        let time = time_passes();
        let mut outbox = start(single(), [AGAIN, AGAIN, Reply::Refused(DropReason::Timeout)]);
        outbox.add(b"a");
        outbox.close(deadline);
        settled_for_good(outbox.queue(), 1);
        time.join().unwrap();
    });
}

#[test]
fn a_full_queue_refuses_and_counts_what_it_refuses() {
    check(3, || {
        let mut outbox = start(Limits { queue_records: 1, ..single() }, []);
        (0..3).for_each(|_| outbox.add(b"a"));
        outbox.close(deadline());
        let (exported, lost) = settled_for_good(outbox.queue(), 3);
        assert!(exported >= 1);
        assert_eq!(dropped(&outbox.counters(), DropReason::QueueFull), lost);
    });
}

/// Begins and ends the shutdown as who closes an outbox does.
fn close(queue: &Queue, deadline: Instant) {
    queue.closing(deadline);
    queue.close();
}

fn batch() -> Batch {
    let mut batch = Batch::default();
    batch.push(b"a", 1);
    batch
}

#[test]
fn two_that_close_at_once_both_find_everything_counted_once() {
    check(3, || {
        let queue = Arc::new(Queue::new(Arc::default(), single()));
        worker::start("delivery", Arc::clone(&queue), scripted([]), worker::send_all).unwrap();
        queue.counters.accept(1);
        queue.push(batch());
        let other = thread::spawn({
            let queue = Arc::clone(&queue);
            // One has no time at all.
            move || {
                close(&queue, now());
                settled(&queue.counters, 1);
            }
        });
        close(&queue, deadline());
        settled(&queue.counters, 1);
        other.join().unwrap();
        settled_for_good(&queue, 1);
    });
}

#[test]
fn what_is_pushed_against_the_end_is_sent_or_refused_and_counted() {
    check(3, || {
        let queue = Arc::new(Queue::new(Arc::default(), single()));
        worker::start("delivery", Arc::clone(&queue), scripted([]), worker::send_all).unwrap();
        queue.counters.accept(2);
        let other = thread::spawn({
            let queue = Arc::clone(&queue);
            move || (0..2).for_each(|_| queue.push(batch()))
        });
        close(&queue, deadline());
        other.join().unwrap();
        queue.join();
        settled(&queue.counters, 2);
    });
}

#[test]
fn a_worker_that_dies_leaves_nothing_uncounted() {
    check(3, || {
        let queue = Arc::new(Queue::new(Arc::default(), single()));
        // It takes a batch and never settles it.
        let dies = |queue: &Queue, _: &mut dyn Transport| drop(queue.next());
        worker::start("delivery", Arc::clone(&queue), scripted([]), dies).unwrap();
        queue.counters.accept(2);
        queue.push(batch());
        queue.push(batch());
        close(&queue, deadline());
        settled_for_good(&queue, 2);
    });
}
