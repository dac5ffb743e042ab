//! What becomes of records, whatever the collector does. The records are bytes here, one a line of a request.

mod bounds;
mod garbage;
mod outages;
mod parts;
mod replies;
mod shutdown;

use super::scripted::{Collector, OK, Request, status};
use super::*;
use crate::collect::{DropReason, SinkCounters};
use crate::config::Compression;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Long enough never to be reached.
const LONG: Duration = Duration::from_secs(60);

/// Waits between retries that a test does not feel.
fn quick() -> Limits {
    Limits { first_backoff: Duration::from_millis(1), ..Limits::default() }
}

/// Lines in a body, and the number of those that were rejected as the answer.
struct Lines(HttpClient);

impl Transport for Lines {
    fn body(&mut self, part: &Part<'_>) -> Vec<u8> {
        let lines: Vec<&[u8]> = part.pieces().collect();
        self.0.pack(lines.join(b"\n".as_slice()))
    }

    fn post(&mut self, body: &[u8], time: Duration) -> Reply {
        self.0.post(body, time)
    }
}

fn rejected(answer: &[u8]) -> u64 {
    std::str::from_utf8(answer).ok().and_then(|text| text.parse().ok()).unwrap_or(0)
}

fn lines(endpoint: &str, compression: Compression) -> Box<Lines> {
    let endpoint = Endpoint::parse("endpoint", endpoint).ok().unwrap();
    let media = Media { content_type: "text/lines", rejected };
    let headers = headers("headers", &[("X-Key".to_owned(), "k1".to_owned())].into()).unwrap();
    Box::new(Lines(HttpClient::new((&endpoint, "/lines"), headers, media, (compression, &Tls::default()))))
}

fn start(endpoint: &str, limits: Limits) -> Outbox {
    Outbox::start("delivery", limits, lines(endpoint, Compression::None)).unwrap()
}

/// So many records of five bytes, each different.
fn write(outbox: &mut Outbox, records: u64) {
    let before = outbox.counters().accepted();
    (before..before + records).for_each(|n| outbox.add(format!("r{n:04}").as_bytes()));
}

fn sent(request: &Request) -> Vec<String> {
    String::from_utf8(request.content()).unwrap().lines().map(str::to_owned).collect()
}

/// The records that [`write`] writes.
fn records(range: std::ops::Range<u64>) -> Vec<String> {
    range.map(|n| format!("r{n:04}")).collect()
}

/// Exported and dropped records; checks that they are all that was accepted, and that nothing is queued.
fn settled(counters: &SinkCounters) -> (u64, Vec<(DropReason, u64)>) {
    let dropped = DropReason::ALL.map(|reason| (reason, counters.dropped(reason)));
    let dropped: Vec<_> = dropped.into_iter().filter(|(_, records)| *records > 0).collect();
    let lost: u64 = dropped.iter().map(|(_, records)| records).sum();
    assert_eq!(counters.accepted(), counters.exported() + lost);
    assert_eq!(counters.queued(), 0);
    (counters.exported(), dropped)
}

fn failures(counters: &SinkCounters) -> u64 {
    DropReason::ALL.map(|reason| counters.failures(reason)).iter().sum()
}

/// An address where nobody listens.
fn nobody() -> String {
    format!("http://{}", TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap())
}
