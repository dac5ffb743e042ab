//! Rotel, a real OTLP receiver, gets a run's spans over loopback and tells what it has understood.

use feagi_observability_tests::counterpart::{find_module, python_with};
use feagi_observability_tests::run::Run;
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Only a receiver that hangs takes that long.
const PATIENCE: Duration = Duration::from_secs(60);
/// Another process may take the free port before Rotel does.
const ATTEMPTS: usize = 5;
/// How Rotel begins the last line of what identifies a span.
const NAME: &str = "Name";

/// What identifies a span; the parent is empty for a root.
#[derive(Debug, Default, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Span {
    trace: String,
    parent: String,
    id: String,
    name: String,
}

#[test]
fn a_real_receiver_gets_every_span_under_its_trace_id() {
    let Some(python) = python_with("rotel", 6) else { return };
    let module = find_module(&python, "rotel").expect("found above");
    let rotel = Rotel::start(&module.with_file_name("rotel-agent"));
    let run = Run::of(env!("CARGO_BIN_EXE_emit"), "rotel", Some(&format!("http://{}", rotel.address)));

    let stats = run.stats();
    let sinks = stats["sinks"].as_array().expect("a list of sinks");
    let otlp = sinks.iter().find(|sink| sink["name"] == "otlp").unwrap_or_else(|| panic!("{stats}"));
    let sent = spans_of_trace_file(&run.trace());
    assert_eq!(otlp["accepted"], sent.len(), "{stats}");
    assert_eq!(otlp["exported"], otlp["accepted"], "{stats}");

    let log = rotel.log_of(sent.len());
    assert!(log.iter().any(|line| line.trim() == "-> service.name: Str(emit)"), "{log:#?}");
    let arrived = spans_of_log(&log);
    // The trace file went another way, so the two check each other: trace ids, span ids, parents and names.
    assert_eq!(arrived.iter().cloned().collect::<BTreeSet<_>>(), sent, "{log:#?}");
    assert_eq!(arrived.len(), sent.len(), "each span once: {log:#?}");
    assert_eq!(arrived.iter().filter(|span| span.name == "emit::parse").count(), 4, "{arrived:#?}");
}

/// A receiver that runs until it is asked for its log, or dropped.
struct Rotel {
    process: Child,
    address: SocketAddr,
    lines: Receiver<String>,
    readers: Vec<JoinHandle<()>>,
}

impl Rotel {
    fn start(agent: &Path) -> Rotel {
        (0..ATTEMPTS)
            .find_map(|_| Rotel::start_on(agent, free_address()))
            .unwrap_or_else(|| panic!("{} does not listen, in {ATTEMPTS} attempts", agent.display()))
    }

    fn start_on(agent: &Path, address: SocketAddr) -> Option<Rotel> {
        let options = "start --exporter blackhole --debug-log traces --debug-log-verbosity detailed";
        let mut process = Command::new(agent)
            .args(options.split(' '))
            .args(["--otlp-grpc-endpoint", "127.0.0.1:0", "--otlp-http-endpoint", &address.to_string()])
            .env("NO_COLOR", "1")
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", agent.display()));
        let (sender, lines) = channel();
        let out = process.stdout.take().expect("piped");
        let read = move || BufReader::new(out).lines().map_while(Result::ok).try_for_each(|l| sender.send(l));
        let readers = vec![std::thread::spawn(move || read().unwrap_or_default())];
        let mut rotel = Rotel { process, address, lines, readers };
        rotel.listens().then_some(rotel)
    }

    /// Waits until it does, or has ended.
    fn listens(&mut self) -> bool {
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end && matches!(self.process.try_wait(), Ok(None)) {
            if TcpStream::connect(self.address).is_ok() {
                // Whoever answers may be another process that was quicker to take the port.
                return matches!(self.process.try_wait(), Ok(None));
            }
            std::thread::yield_now();
        }
        false
    }

    /// Its log to the end, once it has named that many spans; it batches them for a moment before it does.
    fn log_of(mut self, spans: usize) -> Vec<String> {
        let (mut log, mut named, end) = (Vec::new(), 0, Instant::now() + PATIENCE);
        while named < spans {
            let Ok(line) = self.lines.recv_timeout(end.saturating_duration_since(Instant::now())) else {
                break;
            };
            named += usize::from(value(&line, NAME).is_some());
            log.push(line);
        }
        self.end();
        log.extend(self.lines.try_iter());
        log
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

/// `    Trace ID       : 489421b2ae85278b7535bca0062f23a3`
fn value<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    let (found, value) = line.trim().split_once(':')?;
    (found.trim_end() == key).then(|| value.trim())
}

fn spans_of_log(log: &[String]) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    for line in log {
        if let Some(trace) = value(line, "Trace ID") {
            spans.push(Span { trace: trace.to_owned(), ..Default::default() });
        }
        let Some(span) = spans.last_mut() else { continue };
        for (key, slot) in [("Parent ID", &mut span.parent), ("ID", &mut span.id), (NAME, &mut span.name)] {
            if let Some(value) = value(line, key) {
                value.clone_into(slot);
            }
        }
    }
    spans
}

/// Calls and events; the end of an asynchronous pair only repeats its beginning.
fn spans_of_trace_file(events: &[Value]) -> BTreeSet<Span> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let is_span = |event: &&Value| event["args"]["span_id"].is_string() && event["ph"] != "e";
    let spans = events.iter().filter(is_span).map(|event| Span {
        trace: text(&event["args"]["trace_id"]),
        parent: text(&event["args"]["parent_id"]),
        id: text(&event["args"]["span_id"]),
        name: text(&event["name"]),
    });
    spans.collect()
}
