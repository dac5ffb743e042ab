//! What is logged, how it looks and where it goes.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Log lines: level, format, where to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LoggingConfig {
    /// A level (`trace`, `debug`, `info`, `warn`, `error`, `off`) or a list of `target=level`. Default `info`.
    pub level: String,
    /// How a line looks. Default text.
    pub format: LogFormat,
    /// Where lines go. Default standard output.
    pub output: LogOutput,
    /// The file, when `output` is a file with an empty name. Default none.
    pub file_path: Option<PathBuf>,
    /// More outputs beside `output`, each with its own format. Default none.
    pub sinks: Vec<SinkConfig>,
    /// Limits on log files.
    pub file: FileConfig,
    /// Exit lines a second and site, beyond which they are suppressed and counted; 0 is no limit. Default 10.
    pub rate_limit: u32,
    /// How many lines are kept in memory, and how many spans that have no line, to be looked up by
    /// [`ObservabilityManager::trace`](crate::ObservabilityManager::trace), [`recent`](crate::ObservabilityManager::recent) and
    /// [`global_ring`](crate::global_ring); of either no more than 8 MiB of fields. 0 keeps none. Default 2000, or what
    /// `FEAGI_LOG_RING_BUFFER_CAPACITY` says where the environment is read.
    pub recent: usize,
}

/// How a line looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum LogFormat {
    /// For people: time, level, target, message, fields.
    #[default]
    #[serde(alias = "text")]
    Text,
    /// One JSON object a line.
    #[serde(alias = "json")]
    Json,
}

/// Where lines go.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum LogOutput {
    /// Standard output.
    #[default]
    #[serde(alias = "stdout")]
    Stdout,
    /// Standard error.
    #[serde(alias = "stderr")]
    Stderr,
    /// A file, appended to; needs the feature `file-logging`.
    #[serde(alias = "file")]
    File(String),
    /// The system log; not available yet: asking for it is an error.
    #[serde(alias = "syslog")]
    Syslog,
}

/// One more output.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SinkConfig {
    /// Where its lines go.
    pub output: LogOutput,
    /// How its lines look.
    pub format: LogFormat,
}

/// Limits on log files.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FileConfig {
    /// Start with an empty file instead of appending to what is there. Default false.
    pub truncate: bool,
}

impl Default for LoggingConfig {
    fn default() -> Self {
        LoggingConfig {
            level: "info".to_owned(),
            format: LogFormat::Text,
            output: LogOutput::Stdout,
            file_path: None,
            sinks: Vec::new(),
            file: FileConfig::default(),
            rate_limit: 10,
            recent: 2000,
        }
    }
}
