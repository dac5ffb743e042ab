//! Rotel, a real OTLP receiver, on loopback, and what it says it has understood.

use crate::captured::is_span;
use crate::counterpart::{find_module, python_with};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Only a receiver that hangs takes that long.
const PATIENCE: Duration = Duration::from_secs(60);
/// Another process may take a free port before Rotel does.
const ATTEMPTS: usize = 5;

/// What identifies a span; the parent is empty for a root.
#[derive(Debug, Default, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// Its trace's id.
    pub trace: String,
    /// Its parent's id.
    pub parent: String,
    /// Its own id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// What has arrived, in the order in which it was logged.
#[derive(Debug, Default)]
pub struct Received {
    /// Spans.
    pub spans: Vec<Span>,
    /// Trace and span ids of log records; empty where there is none.
    pub records: Vec<(String, String)>,
    /// Points of each metric.
    pub points: BTreeMap<String, usize>,
    /// Everything that was logged.
    pub log: Vec<String>,
}

impl Received {
    /// What was logged, read.
    fn of(log: Vec<String>) -> Received {
        let mut received = Received::default();
        let (mut metric, mut in_record) = (String::new(), false);
        for line in &log {
            if line.starts_with("Span #") {
                in_record = false;
                received.spans.push(Span::default());
            } else if line.starts_with("LogRecord #") {
                in_record = true;
                received.records.push(Default::default());
            } else if let Some(name) = line.trim().strip_prefix("-> Name: ") {
                name.clone_into(&mut metric);
            } else if is_point(line) {
                *received.points.entry(metric.clone()).or_default() += 1;
            } else if let Some((key, value)) = line.trim().split_once(':') {
                received.note(in_record, key.trim_end(), value.trim());
            }
        }
        received.log = log;
        received
    }

    /// `    Trace ID       : 489421b2ae85278b7535bca0062f23a3`
    fn note(&mut self, in_record: bool, key: &str, value: &str) {
        let slot = match (in_record, self.records.last_mut(), self.spans.last_mut(), key) {
            (true, Some((trace, _)), _, "Trace ID") => trace,
            (true, Some((_, span)), _, "Span ID") => span,
            (false, _, Some(span), "Trace ID") => &mut span.trace,
            (false, _, Some(span), "Parent ID") => &mut span.parent,
            (false, _, Some(span), "ID") => &mut span.id,
            (false, _, Some(span), "Name") => &mut span.name,
            _ => return,
        };
        value.clone_into(slot);
    }

    /// Spans whose parent is not among the spans of their trace.
    pub fn orphans(&self) -> Vec<&Span> {
        let ids: BTreeSet<_> = self.spans.iter().map(|span| (&span.trace, &span.id)).collect();
        let is_orphan = |span: &&Span| !span.parent.is_empty() && !ids.contains(&(&span.trace, &span.parent));
        self.spans.iter().filter(is_orphan).collect()
    }
}

fn is_point(line: &str) -> bool {
    ["NumberDataPoints #", "HistogramDataPoints #", "SummaryDataPoints #"]
        .iter()
        .any(|of| line.starts_with(of))
}

/// Where to find the receiver; if there is none, `checks` checks are skipped.
pub fn agent(checks: usize) -> Option<PathBuf> {
    let module = find_module(&python_with("rotel", checks)?, "rotel")?;
    Some(module.with_file_name("rotel-agent"))
}

/// A receiver that runs until it is asked what it has got, or dropped.
#[derive(Debug)]
pub struct Rotel {
    process: Child,
    /// Where it speaks HTTP.
    pub http: SocketAddr,
    /// Where it speaks gRPC.
    pub grpc: SocketAddr,
    lines: Receiver<String>,
    readers: Vec<JoinHandle<()>>,
}

impl Rotel {
    /// Starts it on free ports.
    ///
    /// # Panics
    /// When it does not listen.
    pub fn start(agent: &Path) -> Rotel {
        Rotel::start_with(
            agent,
            "--debug-log traces --debug-log logs --debug-log metrics --debug-log-verbosity detailed",
        )
    }

    /// The same without a word of what it gets: to be measured, not asked.
    ///
    /// # Panics
    /// When it does not listen.
    pub fn quiet(agent: &Path) -> Rotel {
        Rotel::start_with(agent, "")
    }

    /// The id of its process.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    fn start_with(agent: &Path, options: &str) -> Rotel {
        (0..ATTEMPTS)
            .find_map(|_| Rotel::start_on(agent, options, free_address(), free_address()))
            .unwrap_or_else(|| panic!("{} does not listen, in {ATTEMPTS} attempts", agent.display()))
    }

    fn start_on(agent: &Path, options: &str, http: SocketAddr, grpc: SocketAddr) -> Option<Rotel> {
        let mut process = Command::new(agent)
            .args(["start", "--exporter", "blackhole"])
            .args(options.split_whitespace())
            .args(["--otlp-grpc-endpoint", &grpc.to_string(), "--otlp-http-endpoint", &http.to_string()])
            .env("NO_COLOR", "1")
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", agent.display()));
        let (sender, lines) = channel();
        let out = process.stdout.take().expect("piped");
        let read = move || BufReader::new(out).lines().map_while(Result::ok).try_for_each(|l| sender.send(l));
        let readers = vec![std::thread::spawn(move || read().unwrap_or_default())];
        let mut rotel = Rotel { process, http, grpc, lines, readers };
        rotel.listens().then_some(rotel)
    }

    /// Waits until it does, or has ended.
    fn listens(&mut self) -> bool {
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end && matches!(self.process.try_wait(), Ok(None)) {
            if [self.http, self.grpc].into_iter().all(|address| TcpStream::connect(address).is_ok()) {
                // Whoever answers may be another process that was quicker to take the port.
                return matches!(self.process.try_wait(), Ok(None));
            }
            std::thread::yield_now();
        }
        false
    }

    /// What it has got, once it has logged that many spans, log records and points; it batches them for a moment before it does.
    pub fn received(mut self, expected: usize) -> Received {
        let (mut log, mut got, end) = (Vec::new(), 0, Instant::now() + PATIENCE);
        while got < expected {
            let Ok(line) = self.lines.recv_timeout(end.saturating_duration_since(Instant::now())) else {
                break;
            };
            let is_one = line.starts_with("Span #") || line.starts_with("LogRecord #") || is_point(&line);
            got += usize::from(is_one);
            log.push(line);
        }
        self.end();
        log.extend(self.lines.try_iter());
        Received::of(log)
    }

    /// Asks it to end, which it does when it has logged all that it has; then its output has an end, too.
    fn end(&mut self) {
        let id = libc::pid_t::try_from(self.process.id()).expect("a process id");
        // SAFETY: the process was started here and is waited for only below, so the id is its own.
        unsafe { libc::kill(id, libc::SIGTERM) };
        let _ = self.process.wait();
        self.readers.drain(..).for_each(|reader| reader.join().expect("it only reads"));
    }
}

impl Drop for Rotel {
    fn drop(&mut self) {
        if !self.readers.is_empty() {
            let _ = self.process.kill();
            let _ = self.process.wait();
        }
    }
}

/// A port that is free now.
fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port")
}

/// Calls and events of a Chrome trace; the end of an asynchronous pair only repeats its beginning.
pub fn spans_of_trace_file(events: &[Value]) -> BTreeSet<Span> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let spans = events.iter().filter(|event| is_span(event)).map(|event| Span {
        trace: text(&event["args"]["trace_id"]),
        parent: text(&event["args"]["parent_id"]),
        id: text(&event["args"]["span_id"]),
        name: text(&event["name"]),
    });
    spans.collect()
}
