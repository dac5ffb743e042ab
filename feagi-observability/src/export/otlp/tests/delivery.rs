//! What becomes of records, whatever the collector does.

use super::collector::Collector;
use super::*;
use crate::protobuf::Message;
use std::net::TcpListener;

const OK: &str = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
const BUSY: &str = "HTTP/1.1 503 Busy\r\nconnection: close\r\nretry-after: 0\r\ncontent-length: 0\r\n\r\n";

fn partial(rejected: i64) -> Vec<u8> {
    let mut body = Message::new();
    body.message(1, |partial| partial.int64(1, rejected));
    let head =
        format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.as_slice().len());
    [head.as_bytes(), body.as_slice()].concat()
}

#[test]
fn what_is_accepted_arrives_once_with_the_headers_it_needs() {
    let collector = Collector::answering(&[OK]);
    let mut sink = start(&collector.endpoint, quick());
    write(&mut sink, 5);
    assert_eq!(sink.counters().queued(), 5);
    sink.close(Instant::now() + LONG);
    assert_eq!(settled(&sink), (5, vec![]));
    let requests = collector.finish();
    let [request] = requests.as_slice() else { panic!("{} requests", requests.len()) };
    assert!(request.head.starts_with("post /v1/traces http/1.1\r\n"), "{}", request.head);
    for header in
        ["content-type: application/x-protobuf\r\n", "x-key: k1\r\n", "user-agent: feagi-observability/"]
    {
        assert!(request.head.contains(header), "{}", request.head);
    }
    let first = Sample::new(EntryKind::Call).span_id.0;
    assert_eq!(request.span_ids(), (1..=5).map(|n| first + n).collect::<Vec<_>>());
}

#[test]
fn a_busy_collector_is_asked_again_with_the_same_spans() {
    let collector = Collector::answering(&[BUSY, BUSY, OK]);
    let mut sink = start(&collector.endpoint, quick());
    write(&mut sink, 3);
    sink.close(Instant::now() + LONG);
    assert_eq!(settled(&sink), (3, vec![]));
    assert_eq!((sink.counters().failures(), sink.counters().retries()), (2, 2));
    let bodies: Vec<_> = collector.finish().into_iter().map(|request| request.body).collect();
    assert_eq!(bodies.len(), 3);
    assert!(bodies[0] == bodies[1] && bodies[1] == bodies[2]);
}

#[test]
fn a_shutdown_does_not_wait_for_a_long_backoff_but_asks_once_more() {
    let busy = "HTTP/1.1 503 Busy\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
    let collector = Collector::answering(&[busy, OK]);
    let patient =
        Limits { batch_records: 2, first_backoff: LONG, longest_backoff: LONG, give_up: LONG * 9, ..quick() };
    let mut sink = start(&collector.endpoint, patient);
    write(&mut sink, 2);
    collector.requests.recv_timeout(LONG).unwrap();
    sink.close(Instant::now() + LONG / 3);
    assert_eq!(settled(&sink), (2, vec![]));
    collector.finish();
}

#[test]
fn a_connection_cut_before_the_answer_is_tried_again() {
    let collector = Collector::answering(&["", OK]);
    let mut sink = start(&collector.endpoint, quick());
    write(&mut sink, 3);
    sink.close(Instant::now() + LONG);
    assert_eq!(settled(&sink), (3, vec![]));
    assert_eq!((collector.finish().len(), sink.counters().retries()), (2, 1));
}

/// An address where nobody listens.
fn nobody() -> String {
    format!("http://{}", TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap())
}

#[test]
fn refused_connections_are_retried_until_the_batch_is_given_up() {
    let limits = Limits { give_up: Duration::from_millis(50), ..quick() };
    let mut sink = start(&nobody(), limits);
    write(&mut sink, 4);
    sink.close(Instant::now() + LONG);
    assert_eq!(settled(&sink), (0, vec![(DropReason::Connect, 4)]));
    let (failures, retries) = (sink.counters().failures(), sink.counters().retries());
    assert!(retries > 0 && failures == retries + 1, "{failures} failures, {retries} retries");
}

