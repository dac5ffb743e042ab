//! Every signal of what a test does between starting and ending the capture. The start is once per process, so one for each test file.

use feagi_observability::{
    LogFormat, LogOutput, LoggingConfig, ObservabilityConfig, ObservabilityManager, ProfilingConfig,
    TelemetryConfig, init_observability,
};
use serde_json::Value;
use std::path::PathBuf;
use std::time::Duration;

/// How long the end waits for files.
const PATIENCE: Duration = Duration::from_secs(60);

/// Observability, started, with its files in a folder of their own.
pub struct Capture {
    observability: ObservabilityManager,
    folder: PathBuf,
}

/// What was captured.
#[derive(Debug)]
pub struct Captured {
    /// The log's lines, in their order.
    pub lines: Vec<Value>,
    /// The events of the trace file.
    pub trace: Vec<Value>,
    /// The metrics page in the OpenMetrics format.
    pub page: String,
}

impl Capture {
    /// Starts; `test` names the folder. Lines are as good as not limited by rate.
    pub fn start(test: &str) -> Capture {
        let folder = std::env::temp_dir().join(format!("feagi-observability-{test}-{}", std::process::id()));
        let config = ObservabilityConfig {
            logging: LoggingConfig {
                level: "trace".to_owned(),
                rate_limit: 1_000_000,
                format: LogFormat::Json,
                output: LogOutput::File(folder.join("log.jsonl").to_string_lossy().into_owned()),
                ..Default::default()
            },
            telemetry: TelemetryConfig { tracing_enabled: true, ..Default::default() },
            profiling: ProfilingConfig {
                chrome_tracing: true,
                output_dir: folder.clone(),
                ..Default::default()
            },
        };
        Capture { observability: init_observability(&config).expect("a fresh start"), folder }
    }

    /// Ends, and reads what has come out.
    pub fn end(self) -> Captured {
        assert!(self.observability.flush(PATIENCE));
        let page = self.observability.telemetry().export_openmetrics();
        let report = self.observability.shutdown(PATIENCE);
        assert!(!report.timed_out && report.dropped.is_empty(), "{report:?}");
        let read = |name| std::fs::read_to_string(self.folder.join(name)).expect("the run's file");
        let lines = read("log.jsonl").lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        let trace = serde_json::from_str(&read("trace.json")).expect("a JSON array");
        std::fs::remove_dir_all(&self.folder).expect("the run's folder");
        Captured { lines, trace, page }
    }
}

impl Captured {
    /// All lines of that message.
    pub fn lines_of(&self, message: &str) -> Vec<&Value> {
        self.lines.iter().filter(|line| line["message"] == message).collect()
    }

    /// The one line of that message.
    pub fn line(&self, message: &str) -> &Value {
        match self.lines_of(message)[..] {
            [line] => line,
            ref found => panic!("{} lines `{message}` in {:#?}", found.len(), self.lines),
        }
    }

    /// The outcomes of all lines of that message.
    pub fn outcomes(&self, message: &str) -> Vec<&str> {
        self.lines_of(message).iter().filter_map(|line| line["outcome"].as_str()).collect()
    }

    /// The value of a series, written as on the page.
    pub fn series(&self, series: &str) -> Option<&str> {
        let value = self.page.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '))?;
        value.split(' ').next()
    }
}
