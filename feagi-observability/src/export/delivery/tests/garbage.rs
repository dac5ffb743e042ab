//! Answers that no collector should give.

use super::scripted::Answer;
use super::*;

/// Sends two records, and gives what became of them with the number of requests and retries.
fn answered(answer: Answer, limits: Limits) -> (u64, Vec<(DropReason, u64)>) {
    let collector = Collector::start();
    collector.send(answer);
    let mut outbox = start(&collector.endpoint, limits);
    write(&mut outbox, 2);
    outbox.close(Instant::now() + LONG);
    assert_eq!((collector.finish().len(), outbox.counters().retries()), (1, 0));
    settled(&outbox.counters())
}

fn bytes(text: &str) -> Answer {
    Answer::Bytes(text.as_bytes().to_vec())
}

#[test]
fn what_is_no_answer_rejects_the_batch_and_is_not_asked_again() {
    let lost = (0, vec![(DropReason::Rejected, 2)]);
    let endless = format!("HTTP/1.1 200 OK\r\nx: {}", "y".repeat(1 << 20));
    let many = format!("HTTP/1.1 200 OK\r\n{}", "x: y\r\n".repeat(10_000));
    for answer in ["SSH-2.0-OpenSSH\r\n\r\n", "HTTP/1.1 abc\r\n\r\n", &endless, &many] {
        assert_eq!(answered(bytes(answer), quick()), lost, "{}", &answer[..20.min(answer.len())]);
    }
}

#[test]
fn the_body_of_a_success_cannot_unmake_it() {
    let endless = "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".to_owned() + &"1".repeat(1 << 20);
    let short = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 10\r\n\r\n1";
    let chunks = "HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n";
    let packed =
        "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-encoding: gzip\r\ncontent-length: 3\r\n\r\nxyz";
    for answer in [&*endless, short, chunks, packed] {
        assert_eq!(answered(bytes(answer), quick()), (2, vec![]), "{}", &answer[..70]);
    }
}

#[test]
fn an_answer_that_comes_byte_by_byte_does_not_outlast_the_request() {
    let limits = Limits { request: Duration::from_millis(100), ..quick() };
    let began = Instant::now();
    let lost = (0, vec![(DropReason::Timeout, 2)]);
    assert_eq!(answered(Answer::Drip(b"HTTP/1.1 200 ".to_vec()), limits), lost);
    assert_eq!(answered(Answer::Drip(b"HTTP/1.1 200 OK\r\nx: ".to_vec()), limits), lost);
    // The status has come: only what it left out is not known.
    assert_eq!(answered(Answer::Drip(b"HTTP/1.1 200 OK\r\n\r\n".to_vec()), limits), (2, vec![]));
    assert!(began.elapsed() < LONG / 4, "{:?}", began.elapsed());
}
