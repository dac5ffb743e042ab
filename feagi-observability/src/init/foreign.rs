//! Whose the `tracing` subscriber is: ours, set for good, or the host's, with our layer in it.

use crate::config::TracingSubscriber;
use crate::context::compiled;
use crate::error::ObservabilityError;
use crate::logging::{self, Capture, Intake};
use crate::telemetry::{HealthCheck, TelemetryCollector};
use std::sync::Arc;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::Registry;

const ALREADY_SET: ObservabilityError = ObservabilityError::GlobalAlreadySet { what: "`tracing` subscriber" };

/// Whether a subscriber of ours could be set.
pub(super) fn check(subscriber: TracingSubscriber) -> Result<(), ObservabilityError> {
    let is_taken = compiled::RECORDS && tracing::dispatcher::has_been_set();
    if subscriber == TracingSubscriber::Own && is_taken { Err(ALREADY_SET) } else { Ok(()) }
}

/// Sets our subscriber where it is to be ours.
pub(super) fn install(subscriber: TracingSubscriber, intake: &Arc<Intake>) -> Result<(), ObservabilityError> {
    if !compiled::RECORDS || subscriber == TracingSubscriber::Host {
        return Ok(());
    }
    let set = if intake.needs_registry() {
        let layer = logging::ObservabilityLayer::new(intake);
        tracing::subscriber::set_global_default(Registry::default().with(layer))
    } else {
        tracing::subscriber::set_global_default(Capture::new(Arc::clone(intake)))
    };
    set.map_err(|_| ALREADY_SET)?;
    if compiled::LOG {
        // A host with a `log` logger of its own keeps it: its records go where it wants them, not here.
        let _ = tracing_log::LogTracer::init();
    }
    Ok(())
}

/// Writes what was wrong with the environment to the log. A host's subscriber has not got our layer yet.
pub(super) fn warn_of(subscriber: TracingSubscriber, warnings: Vec<String>) {
    for warning in warnings {
        if subscriber == TracingSubscriber::Host {
            logging::warn(&warning);
        }
        tracing::warn!(target: "feagi_observability::config", "{warning}");
    }
    if subscriber == TracingSubscriber::Host && tracing::dispatcher::has_been_set() {
        logging::warn(
            "a `tracing` subscriber was set before observability: events and spans of other crates are recorded once it has \
             `ObservabilityManager::layer()`, which `tracing_subscriber::reload` can give it",
        );
    }
}

/// Keeps an eye on a host's subscriber: a health check says whether our layer is in it.
pub(super) struct LayerWatch {
    /// `None` where the subscriber is ours.
    watched: Option<(Arc<Intake>, Arc<TelemetryCollector>)>,
    said: Option<bool>,
}

impl LayerWatch {
    pub(super) fn new(
        subscriber: TracingSubscriber,
        intake: &Arc<Intake>,
        telemetry: &Arc<TelemetryCollector>,
    ) -> Self {
        let is_hosts = compiled::RECORDS && subscriber == TracingSubscriber::Host;
        let mut watch =
            LayerWatch { watched: is_hosts.then(|| (Arc::clone(intake), Arc::clone(telemetry))), said: None };
        watch.look();
        watch
    }

    /// Called by the collector from time to time.
    pub(super) fn look(&mut self) {
        let Some((intake, telemetry)) = &self.watched else { return };
        let has_layer = intake.has_layer();
        if self.said.replace(has_layer) == Some(has_layer) {
            return;
        }
        let (status, message) = if has_layer {
            ("healthy", "the layer is in a subscriber")
        } else {
            ("degraded", "put `ObservabilityManager::layer()` into the `tracing` subscriber")
        };
        telemetry.update_health(HealthCheck {
            name: "tracing_layer".to_owned(),
            status: status.to_owned(),
            message: message.to_owned(),
        });
    }
}
