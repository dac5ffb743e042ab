//! One runtime that all tests of a file share, and the lines that it has written so far.

use feagi_observability::{
    Context, LogFormat, LogOutput, LoggingConfig, ObservabilityConfig, ObservabilityManager, SpanId,
    TelemetryConfig, TraceId, current_context, current_request_id, init_observability,
};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The ids and the request id of a thread.
pub type Place = (Option<(TraceId, SpanId)>, Option<String>);

/// Observability with lines and spans, without a limit of lines.
#[derive(Debug)]
pub struct Shared {
    manager: ObservabilityManager,
    file: PathBuf,
}

impl Shared {
    /// Starts, with a log in this folder that is named after the tests.
    ///
    /// # Panics
    /// When observability cannot be started.
    pub fn start(folder: &str, tests: &str) -> Shared {
        let file = Path::new(folder).join(format!("{tests}-{}.jsonl", std::process::id()));
        let manager = init_observability(&ObservabilityConfig {
            logging: LoggingConfig {
                level: "trace".to_owned(),
                format: LogFormat::Json,
                output: LogOutput::File(file.to_string_lossy().into_owned()),
                rate_limit: 0,
                ..Default::default()
            },
            telemetry: TelemetryConfig { tracing_enabled: true, ..Default::default() },
            ..Default::default()
        });
        Shared { manager: manager.expect("observability starts"), file }
    }

    /// The lines with this message, in the order of their ends.
    ///
    /// # Panics
    /// When the log cannot be read.
    pub fn lines(&self, message: &str) -> Vec<Value> {
        assert!(self.manager.flush(Duration::from_secs(60)), "the collector answers");
        let text = std::fs::read_to_string(&self.file).expect("the log");
        let all = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("a JSON line"));
        all.filter(|line| line["message"] == message).collect()
    }

    /// The one line with this message.
    ///
    /// # Panics
    /// When there is none, or more than one.
    pub fn line(&self, message: &str) -> Value {
        let mut found = self.lines(message);
        assert_eq!(found.len(), 1, "lines `{message}`");
        found.remove(0)
    }
}

/// Where this thread is.
pub fn place() -> Place {
    (ids(current_context()), current_request_id().map(|id| id.to_string()))
}

/// The ids of a context.
pub fn ids(context: Option<Context>) -> Option<(TraceId, SpanId)> {
    context.map(|context| (context.trace_id(), context.span_id()))
}

/// A caller of another process: the span with this number, of a trace of its own.
///
/// # Panics
/// For zero, which is no id.
pub fn caller(number: u64) -> Context {
    let trace_id = TraceId::from_hex(&format!("{number:032x}")).expect("a valid id");
    let span_id = SpanId::from_hex(&format!("{number:016x}")).expect("a valid id");
    Context::remote(trace_id, span_id, true).expect("valid ids")
}

/// Where a thread is in the context of that caller, with that request id.
pub fn called_by(number: u64, request_id: Option<&str>) -> Place {
    (ids(Some(caller(number))), request_id.map(str::to_owned))
}

/// Checks whose child the line's span is.
///
/// # Panics
/// When it is another's.
pub fn assert_child(child: &Value, parent: &Value) {
    assert_eq!((&child["trace_id"], &child["parent_id"]), (&parent["trace_id"], &parent["span_id"]));
    assert_ne!(child["span_id"], parent["span_id"]);
}
