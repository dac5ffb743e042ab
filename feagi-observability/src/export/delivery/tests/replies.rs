//! Answers that collectors give.

use super::*;

#[test]
fn what_is_accepted_arrives_once_with_the_headers_it_needs() {
    let collector = Collector::answering(&[OK]);
    let mut outbox = start(&collector.endpoint, quick());
    write(&mut outbox, 5);
    assert_eq!((outbox.counters().queued(), outbox.counters().last_success()), (5, 0));
    outbox.close(Instant::now() + LONG);
    assert_eq!(settled(&outbox.counters()), (5, vec![]));
    assert!(outbox.counters().last_success() > 1_700_000_000);
    let requests = collector.finish();
    let [request] = requests.as_slice() else { panic!("{} requests", requests.len()) };
    assert!(request.head.starts_with("post /lines http/1.1\r\n"), "{}", request.head);
    assert_eq!(request.header("content-type"), Some("text/lines"));
    assert_eq!(request.header("x-key"), Some("k1"));
    assert_eq!(request.header("accept-encoding"), Some("identity"));
    assert_eq!(request.header("content-encoding"), None);
    assert!(request.header("user-agent").unwrap().starts_with("feagi-observability/"), "{}", request.head);
    assert_eq!(sent(request), records(0..5));
}

#[test]
fn packed_bodies_say_so_and_unpack_to_the_same() {
    let collector = Collector::answering(&[OK]);
    let mut outbox =
        Outbox::start("delivery", quick(), lines(&collector.endpoint, Compression::Gzip)).unwrap();
    write(&mut outbox, 200);
    outbox.close(Instant::now() + LONG);
    assert_eq!(settled(&outbox.counters()), (200, vec![]));
    let requests = collector.finish();
    assert_eq!(requests[0].header("content-encoding"), Some("gzip"));
    assert!(requests[0].body.len() < 200 * 6 / 2);
    assert_eq!(sent(&requests[0]), records(0..200));
}

#[test]
fn a_busy_collector_is_asked_again_with_the_same_records() {
    let past = "date: Wed, 21 Oct 2015 07:28:00 GMT\r\nretry-after: Wed, 21 Oct 2015 07:28:00 GMT\r\n";
    let answers = [
        status(503, "retry-after: 0\r\n"),
        status(429, past),
        status(502, ""),
        status(504, ""),
        OK.to_owned(),
    ];
    let collector = Collector::answering(&answers);
    let mut outbox = start(&collector.endpoint, quick());
    write(&mut outbox, 3);
    outbox.close(Instant::now() + LONG);
    assert_eq!(settled(&outbox.counters()), (3, vec![]));
    assert_eq!((failures(&outbox.counters()), outbox.counters().retries()), (4, 4));
    let bodies: Vec<_> = collector.finish().into_iter().map(|request| request.body).collect();
    assert!(bodies.len() == 5 && bodies.iter().all(|body| *body == bodies[0]));
}

#[test]
fn a_collector_is_left_alone_for_as_long_as_it_asks() {
    let date = "date: Wed, 21 Oct 2015 07:28:00 GMT\r\nretry-after: Wed, 21 Oct 2015 07:28:01 GMT\r\n";
    for asks in ["retry-after: 1\r\n", date] {
        let collector = Collector::answering(&[status(503, asks), OK.to_owned()]);
        let mut outbox = start(&collector.endpoint, Limits { batch_records: 1, ..quick() });
        write(&mut outbox, 1);
        collector.requests.recv_timeout(LONG).unwrap();
        let asked = Instant::now();
        collector.requests.recv_timeout(LONG).unwrap();
        assert!(asked.elapsed() > Duration::from_millis(900), "{:?}", asked.elapsed());
        outbox.close(Instant::now() + LONG);
        assert_eq!(settled(&outbox.counters()), (1, vec![]));
        collector.finish();
    }
}

#[test]
fn a_wish_beyond_the_time_of_a_batch_is_the_end_of_it() {
    let collector = Collector::answering(&[status(429, "retry-after: 9999\r\n")]);
    let limits = Limits { batch_records: 1, give_up: Duration::from_secs(1), ..quick() };
    let mut outbox = start(&collector.endpoint, limits);
    write(&mut outbox, 1);
    outbox.close(Instant::now() + LONG);
    assert_eq!(settled(&outbox.counters()), (0, vec![(DropReason::Rejected, 1)]));
    assert_eq!((collector.finish().len(), outbox.counters().retries()), (1, 0));
}

#[test]
fn retries_of_a_collector_that_is_always_busy_are_bounded() {
    let collector = Collector::start();
    let limits =
        Limits { give_up: Duration::from_millis(60), first_backoff: Duration::from_millis(10), ..quick() };
    for _ in 0..10 {
        collector.answer(status(503, "retry-after: 0\r\n").as_bytes());
    }
    let mut outbox = start(&collector.endpoint, limits);
    write(&mut outbox, 4);
    outbox.close(Instant::now() + LONG);
    assert_eq!(settled(&outbox.counters()), (0, vec![(DropReason::Rejected, 4)]));
    let (failures, retries) = (failures(&outbox.counters()), outbox.counters().retries());
    // 10 + 20 ms, and the next 40 would be too late.
    assert!((1..=3).contains(&retries) && failures == retries + 1, "{failures} failures, {retries} retries");
    assert_eq!(collector.finish().len() as u64, failures);
}

#[test]
fn records_that_the_collector_rejects_are_counted_and_never_more_than_were_sent() {
    for (rejected, expected) in [(2, (3, 2)), (5, (0, 5)), (999, (0, 5))] {
        let text = rejected.to_string();
        let answer =
            format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{text}", text.len());
        let collector = Collector::answering(&[answer]);
        let mut outbox = start(&collector.endpoint, quick());
        write(&mut outbox, 5);
        outbox.close(Instant::now() + LONG);
        assert_eq!(settled(&outbox.counters()), (expected.0, vec![(DropReason::Rejected, expected.1)]));
        assert_eq!(collector.finish().len(), 1);
    }
}

#[test]
fn refusals_and_redirects_are_the_end_of_a_batch_at_once() {
    let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
    elsewhere.set_nonblocking(true).unwrap();
    let location = format!("location: http://{}/\r\n", elsewhere.local_addr().unwrap());
    for (code, headers) in [(400, ""), (401, ""), (404, ""), (500, ""), (302, &*location), (307, &*location)]
    {
        let collector = Collector::answering(&[status(code, headers)]);
        let mut outbox = start(&collector.endpoint, quick());
        write(&mut outbox, 2);
        outbox.close(Instant::now() + LONG);
        assert_eq!(settled(&outbox.counters()), (0, vec![(DropReason::Rejected, 2)]), "{code}");
        assert_eq!((collector.finish().len(), outbox.counters().retries()), (1, 0));
    }
    assert!(elsewhere.accept().is_err(), "nobody was sent there");
}
