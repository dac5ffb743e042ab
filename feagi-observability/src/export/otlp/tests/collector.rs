//! A collector that answers as it is told.

use crate::export::otlp::reply::{Field, fields};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

/// What it got.
pub(super) struct Request {
    pub(super) head: String,
    pub(super) body: Vec<u8>,
}

impl Request {
    /// The encoded spans.
    pub(super) fn spans(&self) -> Vec<&[u8]> {
        let scope_spans = contents(&self.body, 1).into_iter().flat_map(|bytes| contents(bytes, 2));
        scope_spans.flat_map(|bytes| contents(bytes, 2)).collect()
    }

    pub(super) fn span_ids(&self) -> Vec<u64> {
        let id =
            |span| contents(span, 2).first().and_then(|id| Some(u64::from_be_bytes((*id).try_into().ok()?)));
        self.spans().into_iter().filter_map(id).collect()
    }
}

/// All fields `number` of a message that are bytes.
pub(super) fn contents(message: &[u8], number: u64) -> Vec<&[u8]> {
    fields(message).filter_map(|field: Field<'_>| field.content(number)).collect()
}

/// Listens until its answers are used up.
pub(super) struct Collector {
    pub(super) endpoint: String,
    pub(super) requests: Receiver<Request>,
    answers: Sender<Vec<u8>>,
    thread: JoinHandle<()>,
}

impl Collector {
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let (answers, script) = channel();
        let (got, requests) = channel();
        let thread = std::thread::spawn(move || {
            // One client, which reconnects when a connection ends.
            while let Ok((stream, _)) = listener.accept() {
                if !serve(stream, &got, &script) {
                    return;
                }
            }
        });
        Collector { endpoint, requests, answers, thread }
    }

    pub(super) fn answering(answers: &[&str]) -> Self {
        let collector = Collector::start();
        answers.iter().for_each(|answer| collector.answer(answer.as_bytes()));
        collector
    }

    /// The next request without an answer gets this one, and then the connection is closed.
    pub(super) fn answer(&self, answer: &[u8]) {
        self.answers.send(answer.to_vec()).unwrap();
    }

    /// All requests that have come; ends the collector, which must have answered all of them.
    pub(super) fn finish(self) -> Vec<Request> {
        drop(self.answers);
        let address = self.endpoint.trim_start_matches("http://").to_owned();
        // It may be waiting for a connection: an empty one ends it.
        drop(TcpStream::connect(address));
        self.thread.join().unwrap();
        self.requests.try_iter().collect()
    }
}

/// Answers one request; false when there are no more answers.
fn serve(mut stream: TcpStream, got: &Sender<Request>, script: &Receiver<Vec<u8>>) -> bool {
    let Some(request) = read(&stream) else { return false };
    // The test may have ended.
    let _ = got.send(request);
    let Ok(answer) = script.recv() else { return false };
    let _ = stream.write_all(&answer);
    true
}

fn read(stream: &TcpStream) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line == "\r\n" {
            break;
        }
        let lower = line.to_ascii_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        head.push_str(&lower);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request { head, body })
}
