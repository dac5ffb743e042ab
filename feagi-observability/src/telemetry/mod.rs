//! Metrics and health: what a scrape is made of, and how it is written.

#[cfg(feature = "prometheus")]
mod facade;

mod catalog;
mod collector;
mod example;
#[cfg_attr(not(feature = "server"), allow(dead_code, reason = "only the server negotiates a format"))]
mod exposition;
#[cfg_attr(
    not(feature = "prometheus"),
    allow(dead_code, reason = "only the facade brings summaries and families of unknown kind")
)]
pub(crate) mod family;
#[cfg_attr(
    not(all(
        feature = "enabled",
        feature = "prometheus",
        not(any(feagi_observability_off, feagi_observability_off = "metrics"))
    )),
    allow(
        dead_code,
        reason = "off keeps nothing, and the facade has the ladders of its histograms from here"
    )
)]
mod handles;
#[cfg_attr(not(feature = "server"), allow(dead_code, reason = "only the server tells strangers"))]
mod health;
mod heap;
mod heartbeat;
mod meter;
mod own;
#[cfg_attr(not(feature = "otlp"), allow(dead_code, reason = "only OTLP sends what the page is made of"))]
mod registry;
#[cfg_attr(
    not(feature = "chrome-tracing"),
    allow(dead_code, reason = "memory alone is a track of a trace file")
)]
mod system;

#[cfg(feature = "prometheus")]
pub(crate) use facade::Facade;

#[cfg(feature = "server")]
pub(crate) use exposition::Exposition;

pub(crate) use own::counted;

pub(crate) use catalog::check as check_metrics;
pub use catalog::{CatalogEntry, CatalogKind, CatalogLabel, CatalogMetric, CatalogSlo, catalog};
pub use collector::TelemetryCollector;
pub use example::TraceExemplar;
pub(crate) use example::exemplars_of;
pub(crate) use handles::ask_for_examples;
pub use handles::{Counter, Gauge, Handle, HandleFacts, Histogram, nowhere};
pub use health::{HealthCheck, HealthStatus};
pub use registry::MetricsRegistry;
#[cfg(feature = "chrome-tracing")]
pub(crate) use system::resident_bytes;
