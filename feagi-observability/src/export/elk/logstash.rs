//! JSON lines over TCP: Logstash's input `tcp` with the codec `json_lines`.

use crate::collect::{Entry, Sink, SinkCounters};
use crate::config::{LogFormat, ObservabilityConfig};
use crate::error::ObservabilityError;
use crate::export::delivery::{Address, Limits, Outbox, Socket};
use crate::logging::format::LineFormat;
use std::sync::Arc;
use std::time::Instant;

/// Sends lines to Logstash.
pub(crate) struct LogstashSink {
    format: LineFormat,
    line: Vec<u8>,
    outbox: Outbox,
}

impl LogstashSink {
    /// Checks the address that stands in the configuration as `field`.
    ///
    /// # Errors
    /// [`ObservabilityError::Config`] names the field, the value and the remedy.
    pub(crate) fn check(
        field: &str,
        address: &str,
        config: &ObservabilityConfig,
    ) -> Result<(), ObservabilityError> {
        let parts = address.rsplit_once(':');
        if !parts.is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok()) {
            return Err(ObservabilityError::Config(format!(
                "`{field}`: `{}` is not where a Logstash can be; write a host and a port such as `127.0.0.1:5000`",
                address.escape_debug()
            )));
        }
        Limits::new(&config.telemetry.export).map(drop)
    }

    /// Starts the sending thread; the address has been checked.
    ///
    /// # Errors
    /// [`ObservabilityError::Thread`] if the system refuses a thread.
    pub(crate) fn start(
        address: &str,
        format: LogFormat,
        config: &ObservabilityConfig,
    ) -> Result<Self, ObservabilityError> {
        let limits = Limits::new(&config.telemetry.export)?;
        let socket = Box::new(Socket::new(Address::Tcp(address.to_owned())));
        // The codec takes nothing but JSON.
        let format = if format == LogFormat::Json { format } else { LogFormat::Ecs };
        Ok(LogstashSink {
            format: LineFormat::new(format, &config.telemetry),
            line: Vec::new(),
            outbox: Outbox::start("feagi-obs-lst", limits, socket)?,
        })
    }
}

impl Sink for LogstashSink {
    fn name(&self) -> &'static str {
        "logstash"
    }

    fn counters(&self) -> Arc<SinkCounters> {
        self.outbox.counters()
    }

    fn write(&mut self, entry: &Entry<'_>) {
        self.line.clear();
        self.format.append(entry, &mut self.line);
        self.outbox.add(&self.line);
    }

    fn flush(&mut self) {
        self.outbox.flush();
    }

    fn closing(&mut self, deadline: Instant) {
        self.outbox.closing(deadline);
    }

    fn close(&mut self, deadline: Instant) {
        self.outbox.close(deadline);
    }
}
