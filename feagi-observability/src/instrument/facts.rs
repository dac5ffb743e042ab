//! What is known of a site when it is compiled: the words are those of the annotation's arguments.
//!
//! Written by the macros as a const; read by the registry, the meters, the sinks. Every fact has the value that an annotation
//! without arguments means, so that an expansion names only what its author wrote.

use super::Level;

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
    /// Counts records in a family that many sites share; the label `site` tells them apart.
    Events,
    /// Keeps the last value.
    Gauge,
    /// Sorts values by size.
    Histogram,
}

/// One metric of an event site.
#[derive(Debug)]
pub struct InstrumentFacts {
    /// The full metric name, `_total` of a counter included.
    pub name: &'static str,
    /// The HELP text.
    pub help: &'static str,
    /// What it does with values.
    pub kind: InstrumentKind,
    /// The base unit that the name ends in; empty if it ends in none.
    pub unit: &'static str,
    /// Upper bounds of a histogram's buckets, ascending; empty for those that fit the unit.
    pub buckets: &'static [f64],
    /// The field that feeds it; empty if it counts events.
    pub field: &'static str,
}

impl InstrumentFacts {
    /// A metric without a unit.
    pub const fn new(
        kind: InstrumentKind,
        name: &'static str,
        help: &'static str,
        field: &'static str,
    ) -> Self {
        InstrumentFacts { name, help, kind, unit: "", buckets: &[], field }
    }

    /// The same in this unit, and in these buckets.
    pub const fn measured_in(self, unit: &'static str, buckets: &'static [f64]) -> Self {
        InstrumentFacts { unit, buckets, ..self }
    }
}

/// When a call writes its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogWhen {
    /// Whenever it ends.
    Exit,
    /// When it fails or takes longer than its budget.
    Error,
    /// Not at all.
    Never,
}

/// What a call's span is to the other side of a connection, as OTLP numbers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum SpanKind {
    /// There is no other side.
    Internal = 1,
    /// It answers a request.
    Server = 2,
    /// It makes one.
    Client = 3,
}

/// How many lines a site may write in so many seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Lines, at least one.
    pub lines: u32,
    /// Seconds, at least one.
    pub seconds: u32,
}

/// What a call promises to its callers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slo {
    /// Nanoseconds that `percentile` of the calls stay below; 0 if it says nothing about that.
    pub latency: u64,
    /// Per cent of the calls that stay below `latency`.
    pub percentile: f64,
    /// Per cent of the calls that end well; 0 if it says nothing about that.
    pub success: f64,
}

/// What is known of a site when it is compiled. Times are nanoseconds; 0 is none.
pub struct SiteFacts {
    /// The name that the author chose.
    pub name: Option<&'static str>,
    /// The path of an item inside the function, of which the default name is made.
    pub path: fn() -> &'static str,
    /// The module.
    pub module: &'static str,
    /// The log target; empty for the module.
    pub target: &'static str,
    /// The source file.
    pub file: &'static str,
    /// The line in it.
    pub line: u32,
    /// Severity of its line.
    pub level: Level,
    /// Severity of its line when it ends with an error.
    pub error_level: Level,
    /// The level at which its returned value is recorded; `None` if it is not.
    pub ret: Option<Level>,
    /// When it writes its line.
    pub log: LogWhen,
    /// How many lines it may write; `None` for the configured rate.
    pub rate: Option<Rate>,
    /// The first line of the documentation, for HELP.
    pub help: &'static str,
    /// Its metrics.
    pub metric: MetricFacts,
    /// Whether the calls in progress are counted.
    pub in_flight: bool,
    /// Upper bounds of the duration's buckets, ascending; empty for the common ladder.
    pub buckets: &'static [u64],
    /// The names of its fields; at most 250.
    pub keys: &'static [&'static str],
    /// The names of its labels, which are fields, too.
    pub labels: &'static [&'static str],
    /// The field that is a label with any number of values.
    pub dynamic: Option<Dynamic>,
    /// Whether CPU samples are to be labelled with it.
    pub profile: bool,
    /// Whether its bytes and allocations are counted; then its last two keys are theirs.
    pub alloc: bool,
    /// How long a call may take.
    pub budget: u64,
    /// How long nobody may have called it.
    pub heartbeat: u64,
    /// What it promises.
    pub slo: Option<Slo>,
    /// Every so many calls one is timed.
    pub sample: u32,
    /// Whether it measures more than outcome and duration by the common ladder: labels, calls in progress, buckets of its own, a
    /// budget, allocations.
    pub extras: bool,
    /// Whether it is a future.
    pub is_async: bool,
    /// Whether it is an event, which has no duration.
    pub is_event: bool,
    /// Whether it is one side of a request.
    pub kind: SpanKind,
    /// The text of an event's line where the call gives none.
    pub message: &'static str,
    /// The metrics of an event.
    pub instruments: &'static [InstrumentFacts],
}

/// A label whose values are not known when compiling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dynamic {
    /// Its name.
    pub key: &'static str,
    /// So many values have a series of their own; all others share one.
    pub cap: usize,
}

impl SiteFacts {
    /// What an annotation without arguments means.
    pub const fn new(
        path: fn() -> &'static str,
        module: &'static str,
        file: &'static str,
        line: u32,
    ) -> Self {
        SiteFacts {
            name: None,
            path,
            module,
            target: "",
            file,
            line,
            level: Level::Info,
            error_level: Level::Error,
            ret: None,
            log: LogWhen::Exit,
            rate: None,
            help: "",
            metric: MetricFacts::Shared,
            in_flight: false,
            buckets: &[],
            keys: &[],
            labels: &[],
            dynamic: None,
            profile: false,
            alloc: false,
            budget: 0,
            heartbeat: 0,
            slo: None,
            sample: 1,
            extras: false,
            is_async: false,
            is_event: false,
            kind: SpanKind::Internal,
            message: "",
            instruments: &[],
        }
    }

    /// The same of an async function.
    pub const fn of_future(self) -> Self {
        SiteFacts { is_async: true, ..self }
    }

    /// The same of an event.
    pub const fn of_event(self) -> Self {
        SiteFacts { is_event: true, ..self }
    }

    /// The log target.
    pub(crate) fn target(&self) -> &'static str {
        if self.target.is_empty() { self.module } else { self.target }
    }
}
