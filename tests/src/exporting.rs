//! One run of `exporting`, told what to do line by line, and the identities that its counts must keep.

use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// A way for spans to leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// OTLP, protobuf over HTTP/1.1.
    HttpProtobuf,
    /// OTLP, JSON over HTTP/1.1.
    HttpJson,
    /// OTLP over gRPC.
    Grpc,
    /// Zipkin's JSON over HTTP/1.1.
    Zipkin,
}

impl Way {
    /// All of them.
    pub const ALL: [Way; 4] = [Way::HttpProtobuf, Way::HttpJson, Way::Grpc, Way::Zipkin];

    /// The name of its output in counts.
    pub fn sink(self) -> &'static str {
        if self == Way::Zipkin { "zipkin" } else { "otlp" }
    }

    /// The variables that send spans this way to a collector such as `http://127.0.0.1:4318`.
    pub fn variables(self, collector: &str) -> Vec<(&'static str, String)> {
        let protocol = match self {
            Way::HttpProtobuf => "http/protobuf",
            Way::HttpJson => "http/json",
            Way::Grpc => "grpc",
            Way::Zipkin => {
                let endpoint = format!("{collector}/api/v2/spans");
                return vec![
                    ("OTEL_TRACES_EXPORTER", "zipkin".to_owned()),
                    ("OTEL_EXPORTER_ZIPKIN_ENDPOINT", endpoint),
                ];
            }
        };
        vec![
            ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.to_owned()),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol.to_owned()),
        ]
    }
}

/// How much is held and how long is waited.
#[derive(Clone, Copy, Debug)]
pub struct Waits {
    /// The longest request, in milliseconds.
    pub request: u64,
    /// After which a batch is given up, in milliseconds.
    pub give_up: u64,
    /// Spans of a batch.
    pub batch: u64,
    /// Spans that wait.
    pub queue: u64,
}

impl Default for Waits {
    fn default() -> Self {
        Waits { request: 60_000, give_up: 60_000, batch: 100, queue: 400 }
    }
}

impl Waits {
    /// The variables that say so.
    pub fn variables(self) -> Vec<(&'static str, String)> {
        let all = [
            ("OTEL_EXPORTER_OTLP_TIMEOUT", self.request),
            ("OTEL_EXPORTER_ZIPKIN_TIMEOUT", self.request),
            ("OTEL_BSP_EXPORT_TIMEOUT", self.give_up),
            ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", self.batch),
            ("OTEL_BSP_MAX_QUEUE_SIZE", self.queue),
            ("OTEL_BSP_SCHEDULE_DELAY", 20),
        ];
        all.into_iter().map(|(name, value)| (name, value.to_string())).collect()
    }
}

/// The program, running.
#[derive(Debug)]
pub struct Exporting {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    sink: &'static str,
}

/// What became of all spans.
#[derive(Debug)]
pub struct Settled {
    /// Spans that were made, on whichever road they were lost.
    pub emitted: u64,
    /// Spans that the exporter took charge of.
    pub accepted: u64,
    /// Spans that have arrived.
    pub exported: u64,
    /// Lost ones by reason.
    pub dropped: BTreeMap<String, u64>,
    /// Attempts that failed.
    pub failures: u64,
    /// The same by reason.
    pub failed: BTreeMap<String, u64>,
    /// Attempts that were made again.
    pub retries: u64,
    /// All counts.
    pub stats: Value,
}

impl Exporting {
    /// Starts it with these variables; `command` runs the program, perhaps within something.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start(mut command: Command, way: Way, collector: &str, waits: Waits) -> Exporting {
        command.envs(way.variables(collector)).envs(waits.variables());
        command.env_remove("http_proxy").env_remove("HTTP_PROXY");
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("exporting starts");
        let input = child.stdin.take().expect("a pipe");
        let output = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut exporting = Exporting { child, input, output, sink: way.sink() };
        assert_eq!(exporting.line(), "ready");
        exporting
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("it prints text");
        line.trim_end().to_owned()
    }

    /// Has it do something, and gives its answer.
    ///
    /// # Panics
    /// When it has ended.
    pub fn ask(&mut self, command: &str) -> String {
        writeln!(self.input, "{command}").expect("it listens");
        self.line()
    }

    /// Has it make so many calls; returns when all of them have.
    ///
    /// # Panics
    /// When it has ended.
    pub fn calls(&mut self, calls: u64) {
        assert_eq!(self.ask(&format!("calls {calls}")), "done");
    }

    /// A count of its exporter now.
    ///
    /// # Panics
    /// When there is no such count.
    pub fn count(&mut self, name: &str) -> u64 {
        let stats: Value = serde_json::from_str(&self.ask("stats")).expect("JSON");
        sink(&stats, self.sink)[name].as_u64().expect("a count")
    }

    /// Waits until an exporter's count is at least so high.
    ///
    /// # Panics
    /// When it has not become so for long.
    pub fn wait_for(&mut self, name: &str, least: u64) {
        wait_until(name, || self.count(name) >= least);
    }

    /// Shuts it down within `time` milliseconds, and checks that each span is accounted for.
    ///
    /// # Panics
    /// When one is not.
    pub fn shutdown(mut self, time: u64) -> Settled {
        let stats: Value = serde_json::from_str(&self.ask(&format!("shutdown {time}"))).expect("JSON");
        drop(self.input);
        assert!(self.child.wait().expect("it was started").success());
        settled(stats, self.sink)
    }
}

fn sink<'a>(stats: &'a Value, name: &str) -> &'a Value {
    let sinks = stats["sinks"].as_array().expect("a list");
    sinks.iter().find(|sink| sink["name"] == name).expect("the exporter is there")
}

/// The identities I1 to I3, exact.
fn settled(stats: Value, name: &str) -> Settled {
    let count = |value: &Value, key: &str| value[key].as_u64().expect("a count");
    let (spans, sink) = (&stats["spans"], sink(&stats, name));
    let lost: u64 = ["suppressed", "dropped", "unrecorded"].iter().map(|key| count(spans, key)).sum();
    let (emitted, accepted, exported) =
        (count(spans, "emitted"), count(sink, "accepted"), count(sink, "exported"));
    assert_eq!(emitted, count(spans, "collected") + lost, "I1: {stats:#}");
    assert_eq!(count(spans, "queued"), 0, "I1: {stats:#}");
    assert_eq!(accepted, count(spans, "collected"), "I2: {stats:#}");
    let dropped: BTreeMap<String, u64> = serde_json::from_value(sink["dropped"].clone()).expect("counts");
    assert_eq!(accepted, exported + dropped.values().sum::<u64>(), "I3: {stats:#}");
    let left = ["queued", "in_flight", "queue_bytes"].map(|key| count(sink, key));
    assert_eq!(left, [0, 0, 0], "I3: {stats:#}");
    let (failures, retries) = (count(sink, "failures"), count(sink, "retries"));
    let failed = serde_json::from_value(sink["failures_by_reason"].clone()).expect("counts");
    Settled { failed, emitted, accepted, exported, dropped, failures, retries, stats }
}

/// Waits until something becomes true.
///
/// # Panics
/// When it has not for long.
pub fn wait_until(what: &str, mut is_true: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !is_true() {
        assert!(Instant::now() < end, "{what}: not within {PATIENCE:?}");
        std::thread::yield_now();
    }
}

/// The endpoint of an address.
pub fn endpoint(address: SocketAddr) -> String {
    format!("http://{address}")
}
