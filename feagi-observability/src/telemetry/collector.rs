//! Metrics and health of the process, as users ask for them.

use super::health::{Health, HealthCheck, HealthStatus};
use super::heartbeat::Heartbeats;
use super::registry::MetricsRegistry;
use crate::config::TelemetryConfig;
use crate::error::ObservabilityError;
use std::fmt;
use std::sync::Arc;

/// Metrics and health of the process.
pub struct TelemetryCollector {
    registry: Arc<MetricsRegistry>,
    health: Arc<Health>,
    heartbeats: Heartbeats,
}

impl TelemetryCollector {
    /// A collector that stands alone: it sees what this process counts, and has its own health.
    ///
    /// # Errors
    /// A path in `config` that no request can name.
    pub fn new(config: &TelemetryConfig) -> Result<Self, ObservabilityError> {
        config.check_paths()?;
        Ok(Self::with_parts(MetricsRegistry::default(), Heartbeats::default()))
    }

    /// The collector of a program that begins now.
    pub(crate) fn with_registry(registry: MetricsRegistry) -> Self {
        Self::with_parts(registry, Heartbeats::from_now())
    }

    fn with_parts(registry: MetricsRegistry, heartbeats: Heartbeats) -> Self {
        let (registry, health) = (Arc::new(registry), Arc::new(Health::new()));
        let counted = Arc::clone(&health);
        registry.add_source(Box::new(move || {
            let help = "Health checks left out because there were too many.";
            vec![super::own::counted("obs_health_checks_ignored_total", help, counted.ignored())]
        }));
        TelemetryCollector { registry, health, heartbeats }
    }

    /// All metrics of the process.
    pub fn metrics_registry(&self) -> &Arc<MetricsRegistry> {
        &self.registry
    }

    /// All metrics in the Prometheus text format 0.0.4.
    pub fn export_metrics(&self) -> String {
        self.registry.prometheus_text()
    }

    /// All metrics in the OpenMetrics text format 1.0.0, with exemplars.
    pub fn export_openmetrics(&self) -> String {
        self.registry.openmetrics_text()
    }

    /// Adds a check, or replaces the one of the same name. The whole is `healthy` while all checks are.
    pub fn update_health(&self, check: HealthCheck) {
        self.health.update(check);
    }

    /// Whether all is well, and what may be shown to anyone who asks.
    #[cfg(feature = "server")]
    pub(crate) fn public_health(&self) -> (bool, String) {
        self.look_for_heartbeats();
        self.health.public_json()
    }

    /// The health of the process.
    pub fn get_health(&self) -> HealthStatus {
        self.look_for_heartbeats();
        self.health.snapshot()
    }

    /// Compares the calls of the sites that promise to be called with those seen before.
    pub(crate) fn look_for_heartbeats(&self) {
        self.heartbeats.check(&self.health);
    }
}

impl fmt::Debug for TelemetryCollector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TelemetryCollector").finish_non_exhaustive()
    }
}

impl TelemetryConfig {
    /// Paths start with `/` and hold nothing that a request line could not.
    pub(crate) fn check_paths(&self) -> Result<(), ObservabilityError> {
        let paths = [("metrics_path", &self.metrics_path), ("health_check_path", &self.health_check_path)];
        for (field, path) in paths {
            if !path.starts_with('/') || path.chars().any(|c| !c.is_ascii_graphic() || "?#".contains(c)) {
                return Err(ObservabilityError::Config(format!(
                    "`telemetry.{field}` is `{path}`; write an absolute path such as `/metrics`"
                )));
            }
        }
        if self.metrics_path == self.health_check_path {
            return Err(ObservabilityError::Config(format!(
                "`telemetry.metrics_path` and `telemetry.health_check_path` are both `{}`; give each its own",
                self.metrics_path
            )));
        }
        Ok(())
    }
}
