//! Everything that this process observes while it lasts, captured: lines, spans, metrics.

use feagi_observability::{
    LogFormat, LogOutput, LoggingConfig, ObservabilityConfig, ObservabilityManager, ProfilingConfig,
    ShutdownReport, TelemetryConfig, init_observability,
};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// Observability of this process with all outputs in a folder of its own. Once per process, and so per test file.
#[derive(Debug)]
pub struct Capture {
    /// What `init_observability` has returned.
    pub manager: ObservabilityManager,
    folder: PathBuf,
}

/// What was captured.
#[derive(Debug)]
pub struct Captured {
    /// The log's lines, in the order in which they were written.
    pub lines: Vec<Value>,
    /// The events of the trace file.
    pub trace: Vec<Value>,
    /// The OpenMetrics page at the end.
    pub page: String,
    /// What the shutdown has reported.
    pub report: ShutdownReport,
}

impl Capture {
    /// Starts with everything at level `level` or above, without a limit of lines.
    ///
    /// # Panics
    /// When observability cannot be started.
    pub fn start(test: &str, level: &str) -> Capture {
        Capture::start_with(test, level, TelemetryConfig::default())
    }

    /// The same, with spans as `telemetry` says.
    ///
    /// # Panics
    /// When observability cannot be started.
    pub fn start_with(test: &str, level: &str, telemetry: TelemetryConfig) -> Capture {
        let folder = std::env::temp_dir().join(format!("feagi-observability-{test}-{}", std::process::id()));
        let log = folder.join("log.jsonl");
        let manager = init_observability(&ObservabilityConfig {
            logging: LoggingConfig {
                level: level.to_owned(),
                format: LogFormat::Json,
                output: LogOutput::File(log.to_string_lossy().into_owned()),
                rate_limit: 0,
                ..Default::default()
            },
            telemetry: TelemetryConfig { tracing_enabled: true, ..telemetry },
            profiling: ProfilingConfig {
                chrome_tracing: true,
                output_dir: folder.clone(),
                ..Default::default()
            },
        });
        Capture { manager: manager.expect("observability starts"), folder }
    }

    /// Waits until the collector has handed on what there is, and returns the page.
    pub fn page(&self) -> String {
        assert!(self.manager.flush(Duration::from_secs(10)), "the collector answers");
        self.manager.telemetry().export_openmetrics()
    }

    /// Stops, and reads everything back.
    ///
    /// # Panics
    /// When something was lost, or cannot be read.
    pub fn finish(self) -> Captured {
        let page = self.page();
        let report = self.manager.shutdown(Duration::from_secs(10));
        assert!(!report.timed_out, "{report:?}");
        assert_eq!(report.dropped, BTreeMap::new());
        let text = |name: &str| std::fs::read_to_string(self.folder.join(name)).expect("a file of the run");
        let lines = text("log.jsonl");
        let captured = Captured {
            lines: lines.lines().map(|line| serde_json::from_str(line).expect("a JSON line")).collect(),
            trace: serde_json::from_str(&text("trace.json")).expect("strict JSON, an array"),
            page,
            report,
        };
        let _ = std::fs::remove_dir_all(&self.folder);
        captured
    }
}

impl Captured {
    /// The lines with this name, or, of foreign events, with this message.
    pub fn lines_of(&self, name: &str) -> Vec<&Value> {
        self.lines.iter().filter(|line| line["name"] == name || line["message"] == name).collect()
    }

    /// The one line with this name.
    ///
    /// # Panics
    /// When there is none, or more than one.
    pub fn line(&self, name: &str) -> &Value {
        let found = self.lines_of(name);
        assert_eq!(found.len(), 1, "one line of `{name}` in {:#?}", self.lines);
        found[0]
    }

    /// The outcomes of all lines with this name.
    pub fn outcomes(&self, name: &str) -> Vec<&str> {
        self.lines_of(name).iter().filter_map(|line| line["outcome"].as_str()).collect()
    }

    /// The spans with this name; the end of an async one is not among them.
    pub fn spans_of(&self, name: &str) -> Vec<&Value> {
        self.trace.iter().filter(|event| event["name"] == name && is_span(event)).collect()
    }

    /// The value of the series, written as on the page: `x_total{a="b"}`.
    pub fn series(&self, series: &str) -> Option<&str> {
        let value = self.page.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '))?;
        value.split(' ').next()
    }

    /// The same as a number.
    pub fn sample(&self, series: &str) -> Option<f64> {
        sample(&self.page, series)
    }
}

/// Whether an event of a trace file is a call, span or event: not the end of an asynchronous pair, which repeats its beginning, nor one
/// of its polls, nor a log record, nor what is nobody's.
pub fn is_span(event: &Value) -> bool {
    let args = &event["args"];
    args["span_id"].is_string() && event["ph"] != "e" && args["poll"].is_null() && args["level"].is_null()
}

/// The value of the series on a page.
pub fn sample(page: &str, series: &str) -> Option<f64> {
    page.lines().find_map(|line| {
        let rest = line.strip_prefix(series)?.strip_prefix(' ')?;
        rest.split(' ').next()?.parse().ok()
    })
}
