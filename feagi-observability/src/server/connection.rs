//! One connection: a request in, an answer out, all within a deadline.

use super::request::{self, MAX_HEAD, Method};
use super::routes::{Answer, Routes, reason};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

/// What a client may cost.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Connections at a time.
    pub(super) connections: usize,
    /// For the whole head to arrive, however it trickles; and again for the whole answer to leave.
    pub(super) patience: Duration,
    /// For the rest of a refused request to arrive.
    pub(super) linger: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { connections: 16, patience: Duration::from_secs(5), linger: Duration::from_millis(500) }
    }
}

/// The most that is read of what a client sends beyond its request.
const MAX_REST: usize = 64 * 1024;

/// Serves and closes. Errors of the connection end it; there is nobody to tell.
pub(super) fn serve(stream: &mut TcpStream, routes: &Routes, limits: &Limits) {
    let Some(exchange) = exchange(stream, routes, limits) else { return };
    let sent = send(stream, &exchange.answer, exchange.with_body, Instant::now() + limits.patience);
    if sent.is_ok() && exchange.is_rest_unread {
        linger(stream, Instant::now() + limits.linger);
    }
}

struct Exchange {
    answer: Answer,
    with_body: bool,
    /// Closing now would make the kernel answer the rest with a reset, which destroys our answer on its way.
    is_rest_unread: bool,
}

/// `None`: the client has gone.
fn exchange(stream: &mut TcpStream, routes: &Routes, limits: &Limits) -> Option<Exchange> {
    let refused =
        |status| Some(Exchange { answer: Answer::text(status), with_body: true, is_rest_unread: true });
    let (bytes, head_len) = match read_head(stream, Instant::now() + limits.patience) {
        Ok(Head::Complete { bytes, len }) => (bytes, len),
        Ok(Head::TooLong) => return refused(431),
        Ok(Head::TooLate) => return refused(408),
        Ok(Head::Gone) | Err(_) => return None,
    };
    let (head, rest) = bytes.split_at_checked(head_len)?;
    let request = match request::parse(head) {
        Ok(request) => request,
        Err(refusal) => return refused(refusal.status()),
    };
    // A panic in a closure is the host's; it must cost no more than this answer.
    let answer =
        catch_unwind(AssertUnwindSafe(|| routes.answer(&request))).unwrap_or_else(|_| Answer::text(500));
    let is_rest_unread = !rest.is_empty() || request.method == Method::Other;
    Some(Exchange { answer, with_body: request.method != Method::Head, is_rest_unread })
}

enum Head {
    Complete { bytes: Vec<u8>, len: usize },
    TooLong,
    TooLate,
    Gone,
}

fn read_head(stream: &mut TcpStream, deadline: Instant) -> io::Result<Head> {
    let mut bytes = Vec::with_capacity(1024);
    let mut chunk = [0; 1024];
    loop {
        let Some(left) = time_left(deadline) else { return Ok(Head::TooLate) };
        stream.set_read_timeout(Some(left))?;
        let read = match stream.read(&mut chunk) {
            Ok(0) => return Ok(Head::Gone),
            Ok(read) => read,
            Err(e) if is_timeout(&e) || e.kind() == ErrorKind::Interrupted => continue,
            Err(e) => return Err(e),
        };
        // The end may straddle two chunks.
        let from = bytes.len().saturating_sub(3);
        bytes.extend_from_slice(chunk.get(..read).unwrap_or_default());
        if let Some(len) = bytes.get(from..).and_then(request::head_len) {
            let len = from + len;
            return Ok(if len <= MAX_HEAD { Head::Complete { bytes, len } } else { Head::TooLong });
        }
        if bytes.len() >= MAX_HEAD {
            return Ok(Head::TooLong);
        }
    }
}

/// A page goes out whole or not at all; a client that reads a byte a second is left at the deadline.
pub(super) fn send(
    stream: &mut TcpStream,
    answer: &Answer,
    with_body: bool,
    deadline: Instant,
) -> io::Result<()> {
    let Answer { status, content_type, body } = answer;
    let allow = if *status == 405 { "Allow: GET, HEAD\r\n" } else { "" };
    let mut message = format!(
        "HTTP/1.1 {status} {}\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n{allow}\
         Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n",
        reason(*status),
        body.len()
    );
    if with_body {
        message.push_str(body);
    }
    let mut rest = message.as_bytes();
    while !rest.is_empty() {
        let left = time_left(deadline).ok_or(ErrorKind::TimedOut)?;
        stream.set_write_timeout(Some(left))?;
        match stream.write(rest) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(written) => rest = rest.get(written..).unwrap_or_default(),
            Err(e) if is_timeout(&e) || e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(())
}

/// Reads on until the client has seen the end of the answer and closes.
fn linger(stream: &mut TcpStream, deadline: Instant) {
    let mut chunk = [0; 4096];
    let mut taken = 0;
    let _ = stream.shutdown(Shutdown::Write);
    while taken < MAX_REST {
        let Some(left) = time_left(deadline) else { return };
        if stream.set_read_timeout(Some(left)).is_err() {
            return;
        }
        match stream.read(&mut chunk) {
            Ok(0) => return,
            Ok(read) => taken += read,
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(_) => return,
        }
    }
}

/// Never zero, which the system would take for "for ever".
fn time_left(deadline: Instant) -> Option<Duration> {
    let left = deadline.saturating_duration_since(Instant::now());
    (!left.is_zero()).then(|| left.max(Duration::from_millis(1)))
}

fn is_timeout(e: &io::Error) -> bool {
    matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}
