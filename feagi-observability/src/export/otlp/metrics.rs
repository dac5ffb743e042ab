//! All metrics of the process, sent at regular times from the snapshot that the metrics page is made of.

use super::Signal;
use super::encoder::Encoder;
use super::metric::{Metric, Period};
use super::target::Target;
use crate::collect::SinkCounters;
use crate::config::TelemetryConfig;
use crate::error::ObservabilityError;
use crate::export::delivery::{Limits, Packer, Periodic, Source};
use crate::instrument::clock::unix_nanos;
use crate::telemetry::MetricsRegistry;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Points of one message; a family with more is sent as several, so that it can be divided where a collector takes less.
const POINTS: usize = 100;

/// Checked and ready to start when there are metrics.
pub(crate) struct PreparedMetrics {
    target: Target,
    counters: Arc<SinkCounters>,
    interval: Duration,
}

impl PreparedMetrics {
    /// Checks what the configuration says, and starts nothing.
    ///
    /// # Errors
    /// [`ObservabilityError::Config`] and [`ObservabilityError::FeatureMissing`], as for the other signals.
    pub(crate) fn new(config: &TelemetryConfig) -> Result<Self, ObservabilityError> {
        Ok(PreparedMetrics {
            target: Target::new(config, Signal::Metrics)?,
            counters: Arc::default(),
            interval: Duration::from_millis(config.export.metrics_interval_ms),
        })
    }

    /// The output's name in counters, and its counters, which count points.
    pub(crate) fn counters(&self) -> (&'static str, Arc<SinkCounters>) {
        (Signal::Metrics.sink(), Arc::clone(&self.counters))
    }

    /// Starts the thread that collects and sends.
    ///
    /// # Errors
    /// [`ObservabilityError::Thread`] if the system refuses a thread.
    pub(crate) fn start(self, registry: Arc<MetricsRegistry>) -> Result<MetricsExport, ObservabilityError> {
        let encoder = Encoder::new(self.target.encoding());
        // A snapshot is in memory as a whole before it is sent, and no second one is made until then: no queue grows.
        let limits = Limits { queue_records: u64::MAX, queue_bytes: usize::MAX, ..self.target.limits };
        let snapshot = Box::new(Snapshot { registry, encoder, start: unix_nanos() });
        let transport = self.target.transport();
        let name = Signal::Metrics.thread();
        Periodic::start(name, (self.counters, limits), transport, (self.interval, snapshot))
            .map(MetricsExport)
    }
}

/// Metrics on their way.
pub(crate) struct MetricsExport(Periodic);

impl MetricsExport {
    /// Begins to end, without waiting: the last figures are collected and sent until `deadline`.
    pub(crate) fn closing(&self, deadline: Instant) {
        self.0.closing(deadline);
    }

    /// Waits for that; what has not arrived then is counted as lost.
    pub(crate) fn close(&self, deadline: Instant) {
        self.0.close(deadline);
    }
}

struct Snapshot {
    registry: Arc<MetricsRegistry>,
    encoder: Encoder,
    /// When counting began.
    start: u64,
}

impl Source for Snapshot {
    fn collect(&mut self, packer: &mut Packer) {
        let period = Period { start: self.start, end: unix_nanos().max(self.start) };
        for family in &self.registry.families() {
            for series in family.series.chunks(POINTS) {
                let metric = Metric { family, series, period };
                packer.add(self.encoder.encode(&metric), series.len() as u64);
            }
        }
    }
}
