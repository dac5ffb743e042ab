//! A site: one annotated function or event, its facts in a const-built static.

use super::Level;
use std::sync::atomic::{AtomicPtr, AtomicU8, AtomicU32};

/// Which signals a site feeds at the moment; zero is off.
pub(crate) mod bits {
    pub(crate) const LOG: u32 = 1;
    pub(crate) const TRACE: u32 = 2;
    pub(crate) const METRICS: u32 = 4;
    pub(crate) const PROFILE: u32 = 8;
    /// Not seen by the registry yet.
    pub(crate) const UNREGISTERED: u32 = 1 << 31;
}

/// Under which names a call's metrics appear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricFacts {
    /// None.
    Off,
    /// `observed_calls_total{site,outcome}` and `observed_duration_seconds{site}`.
    Shared,
    /// `{0}_calls_total{outcome}` and `{0}_duration_seconds`.
    Named(&'static str),
}

/// What an event's field is besides a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstrumentKind {
    /// Adds the value up; one counts records.
    Counter,
    /// Keeps the last value.
    Gauge,
}

/// One counter or gauge of an event site.
#[derive(Debug)]
pub struct InstrumentFacts {
    /// The full metric name, `_total` of a counter included.
    pub name: &'static str,
    /// The HELP text.
    pub help: &'static str,
    /// Counter or gauge.
    pub kind: InstrumentKind,
}

/// What is known of a site when it is compiled.
pub struct SiteFacts {
    /// The name that the author chose.
    pub name: Option<&'static str>,
    /// The path of an item inside the function, of which the default name is made.
    pub path: fn() -> &'static str,
    /// The module.
    pub module: &'static str,
    /// The log target.
    pub target: &'static str,
    /// The source file.
    pub file: &'static str,
    /// The line in it.
    pub line: u32,
    /// Severity of its line.
    pub level: Level,
    /// The first line of the documentation, for HELP.
    pub help: &'static str,
    /// Its metrics.
    pub metric: MetricFacts,
    /// The names of its fields; at most 250.
    pub keys: &'static [&'static str],
    /// Whether CPU samples are to be labelled with it.
    pub profile: bool,
    /// Whether it is a future.
    pub is_async: bool,
    /// The text of an event's line where the call gives none.
    pub message: &'static str,
    /// Counters and gauges of an event.
    pub instruments: &'static [InstrumentFacts],
}

/// One annotated function or event.
pub struct Site {
    pub(crate) facts: SiteFacts,
    pub(crate) state: AtomicU32,
    pub(crate) index: AtomicU32,
    pub(crate) name: AtomicPtr<&'static str>,
    #[allow(dead_code, reason = "pads")]
    reserved: AtomicU8,
}
