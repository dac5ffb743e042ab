//! The outputs of log lines, as the configuration asks, each with its own level and format.

use super::collectors;
use super::levels::Levels;
use crate::collect::Sink;
use crate::config::{LogFormat, LogOutput, LoggingConfig, ObservabilityConfig};
use crate::context::compiled;
use crate::error::ObservabilityError;
#[cfg(feature = "elk")]
use crate::export::{ElasticsearchSink, LogstashSink};
use crate::export::{StdioSink, Stream};
use crate::logging::format::LineFormat;
use std::path::Path;

type Line = Box<dyn Sink>;

/// Finds what is wrong, and opens nothing.
pub(super) fn check(config: &ObservabilityConfig) -> Result<(), ObservabilityError> {
    for (field, output) in outputs(&config.logging) {
        if let Some((feature, false)) = needed(output) {
            return Err(ObservabilityError::FeatureMissing { field, feature });
        }
        match output {
            #[cfg(feature = "syslog")]
            LogOutput::Syslog => crate::export::SyslogSink::check(config)?,
            #[cfg(feature = "elk")]
            LogOutput::Logstash(address) => LogstashSink::check(field, address, config)?,
            #[cfg(feature = "elk")]
            LogOutput::Elasticsearch(url) => ElasticsearchSink::check(field, url, config)?,
            _ => {}
        }
    }
    Ok(())
}

/// The feature that brings it, and whether that is there; `None` of what is always there.
fn needed(output: &LogOutput) -> Option<(&'static str, bool)> {
    match output {
        LogOutput::Stdout | LogOutput::Stderr => None,
        LogOutput::File(_) => Some(("file-logging", cfg!(feature = "file-logging"))),
        LogOutput::Syslog => Some(("syslog", cfg!(feature = "syslog"))),
        LogOutput::Logstash(_) | LogOutput::Elasticsearch(_) => Some(("elk", cfg!(feature = "elk"))),
    }
}

/// All outputs, with the configuration fields that they stand in.
fn outputs(config: &LoggingConfig) -> impl Iterator<Item = (&'static str, &LogOutput)> {
    let more = config.sinks.iter().map(|sink| ("logging.sinks", &sink.output));
    std::iter::once(("logging.output", &config.output)).chain(more)
}

/// Opens all outputs.
pub(super) fn open(config: &ObservabilityConfig, levels: &Levels) -> Result<Vec<Line>, ObservabilityError> {
    if !compiled::LOG {
        return Ok(Vec::new());
    }
    let logging = &config.logging;
    let mut sinks = vec![levels.apply(None, line_sink(&logging.output, logging.format, config)?)];
    for (index, sink) in logging.sinks.iter().enumerate() {
        sinks.push(levels.apply(Some(index), line_sink(&sink.output, sink.format, config)?));
    }
    let mut collectors = Vec::new();
    collectors::add_lines(&config.telemetry, &mut collectors)?;
    sinks.extend(collectors.into_iter().map(|sink| levels.apply(None, sink)));
    Ok(sinks)
}

fn line_sink(
    output: &LogOutput,
    format: LogFormat,
    config: &ObservabilityConfig,
) -> Result<Line, ObservabilityError> {
    let line_format = LineFormat::new(format, &config.telemetry);
    match output {
        LogOutput::Stdout => Ok(Box::new(StdioSink::new(Stream::Stdout, line_format))),
        LogOutput::Stderr => Ok(Box::new(StdioSink::new(Stream::Stderr, line_format))),
        LogOutput::File(name) => file_sink(file_path(name, config)?, line_format, config),
        #[cfg(feature = "syslog")]
        LogOutput::Syslog => Ok(Box::new(crate::export::SyslogSink::start(config, format)?)),
        #[cfg(feature = "elk")]
        LogOutput::Logstash(address) => Ok(Box::new(LogstashSink::start(address, format, config)?)),
        #[cfg(feature = "elk")]
        LogOutput::Elasticsearch(url) => Ok(Box::new(ElasticsearchSink::start(url, config)?)),
        // `check` has said so before.
        #[cfg(not(all(feature = "syslog", feature = "elk")))]
        _ => {
            let feature = needed(output).map_or("full", |(feature, _)| feature);
            Err(ObservabilityError::FeatureMissing { field: "logging.output", feature })
        }
    }
}

fn file_path<'a>(name: &'a str, config: &'a ObservabilityConfig) -> Result<&'a Path, ObservabilityError> {
    match (name, &config.logging.file_path) {
        ("", Some(path)) => Ok(path.as_path()),
        ("", None) => Err(ObservabilityError::Config(
            "`logging.output` is a file without a name; name it there or in `logging.file_path`".to_owned(),
        )),
        (name, _) => Ok(Path::new(name)),
    }
}

#[cfg(feature = "file-logging")]
fn file_sink(
    path: &Path,
    format: LineFormat,
    config: &ObservabilityConfig,
) -> Result<Line, ObservabilityError> {
    Ok(Box::new(crate::export::FileSink::open(path, format, &config.logging.file)?))
}

#[cfg(not(feature = "file-logging"))]
fn file_sink(_: &Path, _: LineFormat, _: &ObservabilityConfig) -> Result<Line, ObservabilityError> {
    Err(ObservabilityError::FeatureMissing { field: "logging.output", feature: "file-logging" })
}
