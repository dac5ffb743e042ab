//! Calls, events and foreign spans, as the collector hands them over.

use super::span::{LocalEndpoint, append_span};
use crate::collect::{Entry, EntryKind, Sink, SinkCounters};
use crate::config::{TelemetryConfig, TlsConfig};
use crate::error::ObservabilityError;
use crate::export::delivery::{Endpoint, HttpClient, Limits, Media, Outbox, Part, Reply, Tls, Transport};
use std::sync::Arc;
use std::time::{Duration, Instant};

const FIELD: &str = "telemetry.zipkin_endpoint";
/// Where Zipkin takes spans.
const PATH: &str = "/api/v2/spans";

/// Sends sampled calls and events as Zipkin spans.
pub(crate) struct ZipkinSink {
    local: LocalEndpoint,
    span: Vec<u8>,
    outbox: Outbox,
}

impl ZipkinSink {
    /// Checks the endpoint and the limits, and starts nothing.
    ///
    /// # Errors
    /// [`ObservabilityError::Config`] names the field and the remedy, and shows no secret.
    pub(crate) fn check(config: &TelemetryConfig) -> Result<(), ObservabilityError> {
        parts(config).map(drop)
    }

    /// Starts the sending thread.
    ///
    /// # Errors
    /// Those of [`check`](Self::check), and [`ObservabilityError::Thread`] if the system refuses a thread.
    pub(crate) fn start(config: &TelemetryConfig) -> Result<Self, ObservabilityError> {
        let (transport, limits) = parts(config)?;
        Ok(ZipkinSink {
            local: LocalEndpoint::new(&config.service_name),
            span: Vec::new(),
            outbox: Outbox::start("feagi-obs-zip", limits, Box::new(transport))?,
        })
    }
}

fn parts(config: &TelemetryConfig) -> Result<(ZipkinTransport, Limits), ObservabilityError> {
    let endpoint = Endpoint::parse(FIELD, config.zipkin_endpoint.as_deref().unwrap_or_default())?;
    // Zipkin takes all or nothing. The headers of the configuration are OTLP's: their keys are not for others.
    let media = Media { content_type: "application/json", rejected: |_| 0 };
    let export = &config.export;
    let tls = Tls::new((&TlsConfig::default(), ""), &export.tls)?;
    let client = HttpClient::new((&endpoint, PATH), Vec::new(), media, (export.compression, &tls));
    let mut limits = Limits::new(export)?;
    limits.request = export.zipkin_timeout_ms.map_or(limits.request, Duration::from_millis);
    Ok((ZipkinTransport(client), limits))
}

impl Sink for ZipkinSink {
    fn name(&self) -> &'static str {
        "zipkin"
    }

    fn counters(&self) -> Arc<SinkCounters> {
        self.outbox.counters()
    }

    fn write(&mut self, entry: &Entry<'_>) {
        if entry.sampled && entry.kind != EntryKind::Log {
            self.span.clear();
            append_span(entry, &self.local, &mut self.span);
            self.outbox.add(&self.span);
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

struct ZipkinTransport(HttpClient);

impl Transport for ZipkinTransport {
    fn body(&mut self, part: &Part<'_>) -> Vec<u8> {
        let mut list = vec![b'['];
        for (index, span) in part.pieces().enumerate() {
            if index > 0 {
                list.push(b',');
            }
            list.extend_from_slice(span);
        }
        list.push(b']');
        self.0.pack(list)
    }

    fn post(&mut self, body: &[u8], time: Duration) -> Reply {
        self.0.post(body, time)
    }
}
