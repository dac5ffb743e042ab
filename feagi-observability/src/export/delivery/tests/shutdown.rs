//! The end, with and without time.

use super::*;

#[test]
fn a_shutdown_does_not_wait_for_a_long_backoff_but_asks_once_more() {
    let collector = Collector::answering(&[&status(503, ""), OK]);
    let patient =
        Limits { batch_records: 2, first_backoff: LONG, longest_backoff: LONG, give_up: LONG * 9, ..quick() };
    let mut outbox = start(&collector.endpoint, patient);
    write(&mut outbox, 2);
    collector.requests.recv_timeout(LONG).unwrap();
    outbox.close(Instant::now() + LONG / 3);
    assert_eq!(settled(&outbox.counters()), (2, vec![]));
    collector.finish();
}

#[test]
fn refused_connections_until_the_deadline_are_the_shutdowns_loss() {
    let mut outbox = start(&nobody(), Limits { batch_records: 2, ..quick() });
    write(&mut outbox, 5);
    outbox.close(Instant::now() + Duration::from_millis(50));
    assert_eq!(settled(&outbox.counters()), (0, vec![(DropReason::ShutdownTimeout, 5)]));
}

#[test]
fn a_collector_that_never_answers_does_not_outlast_the_deadline_and_a_late_answer_counts_nothing() {
    let collector = Collector::start();
    let mut outbox = start(&collector.endpoint, Limits { batch_records: 2, ..quick() });
    write(&mut outbox, 5);
    assert_eq!(sent(&collector.requests.recv_timeout(LONG).unwrap()), records(0..2));
    outbox.close(Instant::now() + Duration::from_millis(50));
    let lost = (0, vec![(DropReason::ShutdownTimeout, 5)]);
    assert_eq!(settled(&outbox.counters()), lost);
    collector.answer(OK.as_bytes());
    outbox.queue().join();
    assert_eq!(settled(&outbox.counters()), lost);
    write(&mut outbox, 1);
    outbox.close(Instant::now() + LONG);
    assert_eq!(settled(&outbox.counters()), (0, vec![(DropReason::ShutdownTimeout, 6)]));
    drop(collector.finish());
}

#[test]
fn two_that_are_told_to_end_before_they_are_waited_for_end_at_the_same_time() {
    let collector = Collector::answering(&[OK]);
    let mut dead = start(&nobody(), quick());
    let mut alive = start(&collector.endpoint, quick());
    write(&mut dead, 1);
    write(&mut alive, 1);
    let deadline = Instant::now() + Duration::from_millis(300);
    dead.closing(deadline);
    alive.closing(deadline);
    dead.close(deadline);
    alive.close(deadline);
    assert_eq!(settled(&dead.counters()), (0, vec![(DropReason::ShutdownTimeout, 1)]));
    assert_eq!(settled(&alive.counters()), (1, vec![]), "its time was not used up by the other");
    collector.finish();
}

#[test]
fn an_outbox_that_is_dropped_unclosed_counts_what_it_holds() {
    let counters = {
        let mut outbox = start(&nobody(), Limits { first_backoff: LONG, give_up: LONG * 9, ..quick() });
        write(&mut outbox, 3);
        outbox.counters()
    };
    assert_eq!(settled(&counters), (0, vec![(DropReason::ShutdownTimeout, 3)]));
}

/// Makes one more record each time.
struct Counting(u64);

impl Source for Counting {
    fn collect(&mut self, packer: &mut Packer) {
        self.0 += 1;
        (0..self.0).for_each(|n| packer.add(format!("r{n:04}").as_bytes(), 1));
    }
}

fn periodic(endpoint: &str, interval: Duration) -> (Arc<SinkCounters>, Periodic) {
    let counters = Arc::<SinkCounters>::default();
    let given = (Arc::clone(&counters), Limits { request: LONG, ..quick() });
    let source = (interval, Box::new(Counting(0)) as Box<dyn Source>);
    let periodic = Periodic::start("delivery", given, lines(endpoint, Compression::None), source).unwrap();
    (counters, periodic)
}

#[test]
fn what_is_made_at_regular_times_is_made_once_more_at_the_end() {
    let collector = Collector::answering(&[OK]);
    let (counters, periodic) = periodic(&collector.endpoint, LONG);
    periodic.close(Instant::now() + LONG);
    assert_eq!(settled(&counters), (1, vec![]));
    assert_eq!(sent(&collector.finish()[0]), records(0..1));
}

#[test]
fn while_the_collector_keeps_silent_nothing_is_made_that_would_pile_up() {
    let collector = Collector::start();
    let (counters, periodic) = periodic(&collector.endpoint, Duration::from_millis(1));
    collector.requests.recv_timeout(LONG).unwrap();
    let silent = Instant::now();
    while silent.elapsed() < Duration::from_millis(20) {
        std::thread::yield_now();
    }
    assert_eq!(counters.accepted(), 1);
    periodic.close(Instant::now() + Duration::from_millis(20));
    assert_eq!(settled(&counters), (0, vec![(DropReason::ShutdownTimeout, 1)]));
    collector.answer(OK.as_bytes());
    drop(collector);
}
