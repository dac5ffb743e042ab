//! Collectors that are not there, or go.

use super::*;

#[test]
fn a_connection_cut_before_the_answer_is_tried_again() {
    let collector = Collector::answering(&["", OK]);
    let mut outbox = start(&collector.endpoint, quick());
    write(&mut outbox, 3);
    outbox.close(Instant::now() + LONG);
    assert_eq!(settled(&outbox.counters()), (3, vec![]));
    assert_eq!((collector.finish().len(), outbox.counters().retries()), (2, 1));
}

#[test]
fn a_connection_reset_within_the_body_is_tried_again_until_the_batch_is_given_up() {
    let collector = Collector::breaking();
    (0..100).for_each(|_| collector.answer(b""));
    let limits =
        Limits { give_up: Duration::from_millis(50), batch_bytes: 8 << 20, queue_bytes: 8 << 20, ..quick() };
    let mut outbox = start(&collector.endpoint, limits);
    (0..40).for_each(|_| outbox.add(&vec![b'x'; 200 << 10]));
    outbox.close(Instant::now() + LONG);
    assert_eq!(settled(&outbox.counters()), (0, vec![(DropReason::Connect, 40)]));
    assert!(outbox.counters().retries() > 0);
    drop(collector.finish());
}

#[test]
fn refused_connections_are_retried_until_the_batch_is_given_up() {
    let limits = Limits { give_up: Duration::from_millis(50), ..quick() };
    let mut outbox = start(&nobody(), limits);
    write(&mut outbox, 4);
    outbox.close(Instant::now() + LONG);
    assert_eq!(settled(&outbox.counters()), (0, vec![(DropReason::Connect, 4)]));
    let (failures, retries) = (failures(&outbox.counters()), outbox.counters().retries());
    assert!(retries > 0 && failures == retries + 1, "{failures} failures, {retries} retries");
}

#[test]
fn a_collector_that_comes_back_gets_what_has_waited() {
    let address = nobody();
    let mut outbox = start(&address, Limits { batch_records: 1, ..quick() });
    write(&mut outbox, 3);
    while failures(&outbox.counters()) == 0 {
        std::thread::yield_now();
    }
    let listener = TcpListener::bind(address.trim_start_matches("http://")).unwrap();
    let served = std::thread::spawn(move || {
        for _ in 0..3 {
            let (mut stream, _) = listener.accept().unwrap();
            let mut byte = [0; 1];
            let mut last = [0; 5];
            // Up to the record, which is the whole body.
            while &last[..1] != b"r" || last[1] != b'0' {
                std::io::Read::read_exact(&mut stream, &mut byte).unwrap();
                last.rotate_left(1);
                last[4] = byte[0];
            }
            std::io::Write::write_all(&mut stream, OK.as_bytes()).unwrap();
        }
    });
    outbox.close(Instant::now() + LONG);
    assert_eq!(settled(&outbox.counters()), (3, vec![]));
    served.join().unwrap();
}

#[test]
fn a_request_without_an_answer_in_time_is_not_sent_again() {
    let collector = Collector::start();
    let mut outbox = start(&collector.endpoint, Limits { request: Duration::from_millis(50), ..quick() });
    write(&mut outbox, 2);
    outbox.close(Instant::now() + LONG);
    assert_eq!(settled(&outbox.counters()), (0, vec![(DropReason::Timeout, 2)]));
    collector.answer(OK.as_bytes());
    assert_eq!((collector.finish().len(), outbox.counters().retries()), (1, 0));
}

/// Panics at its second request.
struct Dies(u32);

impl Transport for Dies {
    fn body(&mut self, _: &Part<'_>) -> Vec<u8> {
        Vec::new()
    }

    fn post(&mut self, _: &[u8], _: Duration) -> Reply {
        self.0 += 1;
        if self.0 == 2 {
            // Without the hook's noise.
            std::panic::resume_unwind(Box::new("as told"));
        }
        Reply::Accepted { rejected: 0 }
    }
}

#[test]
fn a_worker_that_dies_loses_what_it_had_and_what_comes_later_and_nobody_waits_for_it() {
    let mut outbox =
        Outbox::start("delivery", Limits { batch_records: 2, ..quick() }, Box::new(Dies(0))).unwrap();
    write(&mut outbox, 8);
    outbox.queue().join();
    write(&mut outbox, 3);
    outbox.close(Instant::now() + LONG);
    assert_eq!(settled(&outbox.counters()), (2, vec![(DropReason::WorkerDied, 9)]));
}
