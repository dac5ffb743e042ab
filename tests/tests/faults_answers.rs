//! Faults of collectors that answer, or not: what becomes of spans by each way, exactly, while calls go on.
//!
//! The numbers are those of `feagi-observability/docs/faults.md`.

use feagi_observability_tests::exporting::{Exporting, Settled, Waits, Way, endpoint, wait_until};
use feagi_observability_tests::receiver::{Act, Receiver};
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::time::Duration;

/// Milliseconds that are never needed whole.
const LONG: u64 = 60_000;

fn start(way: Way, collector: &str, waits: Waits) -> Exporting {
    Exporting::start(Command::new(env!("CARGO_BIN_EXE_exporting")), way, collector, waits)
}

fn lost(reason: &str, spans: u64) -> BTreeMap<String, u64> {
    BTreeMap::from([(reason.to_owned(), spans)])
}

/// Fifty spans to a collector that does this.
fn answered(way: Way, acts: &[Act], waits: Waits) -> (Settled, Receiver) {
    let receiver = Receiver::doing(acts.iter().copied());
    let mut exporting = start(way, &endpoint(receiver.address), waits);
    exporting.calls(50);
    (exporting.shutdown(LONG), receiver)
}

#[test]
fn fault_27_a_collector_that_never_answers_times_out_and_is_not_asked_again() {
    for way in Way::ALL {
        let receiver = Receiver::doing([Act::Hold; 100]);
        let waits = Waits { request: 300, batch: 10, ..Default::default() };
        let mut exporting = start(way, &endpoint(receiver.address), waits);
        exporting.calls(10);
        receiver.wait_until("a request", |got| got.requests > 0);
        // It is held: these calls return all the same.
        exporting.calls(2000);
        exporting.wait_for("failures", 1);
        let ended = exporting.shutdown(400);
        assert_eq!((ended.exported, ended.retries), (0, 0), "{way:?}");
        assert!(ended.dropped["timeout"] >= 10 && ended.emitted == 2010, "{way:?}: {ended:?}");
        // Those that failed, and the one that was under way at the end.
        receiver.got(|got| assert!(got.requests <= ended.failures + 1, "{way:?}: {} requests", got.requests));
    }
}

#[test]
fn fault_30_a_busy_collector_is_asked_again_and_gets_each_span_once() {
    for way in Way::ALL {
        let (ended, receiver) = answered(way, &[Act::Busy, Act::Busy], Waits::default());
        assert_eq!((ended.exported, &ended.dropped), (50, &BTreeMap::new()), "{way:?}");
        assert_eq!((ended.failures, ended.retries), (2, 2), "{way:?}");
        assert_eq!(ended.failed, lost("rejected", 2), "{way:?}");
        receiver.got(|got| assert_eq!((got.content.records, got.content.ids.len()), (50, 50), "{way:?}"));
    }
}

#[test]
fn fault_30_one_that_stays_busy_is_asked_a_bounded_number_of_times() {
    for way in Way::ALL {
        let waits = Waits { give_up: 500, ..Default::default() };
        let receiver = Receiver::doing([Act::Busy; 100]);
        let mut exporting = start(way, &endpoint(receiver.address), waits);
        exporting.calls(50);
        exporting.wait_for("failures", 2);
        exporting.calls(50);
        let ended = exporting.shutdown(LONG);
        assert_eq!((ended.exported, &ended.dropped), (0, &lost("rejected", 100)), "{way:?}");
        // 100 and 200 ms, and the next 400 would be too late.
        let batches = ended.failures - ended.retries;
        assert!(ended.retries > 0 && ended.retries <= 3 * batches, "{way:?}: {ended:?}");
        receiver.got(|got| assert_eq!(got.requests, ended.failures, "{way:?}"));
    }
}

