//! Batches that are too large for the collector.

use super::*;

/// Answers by the number of records.
struct Narrow {
    takes: usize,
    requests: Arc<std::sync::Mutex<Vec<usize>>>,
}

impl Transport for Narrow {
    fn body(&mut self, part: &Part<'_>) -> Vec<u8> {
        vec![0; part.pieces().count()]
    }

    fn post(&mut self, body: &[u8], _: Duration) -> Reply {
        self.requests.lock().unwrap().push(body.len());
        if body.len() > self.takes { Reply::TooLarge } else { Reply::Accepted { rejected: 0 } }
    }
}

fn narrow(takes: usize, records: u64, limits: Limits) -> (Arc<SinkCounters>, Vec<usize>) {
    let requests = Arc::default();
    let transport = Box::new(Narrow { takes, requests: Arc::clone(&requests) });
    let mut outbox = Outbox::start("delivery", limits, transport).unwrap();
    write(&mut outbox, records);
    outbox.close(Instant::now() + LONG);
    let requests = requests.lock().unwrap().clone();
    (outbox.counters(), requests)
}

#[test]
fn a_batch_that_is_too_large_is_divided_until_it_is_taken() {
    let (counters, requests) = narrow(3, 10, quick());
    assert_eq!(settled(&counters), (10, vec![]));
    assert_eq!(requests, [10, 5, 2, 3, 5, 2, 3]);
    assert_eq!((failures(&counters), counters.retries()), (3, 3));
}

#[test]
fn a_record_that_is_too_large_alone_is_lost_and_the_requests_are_bounded() {
    let (counters, requests) = narrow(0, 10, quick());
    assert_eq!(settled(&counters), (0, vec![(DropReason::TooLarge, 10)]));
    assert_eq!(requests.len(), 2 * 10 - 1);
}

#[test]
fn a_batch_whose_time_is_up_is_divided_no_more() {
    let (counters, requests) = narrow(3, 10, Limits { give_up: Duration::ZERO, ..quick() });
    assert_eq!(settled(&counters), (0, vec![(DropReason::TooLarge, 10)]));
    assert_eq!(requests, [10]);
}

#[test]
fn the_status_for_it_is_413_and_each_record_arrives_once() {
    let too_large = status(413, "");
    let collector = Collector::answering(&[&too_large, OK, &too_large, OK, OK]);
    let mut outbox = start(&collector.endpoint, quick());
    write(&mut outbox, 8);
    outbox.close(Instant::now() + LONG);
    assert_eq!(settled(&outbox.counters()), (8, vec![]));
    let requests: Vec<_> = collector.finish().iter().map(sent).collect();
    let expected = [records(0..8), records(0..4), records(4..8), records(4..6), records(6..8)];
    assert_eq!(requests, expected);
}

#[test]
fn a_part_that_is_lost_does_not_take_the_others_with_it() {
    let answers = [status(413, ""), status(400, ""), OK.to_owned()];
    let collector = Collector::answering(&answers);
    let mut outbox = start(&collector.endpoint, quick());
    write(&mut outbox, 5);
    outbox.close(Instant::now() + LONG);
    assert_eq!(settled(&outbox.counters()), (3, vec![(DropReason::Rejected, 2)]));
    collector.finish();
}
