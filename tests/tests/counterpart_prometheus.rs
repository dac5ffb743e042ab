//! A real Prometheus, with its storage for exemplars, scrapes us; what it then says of an exemplar leads to log, span and recent past.

use feagi_observability::{
    LogFormat, LogOutput, LoggingConfig, ObservabilityConfig, ObservabilityManager, TelemetryConfig, TraceId,
    burst_info, init_observability, observe,
};
use feagi_observability_tests::counterpart;
use serde_json::Value;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Prometheus looks every second.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs one burst.
#[observe(metric = "scraped_burst", fields(n))]
fn burst(n: u64) -> Result<(), String> {
    burst_info!(burst_id = n, neurons_fired = 98, synapses_activated = 1960);
    if n == 3 { Err("one fails".to_owned()) } else { Ok(()) }
}

/// A server of its own, which ends with the test.
struct Prometheus {
    process: Child,
    address: SocketAddr,
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Prometheus {
    fn start(folder: &Path, scraped: SocketAddr) -> Prometheus {
        let config = folder.join("prometheus.yml");
        let text = format!(
            "global: {{scrape_interval: 1s}}\nscrape_configs:\n- job_name: feagi\n  static_configs: [{{targets: [\"{scraped}\"]}}]\n"
        );
        std::fs::write(&config, text).unwrap();
        // Free a moment ago; should somebody else take it, the server ends and says so.
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let log = std::fs::File::create(folder.join("prometheus.log")).unwrap();
        let process = Command::new("prometheus")
            .arg(format!("--config.file={}", config.display()))
            .arg(format!("--storage.tsdb.path={}", folder.join("data").display()))
            .arg(format!("--web.listen-address={address}"))
            .arg("--enable-feature=exemplar-storage")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        Prometheus { process, address }
    }

    /// What it knows of the exemplars of these series; asked for until there are some.
    fn exemplars(&mut self, query: &str) -> Vec<Value> {
        let start = Instant::now();
        loop {
            let found = self.ask(query);
            if !found.is_empty() {
                return found;
            }
            assert!(self.process.try_wait().unwrap().is_none(), "it has ended: see prometheus.log");
            assert!(start.elapsed() < PATIENCE, "no exemplar of {query}");
            std::thread::park_timeout(Duration::from_millis(100));
        }
    }

    fn ask(&self, query: &str) -> Vec<Value> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let path = format!("/api/v1/query_exemplars?query={query}&start={}&end={}", now - 600, now + 60);
        let answer = get(self.address, &path).and_then(|body| serde_json::from_str::<Value>(&body).ok());
        let series = answer.and_then(|answer| answer["data"].as_array().cloned()).unwrap_or_default();
        series.iter().flat_map(|series| series["exemplars"].as_array().cloned().unwrap_or_default()).collect()
    }
}

/// `None` until somebody listens and answers well.
fn get(address: SocketAddr, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    // 1.0: an answer in one piece.
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n").ok()?;
    let mut text = String::new();
    stream.read_to_string(&mut text).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    head.contains(" 200 ").then(|| body.to_owned())
}

fn observability(log: &Path) -> ObservabilityManager {
    init_observability(&ObservabilityConfig {
        logging: LoggingConfig {
            format: LogFormat::Json,
            output: LogOutput::File(log.to_string_lossy().into_owned()),
            ..Default::default()
        },
        telemetry: TelemetryConfig {
            tracing_enabled: true,
            listen: Some("127.0.0.1:0".to_owned()),
            ..Default::default()
        },
        ..Default::default()
    })
    .unwrap()
}

#[test]
fn an_exemplar_that_prometheus_has_scraped_leads_to_its_call() {
    if !counterpart::has("prometheus", &["--version"], 1) {
        return;
    }
    let folder: PathBuf =
        std::env::temp_dir().join(format!("feagi-observability-prometheus-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let log = folder.join("log.jsonl");
    let observability = observability(&log);
    let failed = (0..5).filter(|n| burst(*n).is_err()).count();
    assert!(failed == 1 && observability.flush(PATIENCE));
    let mut prometheus = Prometheus::start(&folder, observability.server_address().unwrap());

    let lines = std::fs::read_to_string(&log).unwrap();
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for (query, target) in [
        ("scraped_burst_calls_total%7Boutcome=%22ok%22%7D", "counterpart_prometheus"),
        ("scraped_burst_calls_total%7Boutcome=%22error%22%7D", "counterpart_prometheus"),
        ("scraped_burst_duration_seconds_bucket", "counterpart_prometheus"),
        ("feagi_burst_total", "feagi.burst"),
        ("feagi_burst_neurons_fired_total", "feagi.burst"),
    ] {
        for exemplar in prometheus.exemplars(query) {
            let (trace_id, span_id) = (&exemplar["labels"]["trace_id"], &exemplar["labels"]["span_id"]);
            let line = lines.iter().find(|line| line["span_id"] == *span_id);
            let line = line.unwrap_or_else(|| panic!("{query}: no line of {exemplar}"));
            assert_eq!((&line["trace_id"], line["target"].as_str()), (trace_id, Some(target)), "{query}");
            assert_eq!(line["outcome"] == "error", query.contains("error") || line["fields"]["n"] == 3);
            let trace = observability.trace(TraceId::from_hex(trace_id.as_str().unwrap()).unwrap());
            let span = trace
                .records
                .iter()
                .find(|record| record.is_span && record.span_id.is_some_and(|id| *span_id == id.to_string()));
            assert!(span.is_some(), "{query}: no span of {exemplar}");
        }
    }
    drop(prometheus);
    observability.shutdown(PATIENCE);
    let _ = std::fs::remove_dir_all(folder);
}