#[test]
fn fault_31_a_refusal_is_the_end_of_a_batch() {
    for way in Way::ALL {
        let waits = Waits { batch: 50, ..Default::default() };
        let (ended, receiver) = answered(way, &[Act::Refuse; 50], waits);
        assert_eq!((ended.exported, &ended.dropped), (0, &lost("rejected", 50)), "{way:?}");
        assert_eq!(ended.retries, 0, "{way:?}");
        receiver.got(|got| assert_eq!(got.requests, ended.failures, "{way:?}"));
    }
}

#[test]
fn fault_33_what_a_collector_leaves_out_is_counted() {
    for way in [Way::HttpProtobuf, Way::HttpJson, Way::Grpc] {
        let (ended, receiver) = answered(way, &[Act::Partly(3)], Waits::default());
        assert_eq!((ended.exported, &ended.dropped), (47, &lost("rejected", 3)), "{way:?}");
        assert_eq!((ended.failures, ended.retries), (0, 0), "{way:?}");
        receiver.got(|got| assert_eq!(got.content.records, 50, "{way:?}"));
    }
}

#[test]
fn fault_34_a_batch_that_is_too_large_is_divided() {
    for way in Way::ALL {
        let (ended, receiver) = answered(way, &[Act::TooLarge], Waits::default());
        assert_eq!((ended.exported, &ended.dropped), (50, &BTreeMap::new()), "{way:?}");
        assert_eq!((ended.failures, ended.retries), (1, 1), "{way:?}");
        receiver.got(|got| assert_eq!((got.content.records, got.content.ids.len()), (50, 50), "{way:?}"));
    }
}

#[test]
fn fault_39_a_redirect_is_not_followed() {
    for way in Way::ALL {
        let (ended, receiver) = answered(way, &[Act::Elsewhere; 50], Waits::default());
        assert_eq!((ended.exported, &ended.dropped), (0, &lost("rejected", 50)), "{way:?}");
        receiver.got(|got| assert_eq!(got.requests, ended.failures, "{way:?}"));
    }
}

/// A server of bytes for one connection after the other, and where it listens.
fn speaking(serve: fn(TcpStream)) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    std::thread::spawn(move || {
        while let Ok((stream, _)) = listener.accept() {
            std::thread::spawn(move || serve(stream));
        }
    });
    endpoint(address)
}

