//! Levels: each output may have its own, and the one of all others is changed while everything runs.

use feagi_observability::{
    LogFormat, LogOutput, LoggingConfig, ObservabilityConfig, SinkConfig, init_observability, observe,
};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::time::Duration;

#[observe(level = "debug")]
fn detail() {}

fn file(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("feagi-observability-levels-{}-{name}.jsonl", std::process::id()))
}

fn output(path: &Path) -> LogOutput {
    LogOutput::File(path.to_string_lossy().into_owned())
}

/// One line of each kind that the configuration tells apart.
fn log(round: u32) {
    detail();
    tracing::info!(round, "information");
    tracing::debug!(round, "detail");
    tracing::debug!(target: "noisy", round, "noise");
    log::trace!(target: "other", "trace {round}");
}

/// The messages of a file, in their order.
fn messages(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap();
    std::fs::remove_file(path).unwrap();
    let message = |line: &str| serde_json::from_str::<Value>(line).unwrap()["message"].clone();
    text.lines().map(|line| message(line).as_str().unwrap().to_owned()).collect()
}

#[test]
fn each_output_gets_what_its_level_says_and_the_common_one_may_change() {
    let [common, less, more] = ["common", "less", "more"].map(file);
    let sink = |path: &Path, level: &str| SinkConfig {
        output: output(path),
        format: LogFormat::Json,
        level: Some(level.to_owned()),
    };
    let config = ObservabilityConfig {
        logging: LoggingConfig {
            output: output(&common),
            format: LogFormat::Json,
            sinks: vec![sink(&less, "error"), sink(&more, "debug,noisy=off")],
            ..Default::default()
        },
        ..Default::default()
    };
    let observability = init_observability(&config).unwrap();
    log(1);
    let refused = observability.set_level("loud=very").unwrap_err().to_string();
    assert!(refused.contains("`level` is `loud=very`"), "{refused}");
    assert_eq!(observability.level(), "info");
    observability.set_level("trace,noisy=warn").unwrap();
    assert_eq!(observability.level(), "trace,noisy=warn");
    log(2);
    observability.set_level("off").unwrap();
    log(3);
    tracing::error!("the end");
    let report = observability.shutdown(Duration::from_secs(30));
    assert!(report.dropped.is_empty(), "{report:?}");
    assert_eq!(messages(&common), ["information", "levels::detail", "information", "detail", "trace 2"]);
    assert_eq!(messages(&less), ["the end"]);
    let each = ["levels::detail", "information", "detail"];
    assert_eq!(
        messages(&more),
        [each, each, each].concat().into_iter().chain(["the end"]).collect::<Vec<_>>()
    );
}
