//! Real sockets on the loopback interface. A wait has a bound only so that a broken server fails instead of hanging.

use super::*;
use std::io::{ErrorKind, Read, Write};
use std::sync::mpsc;

const LONG: Duration = Duration::from_secs(60);

fn limits(connections: usize, patience: Duration) -> Limits {
    Limits { connections, patience, ..Limits::default() }
}

fn routes(page: impl Fn() -> String + Send + Sync + 'static) -> Routes {
    Routes {
        metrics_path: "/metrics".to_owned(),
        health_path: "/health".to_owned(),
        metrics: Box::new(move |_| ("text/plain; version=0.0.4; charset=utf-8", page())),
        health: Box::new(|| (false, "{\"status\":\"degraded\"}".to_owned())),
    }
}

fn start(limits: Limits, page: impl Fn() -> String + Send + Sync + 'static) -> Server {
    Server::with_limits(bind("127.0.0.1:0").unwrap(), routes(page), limits).unwrap()
}

fn connect(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(server.address()).unwrap();
    stream.set_read_timeout(Some(LONG)).unwrap();
    stream
}

/// Everything until the server closes.
fn read_all(stream: &mut TcpStream) -> String {
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn ask(server: &Server, request: &str) -> String {
    let mut stream = connect(server);
    stream.write_all(request.as_bytes()).unwrap();
    read_all(&mut stream)
}

fn get(server: &Server, path: &str) -> String {
    ask(server, &format!("GET {path} HTTP/1.1\r\nHost: {}\r\n\r\n", server.address()))
}

fn all_closed(server: &Server) -> bool {
    server.shared.wait(LONG, |state| state.open.is_empty())
}

#[test]
fn a_page_comes_with_its_type_and_the_fields_that_protect_it() {
    let server = start(Limits::default(), || "a 1\n".to_owned());
    let expected = "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n\
        Content-Length: 4\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n\
        Connection: close\r\n\r\n";
    assert_eq!(get(&server, "/metrics"), format!("{expected}a 1\n"));
    assert_eq!(ask(&server, "HEAD /metrics HTTP/1.1\r\n\r\n"), expected);
    assert!(get(&server, "/health").starts_with("HTTP/1.1 503 Service Unavailable\r\n"));
    assert!(get(&server, "/x").ends_with("\r\n\r\nNot Found\n"));
    let posted = ask(&server, "POST /metrics HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc");
    assert!(posted.starts_with("HTTP/1.1 405 ") && posted.contains("\r\nAllow: GET, HEAD\r\n"), "{posted}");
}

#[test]
fn a_head_in_pieces_is_one_and_what_follows_it_is_not_answered() {
    let server = start(Limits::default(), || "a 1\n".to_owned());
    let mut stream = connect(&server);
    for piece in ["GET /metrics HT", "TP/1.1\r\n\r", "\n"] {
        stream.set_nodelay(true).unwrap();
        stream.write_all(piece.as_bytes()).unwrap();
    }
    assert!(read_all(&mut stream).ends_with("\r\n\r\na 1\n"));
    let twice = ask(&server, &"GET /metrics HTTP/1.1\r\n\r\n".repeat(2));
    assert_eq!(twice.matches("HTTP/1.1 200").count(), 1);
}

#[test]
fn strangers_and_nonsense_are_refused() {
    let server = start(Limits::default(), || "secret".to_owned());
    let cases = [
        ("GET /metrics HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421),
        ("GET /metrics HTTP/9.9\r\n\r\n", 505),
        ("\0\u{1}\u{2}\r\n\r\n", 400),
    ];
    for (request, status) in cases {
        let answer = ask(&server, request);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")) && !answer.contains("secret"), "{answer}");
    }
    let long = format!("GET /metrics HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(20_000));
    assert!(ask(&server, &long).starts_with("HTTP/1.1 431 "));
}

#[test]
fn a_head_that_never_ends_is_given_up() {
    let server = start(limits(1, Duration::from_millis(20)), String::new);
    let mut stream = connect(&server);
    stream.write_all(b"GET /metrics HTTP/1.1\r\nX: ").unwrap();
    assert!(read_all(&mut stream).starts_with("HTTP/1.1 408 "));
    drop(stream);
    assert!(all_closed(&server));
}

#[test]
fn a_client_that_does_not_read_is_given_up() {
    let server = start(limits(1, Duration::from_millis(20)), || "x".repeat(64 << 20));
    let mut stream = connect(&server);
    stream.write_all(b"GET /metrics HTTP/1.1\r\n\r\n").unwrap();
    assert!(server.shared.wait(LONG, |state| state.next_id == 1 && state.open.is_empty()));
    let mut answer = Vec::new();
    // Whether the rest ends or breaks off, it is not the whole.
    let _ = stream.read_to_end(&mut answer);
    assert!(answer.len() < 64 << 20);
}

#[test]
fn connections_beyond_the_limit_are_told_so_and_served_again_later() {
    let server = start(limits(4, LONG), || "a 1\n".to_owned());
    let mut idle: Vec<_> = (0..64).map(|_| connect(&server)).collect();
    let mut refused = idle.split_off(4);
    assert!(refused.iter_mut().all(|stream| read_all(stream).starts_with("HTTP/1.1 503 ")));
    assert_eq!(server.refused_count()(), 60);
    drop(idle);
    assert!(all_closed(&server));
    assert!(get(&server, "/metrics").ends_with("a 1\n"));
}

#[test]
fn a_closure_that_panics_costs_one_answer() {
    let server = start(limits(1, LONG), || std::panic::resume_unwind(Box::new("without the hook's noise")));
    assert!(get(&server, "/metrics").starts_with("HTTP/1.1 500 "));
    assert!(all_closed(&server));
    assert!(get(&server, "/live").starts_with("HTTP/1.1 200 "));
}

#[test]
fn stopping_ends_idle_connections_and_frees_the_port() {
    let server = start(limits(4, LONG), String::new);
    let mut idle = connect(&server);
    assert!(server.shared.wait(LONG, |state| state.open.len() == 1));
    assert!(server.stop(LONG));
    assert_eq!(read_all(&mut idle), "");
    let refused = TcpStream::connect(server.address()).map_err(|e| e.kind());
    assert_eq!(refused.err(), Some(ErrorKind::ConnectionRefused));
    assert!(server.stop(Duration::ZERO), "a second stop has nothing to wait for");
}

#[test]
fn stopping_lets_an_answer_under_way_go_out() {
    let (entered, is_entered) = mpsc::channel();
    let (release, is_released) = mpsc::channel();
    let channels = Mutex::new((entered, is_released));
    let server = start(limits(4, LONG), move || {
        let channels = channels.lock().unwrap();
        channels.0.send(()).unwrap();
        channels.1.recv().unwrap();
        "late".to_owned()
    });
    let mut stream = connect(&server);
    stream.write_all(b"GET /metrics HTTP/1.1\r\n\r\n").unwrap();
    is_entered.recv().unwrap();
    assert!(!server.stop(Duration::ZERO), "one answer is still being made");
    release.send(()).unwrap();
    assert!(read_all(&mut stream).ends_with("\r\n\r\nlate"));
    assert!(server.stop(Duration::MAX));
}

#[test]
fn only_loopback_addresses_with_a_port_are_listened_on() {
    let mut kinds = Vec::new();
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0", "[::ffff:127.0.0.1]:0"] {
        let error = bind(address).unwrap_err();
        assert!(error.to_string().starts_with("not a loopback address"), "{error}");
        kinds.push(error.kind());
    }
    for address in ["", "9464", "127.0.0.1", "example.com:80", "localhost", "localhost:x", "localhost:70000"]
    {
        let error = bind(address).unwrap_err();
        assert!(error.to_string().contains("such as `127.0.0.1:9464`"), "{address}: {error}");
        kinds.push(error.kind());
    }
    assert!(kinds.iter().all(|kind| *kind == ErrorKind::InvalidInput));
    let taken = bind("localhost:0").unwrap().local_addr().unwrap();
    let first = bind(&taken.to_string()).unwrap();
    let second = bind(&first.local_addr().unwrap().to_string());
    assert_eq!(second.unwrap_err().kind(), ErrorKind::AddrInUse);
}