/// HTTP/1.1 clients begin with a method, those of HTTP/2 with `PRI`; both get what is theirs, byte by byte.
fn drip(mut stream: TcpStream) {
    let mut begin = [0; 3];
    let _ = stream.read_exact(&mut begin);
    // An endless header, or empty SETTINGS one after the other.
    let (first, then): (&[u8], &[u8]) = if &begin == b"PRI" {
        (b"", &[0, 0, 0, 4, 0, 0, 0, 0, 0])
    } else {
        (b"HTTP/1.1 200 OK\r\nx: ", b"y")
    };
    let mut left = stream.try_clone().expect("a socket can be cloned");
    std::thread::spawn(move || std::io::copy(&mut left, &mut std::io::sink()));
    for byte in first.iter().chain(then.iter().cycle()) {
        if stream.write_all(&[*byte]).is_err() {
            return;
        }
        // This is the fault.
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn fault_28_an_answer_that_comes_byte_by_byte_does_not_outlast_the_request() {
    for way in Way::ALL {
        let mut exporting = start(way, &speaking(drip), Waits { request: 300, ..Default::default() });
        exporting.calls(50);
        exporting.wait_for("failures", 1);
        let ended = exporting.shutdown(LONG);
        assert_eq!((ended.exported, &ended.dropped), (0, &lost("timeout", 50)), "{way:?}");
        assert_eq!(ended.retries, 0, "{way:?}");
    }
}

/// Reads a little and closes; what is unread makes that a reset.
fn reset(mut stream: TcpStream) {
    let _ = stream.read_exact(&mut [0; 40]);
}

#[test]
fn fault_29_a_reset_within_the_body_is_tried_again_until_the_batch_is_given_up() {
    for way in Way::ALL {
        let mut exporting = start(way, &speaking(reset), Waits { give_up: 500, ..Default::default() });
        exporting.calls(50);
        exporting.wait_for("retries", 1);
        exporting.calls(50);
        let ended = exporting.shutdown(LONG);
        assert_eq!((ended.exported, &ended.dropped), (0, &lost("connect", 100)), "{way:?}");
        assert!(ended.retries <= 3 * (ended.failures - ended.retries), "{way:?}: {ended:?}");
    }
}

/// Says what no collector says, and then more than anybody would read.
fn garbage(mut stream: TcpStream) {
    let _ = stream.write_all(b"SSH-2.0-x\r\n");
    while stream.write_all(&[b'x'; 1000]).is_ok() {}
}

#[test]
fn fault_32_garbage_without_end_is_a_refusal() {
    for way in Way::ALL {
        let mut exporting = start(way, &speaking(garbage), Waits::default());
        exporting.calls(50);
        exporting.wait_for("failures", 1);
        let ended = exporting.shutdown(LONG);
        assert_eq!((ended.exported, &ended.dropped), (0, &lost("rejected", 50)), "{way:?}");
        assert_eq!(ended.retries, 0, "{way:?}");
    }
}

/// What a client of HTTP/1.1 has asked for, and an answer without an end.
fn endless(mut stream: TcpStream) {
    let _ = stream.read(&mut [0; 1000]);
    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 10000000000\r\n\r\n");
    while stream.write_all(&[b'1'; 1000]).is_ok() {}
}

#[test]
fn fault_32_the_body_of_a_success_is_read_as_far_as_it_matters() {
    for way in [Way::HttpProtobuf, Way::HttpJson, Way::Zipkin] {
        let mut exporting = start(way, &speaking(endless), Waits::default());
        exporting.calls(50);
        let ended = exporting.shutdown(LONG);
        assert_eq!((ended.exported, &ended.dropped), (50, &BTreeMap::new()), "{way:?}");
    }
}

#[test]
fn fault_41_what_the_exporter_logs_is_neither_a_line_nor_sent() {
    for way in Way::ALL {
        let receiver = Receiver::doing([Act::Busy]);
        let log = std::env::temp_dir().join(format!("feagi-faults-{way:?}-{}.jsonl", std::process::id()));
        let mut command = Command::new(env!("CARGO_BIN_EXE_exporting"));
        command.env("EXPORTING_LOG", &log);
        if way != Way::Zipkin {
            command.env("OTEL_LOGS_EXPORTER", "otlp");
        }
        // A name, so that it is looked up as well.
        let collector = endpoint(receiver.address).replace("127.0.0.1", "localhost");
        let mut exporting =
            Exporting::start(command, way, &collector, Waits { batch: 1, ..Default::default() });
        exporting.calls(20);
        assert_eq!(exporting.ask("lines 20"), "done");
        // What it logs while it sends would be heard until the shutdown begins.
        exporting.wait_for("exported", 20);
        let ended = exporting.shutdown(LONG);
        assert_eq!((ended.exported, &ended.dropped), (20, &BTreeMap::new()), "{way:?}");
        let lines = std::fs::read_to_string(&log).expect("the log");
        assert!(lines.lines().all(|line| line.contains("one line")), "{way:?}: {lines}");
        assert_eq!(lines.lines().count(), 20, "{way:?}");
        assert_eq!(ended.stats["lines"]["emitted"], 20, "{way:?}");
        std::fs::remove_file(log).expect("it is there");
    }
}

#[test]
fn while_a_request_is_under_way_the_counts_say_what_waits_behind_it() {
    let receiver = Receiver::doing([Act::Hold]);
    let waits = Waits { request: LONG, batch: 10, queue: 100, ..Default::default() };
    let mut exporting = start(Way::HttpProtobuf, &endpoint(receiver.address), waits);
    exporting.calls(10);
    wait_until("in flight", || exporting.count("in_flight") == 10);
    exporting.calls(30);
    wait_until("queued", || exporting.count("queue_bytes") > 0);
    assert_eq!(exporting.count("queue_capacity"), 100);
    let ended = exporting.shutdown(100);
    assert_eq!(ended.dropped, lost("shutdown_timeout", 40));
}
