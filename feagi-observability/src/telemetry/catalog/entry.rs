//! What the catalog says of a site, in the words of its annotation. As JSON, times are seconds.

use crate::instrument::Level;
use serde::{Serialize, Serializer};
use std::time::Duration;

/// One annotated function, block or event; see [`catalog`](crate::catalog()).
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CatalogEntry {
    /// Its name on every signal.
    pub name: String,
    /// Call or event.
    pub kind: CatalogKind,
    /// The path of its module.
    pub module: &'static str,
    /// Its source file, as the compiler was told of it.
    pub file: &'static str,
    /// The line in it.
    pub line: u32,
    /// Severity of its line.
    #[serde(serialize_with = "level")]
    pub level: Level,
    /// Target of its line.
    pub target: &'static str,
    /// The first line of its documentation, or what `help` says.
    pub help: &'static str,
    /// The metric families that it feeds.
    pub metrics: Vec<CatalogMetric>,
    /// The labels of its metrics, but for `outcome` and `site`.
    pub labels: Vec<CatalogLabel>,
    /// Upper bounds of its duration's buckets in seconds, without `+Inf`; empty if it has no such metric.
    pub buckets: Vec<f64>,
    /// How long a call may take.
    #[serde(serialize_with = "seconds")]
    pub budget: Option<Duration>,
    /// How long it may go without a call.
    #[serde(serialize_with = "seconds")]
    pub heartbeat: Option<Duration>,
    /// What it promises.
    pub slo: Option<CatalogSlo>,
    /// Of so many calls one is timed; 1 is all of them.
    pub sample: u32,
    /// The keys of its fields, labels included.
    pub fields: &'static [&'static str],
    /// Whether its calls are futures.
    pub is_async: bool,
    /// Whether CPU samples are labelled with it.
    pub profile: bool,
}

/// What a site is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum CatalogKind {
    /// A function or a block, which takes time.
    Call,
    /// An event, which does not.
    Event,
}

/// A metric family of a site.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CatalogMetric {
    /// As it stands on the page in the Prometheus text format.
    pub name: String,
    /// `counter`, `gauge` or `histogram`, as OpenMetrics calls it.
    pub kind: &'static str,
    /// The base unit that the name ends in.
    pub unit: Option<&'static str>,
    /// Upper bounds of a histogram's buckets in its unit, without `+Inf`.
    pub buckets: Vec<f64>,
}

/// A label of a site's metrics.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CatalogLabel {
    /// Its name.
    pub key: &'static str,
    /// The values that it can have. They come with the site's first call; before it, and for a `dynamic` label, there are none here.
    pub values: Vec<&'static str>,
    /// How many values of a `dynamic` label have a series of their own.
    pub cap: Option<usize>,
}

/// What a site promises with `slo(…)`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CatalogSlo {
    /// What `percentile` per cent of the calls stay below.
    #[serde(serialize_with = "seconds")]
    pub latency: Option<Duration>,
    /// How many per cent of the calls stay below `latency`.
    pub percentile: f64,
    /// How many per cent of the calls end well.
    pub success: Option<f64>,
}

fn level<S: Serializer>(level: &Level, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(level.as_str())
}

fn seconds<S: Serializer>(time: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    time.as_ref().map(Duration::as_secs_f64).serialize(serializer)
}
