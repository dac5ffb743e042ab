//! What is held at most, and when batches end.

use super::*;

#[test]
fn batches_end_at_their_number_of_records() {
    let collector = Collector::answering(&[OK, OK, OK]);
    let mut outbox = start(&collector.endpoint, Limits { batch_records: 3, ..quick() });
    write(&mut outbox, 7);
    outbox.close(Instant::now() + LONG);
    let sizes: Vec<_> = collector.finish().iter().map(|request| sent(request).len()).collect();
    assert_eq!(sizes, [3, 3, 1]);
}

#[test]
fn batches_end_before_they_have_too_many_bytes() {
    let collector = Collector::answering(&[OK, OK, OK]);
    let mut outbox = start(&collector.endpoint, Limits { batch_bytes: 14, ..quick() });
    write(&mut outbox, 5);
    outbox.close(Instant::now() + LONG);
    let sizes: Vec<_> = collector.finish().iter().map(|request| sent(request).len()).collect();
    assert_eq!(sizes, [2, 2, 1]);
}

#[test]
fn a_flush_hands_on_an_old_batch_and_leaves_a_young_one() {
    let collector = Collector::answering(&[OK, OK]);
    let mut old = start(&collector.endpoint, Limits { batch_age: Duration::ZERO, ..quick() });
    write(&mut old, 1);
    old.flush();
    assert_eq!(sent(&collector.requests.recv_timeout(LONG).unwrap()), records(0..1));
    let mut young = start(&collector.endpoint, Limits { batch_age: LONG, ..quick() });
    write(&mut young, 1);
    young.flush();
    assert_eq!(young.gathered(), 1);
    old.close(Instant::now() + LONG);
    young.close(Instant::now() + LONG);
    assert_eq!((settled(&old.counters()), settled(&young.counters())), ((1, vec![]), (1, vec![])));
    collector.finish();
}

#[test]
fn a_record_beyond_the_largest_is_lost_alone() {
    let collector = Collector::answering(&[OK]);
    let mut outbox = start(&collector.endpoint, Limits { record_bytes: 10, ..quick() });
    write(&mut outbox, 1);
    outbox.add(b"eleven byte");
    outbox.close(Instant::now() + LONG);
    assert_eq!(settled(&outbox.counters()), (1, vec![(DropReason::TooLarge, 1)]));
    assert_eq!(sent(&collector.finish()[0]), records(0..1));
}

#[test]
fn a_full_queue_drops_whole_batches_and_counts_them() {
    let collector = Collector::start();
    let mut outbox = start(&collector.endpoint, Limits { batch_records: 2, queue_records: 4, ..quick() });
    write(&mut outbox, 2);
    collector.requests.recv_timeout(LONG).unwrap();
    write(&mut outbox, 10);
    assert_eq!((outbox.counters().dropped(DropReason::QueueFull), outbox.counters().queued()), (6, 6));
    (0..3).for_each(|_| collector.answer(OK.as_bytes()));
    outbox.close(Instant::now() + LONG);
    assert_eq!(settled(&outbox.counters()), (6, vec![(DropReason::QueueFull, 6)]));
    assert_eq!(collector.finish().len(), 2);
}

#[test]
fn the_queue_is_bounded_in_bytes_as_well() {
    let collector = Collector::start();
    let mut outbox = start(&collector.endpoint, Limits { batch_records: 1, queue_bytes: 17, ..quick() });
    write(&mut outbox, 1);
    collector.requests.recv_timeout(LONG).unwrap();
    write(&mut outbox, 50);
    assert_eq!((outbox.counters().queued(), outbox.counters().dropped(DropReason::QueueBytes)), (1 + 3, 47));
    outbox.close(Instant::now());
    assert_eq!(settled(&outbox.counters()).0, 0);
    collector.answer(OK.as_bytes());
    collector.finish();
}
