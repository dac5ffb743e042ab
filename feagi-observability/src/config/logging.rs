//! What is logged, how it looks and where it goes.

use super::elk::ElasticsearchConfig;
use super::syslog::SyslogConfig;
use serde::{Deserialize, Serialize};
use std::fmt;
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
    /// More outputs beside `output`, each with its own level and format. Default none.
    pub sinks: Vec<SinkConfig>,
    /// Limits on log files.
    pub file: FileConfig,
    /// What outputs of the kind `Syslog` send, and where to.
    pub syslog: SyslogConfig,
    /// What outputs of the kind `Elasticsearch` say.
    pub elasticsearch: ElasticsearchConfig,
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
    /// For people, shorter: one letter for the level, no keys where the value says what it is.
    #[serde(alias = "compact")]
    Compact,
    /// One JSON object a line in the names of the Elastic Common Schema.
    #[serde(alias = "ecs")]
    Ecs,
    /// `key=value` and nothing else.
    #[serde(alias = "logfmt")]
    Logfmt,
}

/// Where lines go.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    /// The system log, as [`LoggingConfig::syslog`] says; needs the feature `syslog`.
    #[serde(alias = "syslog")]
    Syslog,
    /// A Logstash input of the type `tcp` with the codec `json_lines`, such as `127.0.0.1:5000`; needs the feature `elk`. What is no
    /// JSON is sent as `Ecs`.
    #[serde(alias = "logstash")]
    Logstash(String),
    /// An Elasticsearch server such as `http://127.0.0.1:9200`, as [`LoggingConfig::elasticsearch`] says; needs the feature `elk`. Its lines
    /// are always `Ecs`.
    #[serde(alias = "elasticsearch")]
    Elasticsearch(String),
}

/// An address may hold a user's name and password.
impl fmt::Debug for LogOutput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LogOutput::Stdout => f.write_str("Stdout"),
            LogOutput::Stderr => f.write_str("Stderr"),
            LogOutput::File(path) => f.debug_tuple("File").field(path).finish(),
            LogOutput::Syslog => f.write_str("Syslog"),
            LogOutput::Logstash(address) => f.debug_tuple("Logstash").field(address).finish(),
            LogOutput::Elasticsearch(_) => f.write_str("Elasticsearch(…)"),
        }
    }
}

/// One more output.
///
/// ```
/// use feagi_observability::{LogFormat, LogOutput, LoggingConfig, SinkConfig};
/// let everything = SinkConfig {
///     output: LogOutput::File("debug.jsonl".to_owned()),
///     format: LogFormat::Json,
///     level: Some("debug,hyper=info".to_owned()),
/// };
/// // Standard output stays at `info`.
/// let logging = LoggingConfig { sinks: vec![everything], ..Default::default() };
/// # assert_eq!(logging.level, "info");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SinkConfig {
    /// Where its lines go.
    pub output: LogOutput,
    /// How its lines look.
    pub format: LogFormat,
    /// What it gets, written as `logging.level` is; it may be more than that says, or less. Default none: the same.
    pub level: Option<String>,
}

/// Limits on log files.
///
/// ```
/// use feagi_observability::{FileConfig, LogOutput, LoggingConfig, Rotation};
/// let file = FileConfig { max_bytes: 64 << 20, rotate: Rotation::Daily, compress: true, ..Default::default() };
/// let logging = LoggingConfig { output: LogOutput::File("feagi.log".to_owned()), file, ..Default::default() };
/// # assert_eq!(logging.file.max_files, 10);
/// ```
///
/// A file that is set aside is called `feagi.2026-11-24T20-15-00.log`. One that somebody else moves or deletes is begun anew within a
/// second or so of the next line; so `logrotate` needs neither a signal nor `copytruncate`, which works, too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FileConfig {
    /// Start with an empty file instead of appending to what is there. Default false.
    pub truncate: bool,
    /// Bytes that a file does not exceed, unless a single line does; then it is set aside, and another is begun. Default 0: no limit.
    pub max_bytes: u64,
    /// When a file is set aside whatever its size. Default never.
    pub rotate: Rotation,
    /// Files set aside that are kept; the oldest go first. Default 10; 0 is no limit.
    pub max_files: u32,
    /// Bytes that all of them have together, `max_bytes` of the one that is written to included. Default 0: no limit.
    pub max_total_bytes: u64,
    /// Days after which a file set aside goes. Default 0: no limit.
    pub retention_days: u32,
    /// Pack files set aside with gzip. Default false.
    pub compress: bool,
}

impl Default for FileConfig {
    fn default() -> Self {
        FileConfig {
            truncate: false,
            max_bytes: 0,
            rotate: Rotation::Never,
            max_files: 10,
            max_total_bytes: 0,
            retention_days: 0,
            compress: false,
        }
    }
}

/// When a file is set aside, by the clock of UTC.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rotation {
    /// By its size alone.
    #[default]
    #[serde(rename = "never")]
    Never,
    /// Every hour.
    #[serde(rename = "hourly")]
    Hourly,
    /// Every day.
    #[serde(rename = "daily")]
    Daily,
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
            syslog: SyslogConfig::default(),
            elasticsearch: ElasticsearchConfig::default(),
            rate_limit: 10,
            recent: 2000,
        }
    }
}
