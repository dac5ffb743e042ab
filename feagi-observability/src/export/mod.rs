//! Where records leave the process: log lines to standard output and files, spans to collectors and trace files.
//!
//! Every sink here implements [`Sink`](crate::collect::Sink), takes its own format and counts what it loses.

#[cfg(feature = "chrome-tracing")]
mod chrome;
#[cfg(feature = "file-logging")]
mod file;
mod lines;
#[cfg(any(feature = "file-logging", feature = "chrome-tracing"))]
mod open;
#[cfg(feature = "otlp")]
mod otlp;
#[cfg(all(test, any(feature = "file-logging", feature = "chrome-tracing")))]
mod scratch;
mod shield;
mod stdout;

#[cfg(feature = "chrome-tracing")]
pub(crate) use chrome::ChromeSink;
#[cfg(feature = "file-logging")]
pub(crate) use file::FileSink;
#[cfg(feature = "otlp")]
pub(crate) use otlp::OtlpSink;
pub(crate) use stdout::{StdioSink, Stream};
