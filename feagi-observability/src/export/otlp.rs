//! Own spans to an OTLP collector over HTTP (protobuf), encoded straight from the record.
//!
//! The collector's thread encodes spans into a batch and puts full or old batches into a bounded queue; the thread
//! `feagi-obs-otlp` sends them. Only that thread waits for the network.

mod client;
mod encode;
mod endpoint;
mod queue;
mod reply;
mod settings;
mod worker;

use crate::collect::{DropReason, Entry, EntryKind, Sink, SinkCounters};
use crate::config::TelemetryConfig;
use crate::error::ObservabilityError;
use crate::protobuf::Message;
use client::Client;
use queue::{Batch, Queue};
use settings::{Limits, Settings};
use std::sync::Arc;
use std::time::Instant;

/// Sends sampled calls and events as spans.
pub(crate) struct OtlpSink {
    counters: Arc<SinkCounters>,
    queue: Arc<Queue>,
    limits: Limits,
    /// One span, reused.
    span: Message,
    /// The `ScopeSpans` being filled; empty before the first span.
    batch: Message,
    records: u64,
    since: Instant,
}

impl OtlpSink {
    /// Checks endpoint and headers, and starts nothing.
    ///
    /// # Errors
    /// [`ObservabilityError::Config`] names the field and the remedy, and shows no secret.
    pub(crate) fn check(config: &TelemetryConfig) -> Result<(), ObservabilityError> {
        Settings::new(config).map(drop)
    }

    /// Starts the sending thread.
    ///
    /// # Errors
    /// Those of [`check`](Self::check), and [`ObservabilityError::Thread`] if the system refuses a thread.
    pub(crate) fn start(config: &TelemetryConfig) -> Result<Self, ObservabilityError> {
        Self::with_settings(Settings::new(config)?)
    }

    fn with_settings(settings: Settings) -> Result<Self, ObservabilityError> {
        let counters = Arc::<SinkCounters>::default();
        let queue = Arc::new(Queue::new(Arc::clone(&counters), settings.limits));
        let client = Client::new(settings.endpoint, settings.headers);
        worker::start(Arc::clone(&queue), client, settings.resource)?;
        Ok(OtlpSink {
            counters,
            queue,
            limits: settings.limits,
            span: Message::new(),
            batch: Message::new(),
            records: 0,
            since: Instant::now(),
        })
    }

    /// Puts what has been gathered into the queue.
    fn hand_on(&mut self) {
        if self.records > 0 {
            let spans = std::mem::take(&mut self.batch).into_bytes();
            self.queue.push(Batch { records: std::mem::take(&mut self.records), spans });
        }
    }
}

impl Sink for OtlpSink {
    fn name(&self) -> &'static str {
        "otlp"
    }

    fn counters(&self) -> Arc<SinkCounters> {
        Arc::clone(&self.counters)
    }

    fn write(&mut self, entry: &Entry<'_>) {
        if !entry.sampled || entry.kind == EntryKind::Log {
            return;
        }
        self.counters.accept(1);
        self.span.clear();
        encode::span(entry, &mut self.span);
        if self.span.as_slice().len() > self.limits.span_bytes {
            self.counters.lose(DropReason::TooLarge, 1);
            return;
        }
        if self.records == 0 {
            self.since = Instant::now();
            encode::scope(&mut self.batch);
        }
        encode::scope_span(&self.span, &mut self.batch);
        self.records += 1;
        if self.records >= self.limits.batch_records || self.batch.as_slice().len() >= self.limits.batch_bytes
        {
            self.hand_on();
        }
    }

    fn flush(&mut self) {
        if self.records > 0 && self.since.elapsed() >= self.limits.batch_age {
            self.hand_on();
        }
    }

    fn close(&mut self, deadline: Instant) {
        self.hand_on();
        self.queue.close(deadline);
    }
}

/// A sink that is dropped without being closed sends nothing more; what it holds is counted.
impl Drop for OtlpSink {
    fn drop(&mut self) {
        self.close(Instant::now());
    }
}

#[cfg(test)]
mod tests;
