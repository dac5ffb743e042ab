//! What a program records through the `metrics` facade, as families of our scrape.
//!
//! Values live in the recorder of metrics-exporter-prometheus, which can only be read as its text. That text loses
//! things: it folds names, and label values that differ by a backslash. So keys pass [`admit`](admit::admit) on the
//! way in, and the text passes [`parse`](parse::parse) on the way out.

mod admit;
mod parse;

#[cfg(test)]
mod tests;

use super::family::{Family, Kind};
use crate::instrument::ladder::{BYTES, SECONDS};
use admit::admit;
use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// The recorder to be installed as the global one.
pub(crate) struct FacadeRecorder {
    inner: PrometheusRecorder,
    refused: Arc<AtomicU64>,
}

/// Reads what the recorder holds.
pub(crate) struct Facade {
    handle: PrometheusHandle,
    refused: Arc<AtomicU64>,
}

impl Facade {
    /// The recorder and its reader. Nothing is installed.
    pub(crate) fn build() -> (FacadeRecorder, Facade) {
        let inner = builder().build_recorder();
        let handle = inner.handle();
        let refused = Arc::new(AtomicU64::new(0));
        (FacadeRecorder { inner, refused: Arc::clone(&refused) }, Facade { handle, refused })
    }

    /// All families, sorted by name and kind so that clashes always end the same way.
    pub(crate) fn families(&self) -> Vec<Family> {
        let parsed = parse::parse(&self.handle.render());
        self.refused.fetch_add(parsed.unreadable, Relaxed);
        let mut families = parsed.families;
        families.sort_by(|a, b| (&a.name, a.kind).cmp(&(&b.name, b.kind)));
        families
    }

    /// To be called every few seconds: a histogram keeps each single value until then.
    pub(crate) fn upkeep(&self) {
        self.handle.run_upkeep();
    }

    /// Calls whose name or labels cannot be exposed; their values are lost.
    pub(crate) fn refused(&self) -> u64 {
        self.refused.load(Relaxed)
    }
}

/// Without buckets of its own the exporter would make summaries, which cannot be added up across processes.
fn builder() -> PrometheusBuilder {
    let bytes = Matcher::Suffix("_bytes".to_owned());
    PrometheusBuilder::new()
        .set_buckets(&SECONDS)
        .and_then(|builder| builder.set_buckets_for_metric(bytes, &BYTES))
        // Only empty ladders are refused.
        .unwrap_or_else(|_| PrometheusBuilder::new())
}

impl FacadeRecorder {
    /// Hands on a key that can be exposed; otherwise counts, and the caller gets a handle that does nothing.
    fn admitted<T>(&self, kind: Kind, key: &Key, register: impl FnOnce(&Key) -> T) -> Option<T> {
        let handle = admit(kind, key).map(|key| register(&key));
        if handle.is_none() {
            self.refused.fetch_add(1, Relaxed);
        }
        handle
    }
}

impl Recorder for FacadeRecorder {
    fn describe_counter(&self, name: KeyName, unit: Option<Unit>, description: SharedString) {
        self.inner.describe_counter(name, unit, description);
    }

    fn describe_gauge(&self, name: KeyName, unit: Option<Unit>, description: SharedString) {
        self.inner.describe_gauge(name, unit, description);
    }

    fn describe_histogram(&self, name: KeyName, unit: Option<Unit>, description: SharedString) {
        self.inner.describe_histogram(name, unit, description);
    }

    fn register_counter(&self, key: &Key, metadata: &Metadata<'_>) -> Counter {
        self.admitted(Kind::Counter, key, |key| self.inner.register_counter(key, metadata))
            .unwrap_or_else(Counter::noop)
    }

    fn register_gauge(&self, key: &Key, metadata: &Metadata<'_>) -> Gauge {
        self.admitted(Kind::Gauge, key, |key| self.inner.register_gauge(key, metadata))
            .unwrap_or_else(Gauge::noop)
    }

    fn register_histogram(&self, key: &Key, metadata: &Metadata<'_>) -> Histogram {
        self.admitted(Kind::Histogram, key, |key| self.inner.register_histogram(key, metadata))
            .unwrap_or_else(Histogram::noop)
    }
}