#[test]
fn refused_connections_until_the_deadline_are_the_shutdowns_loss() {
    let mut sink = start(&nobody(), Limits { batch_records: 2, ..quick() });
    write(&mut sink, 5);
    sink.close(Instant::now() + Duration::from_millis(50));
    assert_eq!(settled(&sink), (0, vec![(DropReason::ShutdownTimeout, 5)]));
}

#[test]
fn spans_that_the_collector_rejects_are_counted_and_never_more_than_were_sent() {
    for (rejected, expected) in [(2, (3, 2)), (5, (0, 5)), (999, (0, 5))] {
        let collector = Collector::start();
        collector.answer(&partial(rejected));
        let mut sink = start(&collector.endpoint, quick());
        write(&mut sink, 5);
        sink.close(Instant::now() + LONG);
        let (exported, dropped) = settled(&sink);
        assert_eq!((exported, dropped), (expected.0, vec![(DropReason::Rejected, expected.1)]));
        collector.finish();
    }
}

#[test]
fn a_collector_that_never_answers_does_not_outlast_the_deadline_and_a_late_answer_counts_nothing() {
    let collector = Collector::start();
    let mut sink = start(&collector.endpoint, Limits { batch_records: 2, ..quick() });
    write(&mut sink, 5);
    let request = collector.requests.recv_timeout(LONG).unwrap();
    assert_eq!(request.spans().len(), 2);
    sink.close(Instant::now() + Duration::from_millis(50));
    let lost = (0, vec![(DropReason::ShutdownTimeout, 5)]);
    assert_eq!(settled(&sink), lost);
    collector.answer(OK.as_bytes());
    // Waits for the sending thread to end.
    sink.queue.close(Instant::now() + LONG);
    assert_eq!(settled(&sink), lost);
    write(&mut sink, 1);
    sink.close(Instant::now() + LONG);
    assert_eq!(settled(&sink), (0, vec![(DropReason::ShutdownTimeout, 6)]));
    drop(collector.finish());
}

#[test]
fn a_request_without_an_answer_in_time_is_not_sent_again() {
    let collector = Collector::start();
    let mut sink = start(&collector.endpoint, Limits { request: Duration::from_millis(50), ..quick() });
    write(&mut sink, 2);
    sink.close(Instant::now() + LONG);
    assert_eq!(settled(&sink), (0, vec![(DropReason::Timeout, 2)]));
    collector.answer(OK.as_bytes());
    assert_eq!((collector.finish().len(), sink.counters().retries()), (1, 0));
}

#[test]
fn a_full_queue_drops_whole_batches_and_counts_them() {
    let collector = Collector::start();
    let mut sink = start(&collector.endpoint, Limits { batch_records: 2, queue_batches: 2, ..quick() });
    write(&mut sink, 2);
    collector.requests.recv_timeout(LONG).unwrap();
    write(&mut sink, 10);
    assert_eq!((sink.counters().dropped(DropReason::QueueFull), sink.counters().queued()), (6, 6));
    (0..3).for_each(|_| collector.answer(OK.as_bytes()));
    sink.close(Instant::now() + LONG);
    assert_eq!(settled(&sink), (6, vec![(DropReason::QueueFull, 6)]));
    assert_eq!(collector.finish().len(), 2);
}

#[test]
fn the_queue_is_bounded_in_bytes_as_well() {
    let collector = Collector::start();
    let mut sink = start(&collector.endpoint, Limits { batch_records: 1, queue_bytes: 1000, ..quick() });
    write(&mut sink, 1);
    collector.requests.recv_timeout(LONG).unwrap();
    write(&mut sink, 50);
    let waiting = sink.counters().queued() - 1;
    assert!(waiting > 0 && waiting < 5, "{waiting}");
    sink.close(Instant::now());
    assert_eq!(settled(&sink).0, 0);
    collector.answer(OK.as_bytes());
    collector.finish();
}

