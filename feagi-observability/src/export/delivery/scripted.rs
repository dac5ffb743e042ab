//! A collector for tests that answers as it is told.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// What it got.
pub(crate) struct Request {
    /// Request line and headers, in lower case.
    pub(crate) head: String,
    /// As it came, packed or not.
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        lines.find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// The body, unpacked if it says that it is packed.
    pub(crate) fn content(&self) -> Vec<u8> {
        if self.header("content-encoding") != Some("gzip") {
            return self.body.clone();
        }
        let mut content = Vec::new();
        flate2::read::GzDecoder::new(self.body.as_slice()).read_to_end(&mut content).unwrap();
        content
    }
}

/// What is answered to a request; then the connection ends.
pub(crate) enum Answer {
    Bytes(Vec<u8>),
    /// These, then one byte more every few milliseconds, until nobody listens.
    Drip(Vec<u8>),
}

/// 200 without a body.
pub(crate) const OK: &str = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

/// A status without a body, with more header lines.
pub(crate) fn status(status: u16, headers: &str) -> String {
    format!("HTTP/1.1 {status} x\r\nconnection: close\r\n{headers}content-length: 0\r\n\r\n")
}

/// Listens until its answers are used up.
pub(crate) struct Collector {
    /// Its address as an endpoint without a path.
    pub(crate) endpoint: String,
    pub(crate) requests: Receiver<Request>,
    answers: Sender<Answer>,
    thread: JoinHandle<()>,
}

impl Collector {
    pub(crate) fn start() -> Self {
        Self::serving(serve)
    }

    /// One that reads heads and nothing of any body, and then breaks the connection off.
    pub(crate) fn breaking() -> Self {
        Self::serving(|stream, got, script| {
            let Some((head, _)) = read_head(&mut BufReader::with_capacity(1, &stream)) else { return false };
            let _ = got.send(Request { head, body: Vec::new() });
            // Closing with bytes unread is a reset.
            script.recv().is_ok()
        })
    }

    fn serving(serve: fn(TcpStream, &Sender<Request>, &Receiver<Answer>) -> bool) -> Self {
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

    pub(crate) fn answering<T: AsRef<str>>(answers: &[T]) -> Self {
        let collector = Collector::start();
        answers.iter().for_each(|answer| collector.answer(answer.as_ref().as_bytes()));
        collector
    }

    /// The next request without an answer gets this one, and then the connection is closed.
    pub(crate) fn answer(&self, answer: &[u8]) {
        self.send(Answer::Bytes(answer.to_vec()));
    }

    pub(crate) fn send(&self, answer: Answer) {
        self.answers.send(answer).unwrap();
    }

    /// All requests that have come; ends the collector, which must have answered all of them.
    pub(crate) fn finish(self) -> Vec<Request> {
        drop(self.answers);
        let address = self.endpoint.trim_start_matches("http://").to_owned();
        // It may be waiting for a connection: an empty one ends it.
        drop(TcpStream::connect(address));
        self.thread.join().unwrap();
        self.requests.try_iter().collect()
    }
}

/// Answers one request; false when there are no more answers.
fn serve(mut stream: TcpStream, got: &Sender<Request>, script: &Receiver<Answer>) -> bool {
    let Some(request) = read(&stream) else { return false };
    // The test may have ended.
    let _ = got.send(request);
    let Ok(answer) = script.recv() else { return false };
    match answer {
        Answer::Bytes(bytes) => drop(stream.write_all(&bytes)),
        Answer::Drip(bytes) => {
            let mut written = stream.write_all(&bytes);
            while written.is_ok() {
                std::thread::sleep(Duration::from_millis(5));
                written = stream.write_all(b"x");
            }
        }
    }
    true
}

fn read(stream: &TcpStream) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let (head, headers) = read_head(&mut reader)?;
    let length = headers.get("content-length").and_then(|length| length.parse().ok())?;
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request { head, body })
}

fn read_head(reader: &mut impl BufRead) -> Option<(String, HashMap<String, String>)> {
    let (mut head, mut headers) = (String::new(), HashMap::new());
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line == "\r\n" {
            return Some((head, headers));
        }
        let line = line.to_ascii_lowercase();
        if let Some((name, value)) = line.split_once(':') {
            headers.insert(name.to_owned(), value.trim().to_owned());
        }
        head.push_str(&line);
    }
}
