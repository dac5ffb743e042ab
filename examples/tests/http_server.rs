//! The example as a test suite drives it: what it calls for somebody says who that was.
//!
//! `cargo test -p feagi-observability-examples` builds the example before it runs this; a run that is narrowed with
//! `--test http_server` does not, so build it first with `--example http_server`.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// `<target>/<profile>/examples/http_server`, next to the folder that this test runs from.
fn example() -> PathBuf {
    let test = std::env::current_exe().expect("a running test has a path");
    let profile = test.parent().and_then(Path::parent).expect("tests live in <profile>/deps");
    let path = profile.join("examples").join(format!("http_server{}", std::env::consts::EXE_SUFFIX));
    assert!(
        path.exists(),
        "build it first: cargo build -p feagi-observability-examples --example http_server"
    );
    path
}

/// A running example, ended with the test.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start() -> Server {
        let mut child =
            Command::new(example()).arg("127.0.0.1:0").stdout(Stdio::piped()).spawn().expect("it starts");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let first = lines.next().expect("a line").expect("text");
        let address = first.trim_start_matches("listening on http://").trim_end_matches("/test").to_owned();
        // Read to the end: a server that cannot write its log is another test.
        thread::spawn(move || lines.for_each(drop));
        Server { child, address }
    }

    /// Sends a request and returns the whole answer.
    fn ask(&self, method: &str, path: &str, headers: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        let length = body.len();
        let head = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n", self.address);
        write!(stream, "{head}content-length: {length}\r\n{headers}\r\n{body}").expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        answer
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Answers one request, and returns its headers.
fn answer_one(listener: &TcpListener) -> String {
    let (stream, _) = listener.accept().expect("somebody calls");
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert!(reader.read_line(&mut head).expect("text") > 0, "the head ends");
    }
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).expect("a body");
    let mut body = vec![0; length.parse().expect("a number")];
    reader.read_exact(&mut body).expect("the body");
    assert_eq!(body, br#"{"a":1}"#);
    reader.get_mut().write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").expect("it reads");
    head
}

#[test]
fn whoever_is_called_learns_who_has_asked_for_it() {
    let server = Server::start();
    let called = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = called.local_addr().expect("an address");
    let heads = thread::spawn(move || [answer_one(&called), answer_one(&called)]);
    let call = format!(r#"{{"url":"http://{address}/","arguments":{{"a":1}}}}"#);
    let headers = format!(
        "content-type: application/json\r\ntraceparent: 00-{TRACE}-00f067aa0ba902b7-01\r\n\
         tracestate: a=1\r\ntracestate: b=2\r\nbaggage: tenant=lab%207\r\n"
    );
    let answer = server.ask("POST", "/test", &headers, &format!("[{call},{call}]"));
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");

    let heads = heads.join().expect("two calls");
    for head in &heads {
        assert!(head.contains(&format!("traceparent: 00-{TRACE}-")), "{head}");
        assert!(head.contains("\r\ntracestate: a=1,b=2\r\n"), "{head}");
        assert!(head.contains("\r\nbaggage: tenant=lab%207\r\n"), "{head}");
    }
    let parent = |head: &str| head.lines().find(|line| line.starts_with("traceparent")).map(str::to_owned);
    assert_ne!(parent(&heads[0]), parent(&heads[1]), "each request is a span of its own");

    let unreachable = r#"[{"url":"http://127.0.0.1:1/"}]"#;
    let answer =
        server.ask("POST", "/test", "content-type: application/json\r\ntraceparent: x\r\n", unreachable);
    assert!(answer.starts_with("HTTP/1.1 502"), "{answer}");
    let page = server.ask("GET", "/metrics", "", "");
    for series in [
        r#"observed_calls_total{outcome="ok",site="POST /test"} 1"#,
        r#"observed_calls_total{outcome="error",site="POST /test"} 1"#,
        r#"observed_calls_total{outcome="ok",site="client POST"} 2"#,
        r#"observed_calls_total{outcome="error",site="client POST"} 1"#,
        r#"obs_headers_refused_total{header="traceparent",reason="malformed"} 1"#,
    ] {
        assert!(page.lines().any(|line| line == series), "`{series}` in {page}");
    }
}