#[test]
fn batches_end_at_their_number_of_records_or_bytes() {
    let collector = Collector::answering(&[OK, OK, OK]);
    let mut sink = start(&collector.endpoint, Limits { batch_records: 3, ..quick() });
    write(&mut sink, 7);
    sink.close(Instant::now() + LONG);
    let sizes: Vec<_> = collector.finish().iter().map(|request| request.spans().len()).collect();
    assert_eq!(sizes, [3, 3, 1]);

    let collector = Collector::answering(&[OK, OK]);
    let mut sink = start(&collector.endpoint, Limits { batch_bytes: 1, ..quick() });
    write(&mut sink, 2);
    sink.close(Instant::now() + LONG);
    assert_eq!(collector.finish().len(), 2);
}

#[test]
fn a_flush_hands_on_an_old_batch_and_leaves_a_young_one() {
    let collector = Collector::answering(&[OK, OK]);
    let mut old = start(&collector.endpoint, Limits { batch_age: Duration::ZERO, ..quick() });
    write(&mut old, 1);
    old.flush();
    assert_eq!(collector.requests.recv_timeout(LONG).unwrap().spans().len(), 1);
    let mut young = start(&collector.endpoint, Limits { batch_age: LONG, ..quick() });
    write(&mut young, 1);
    young.flush();
    assert_eq!(young.records, 1);
    old.close(Instant::now() + LONG);
    young.close(Instant::now() + LONG);
    assert_eq!((settled(&old), settled(&young)), ((1, vec![]), (1, vec![])));
    collector.finish();
}

#[test]
fn refusals_redirects_and_garbage_are_rejected_at_once() {
    let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
    elsewhere.set_nonblocking(true).unwrap();
    let redirect = |status: u16| {
        let to = elsewhere.local_addr().unwrap();
        format!(
            "HTTP/1.1 {status} x\r\nlocation: http://{to}/\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
        )
    };
    let status =
        |status: &str| format!("HTTP/1.1 {status} x\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
    let endless = format!("HTTP/1.1 200 OK\r\nx: {}", "y".repeat(1 << 20));
    let answers = [
        (status("400"), DropReason::Rejected),
        (status("500"), DropReason::Rejected),
        (status("413"), DropReason::TooLarge),
        (redirect(302), DropReason::Rejected),
        (redirect(307), DropReason::Rejected),
        ("SSH-2.0-OpenSSH\r\n\r\n".to_owned(), DropReason::Rejected),
        (endless, DropReason::Rejected),
    ];
    for (answer, reason) in answers {
        let collector = Collector::answering(&[&answer]);
        let mut sink = start(&collector.endpoint, quick());
        write(&mut sink, 2);
        sink.close(Instant::now() + LONG);
        assert_eq!(settled(&sink), (0, vec![(reason, 2)]), "{}", &answer[..30.min(answer.len())]);
        assert_eq!((collector.finish().len(), sink.counters().retries()), (1, 0));
    }
    assert!(elsewhere.accept().is_err());
}

#[test]
fn a_reply_larger_than_the_limit_is_not_read_and_does_not_unmake_a_success() {
    let collector = Collector::start();
    let mut body = Message::new();
    body.message(1, |partial| partial.int64(1, 1));
    body.bytes(9, &vec![0; 1 << 20]);
    collector.answer(&[b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n", body.as_slice()].concat());
    let mut sink = start(&collector.endpoint, quick());
    write(&mut sink, 2);
    sink.close(Instant::now() + LONG);
    assert_eq!(settled(&sink), (2, vec![]));
    collector.finish();
}

#[test]
fn a_sink_that_is_dropped_unclosed_counts_what_it_holds() {
    let counters = {
        let mut sink = start(&nobody(), Limits { first_backoff: LONG, give_up: LONG * 9, ..quick() });
        write(&mut sink, 3);
        sink.counters()
    };
    assert_eq!((counters.dropped(DropReason::ShutdownTimeout), counters.queued()), (3, 0));
}
