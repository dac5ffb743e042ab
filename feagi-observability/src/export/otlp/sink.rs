//! Spans, or lines, as the collector hands them over.

use super::Signal;
use super::encoder::Encoder;
use super::log_record::LogRecord;
use super::span::Span;
use super::target::Target;
use crate::collect::{Entry, EntryKind, Sink, SinkCounters};
use crate::config::TelemetryConfig;
use crate::error::ObservabilityError;
use crate::export::delivery::Outbox;
use crate::instrument::clock::unix_nanos;
use std::sync::Arc;
use std::time::Instant;

/// Sends sampled calls and events as spans, or lines as log records.
pub(crate) struct OtlpSink {
    signal: Signal,
    encoder: Encoder,
    outbox: Outbox,
}

impl OtlpSink {
    /// Checks what the configuration says of this signal, and starts nothing.
    ///
    /// # Errors
    /// [`ObservabilityError::Config`] names the field and the remedy, and shows no secret; [`ObservabilityError::FeatureMissing`] for
    /// gRPC that was not compiled in.
    pub(crate) fn check(config: &TelemetryConfig, signal: Signal) -> Result<(), ObservabilityError> {
        Target::new(config, signal).map(drop)
    }

    /// Starts the sending thread.
    ///
    /// # Errors
    /// Those of [`check`](Self::check), and [`ObservabilityError::Thread`] if the system refuses a thread.
    pub(crate) fn start(config: &TelemetryConfig, signal: Signal) -> Result<Self, ObservabilityError> {
        Self::to(Target::new(config, signal)?, signal)
    }

    pub(super) fn to(target: Target, signal: Signal) -> Result<Self, ObservabilityError> {
        let (encoder, limits) = (Encoder::new(target.encoding()), target.limits);
        Ok(OtlpSink { signal, encoder, outbox: Outbox::start(signal.thread(), limits, target.transport())? })
    }

    #[cfg(test)]
    pub(super) fn gathered(&self) -> u64 {
        self.outbox.gathered()
    }
}

impl Sink for OtlpSink {
    fn name(&self) -> &'static str {
        self.signal.sink()
    }

    fn counters(&self) -> Arc<SinkCounters> {
        self.outbox.counters()
    }

    fn write(&mut self, entry: &Entry<'_>) {
        if self.signal == Signal::Logs {
            let record = LogRecord { entry, observed: unix_nanos() };
            self.outbox.add(self.encoder.encode(&record));
        } else if entry.sampled && entry.kind != EntryKind::Log {
            self.outbox.add(self.encoder.encode(&Span(entry)));
        }
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
