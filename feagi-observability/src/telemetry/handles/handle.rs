//! What `#[derive(Metrics)]` says of a field, and what it asks of the field's type.

use crate::instrument::Labels;
use crate::telemetry::family::Kind;

/// What is known of a metric when it is compiled.
#[derive(Debug, PartialEq)]
pub struct HandleFacts {
    /// The path of the struct that declares it.
    pub owner: &'static str,
    /// As it stands on the page, `_total` of a counter included.
    pub name: &'static str,
    /// The HELP text.
    pub help: &'static str,
    /// The base unit that the name ends in, or nothing.
    pub unit: &'static str,
    /// The bounds of a histogram's buckets; none for those that fit the unit.
    pub bounds: &'static [f64],
}

/// A metric that the page shows.
pub(crate) struct Registered {
    /// As it stands on the page, `_total` of a counter included.
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// Kind, name, labels and owner, for people.
    pub(crate) described: String,
}

/// A type that a field of a struct of metrics can have.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no handle of a metric",
    label = "neither `Counter` nor `Gauge` nor `Histogram` of `feagi_observability`",
    note = "a struct with `#[derive(Metrics)]` has fields of these three types alone"
)]
pub trait Handle: Sized {
    /// The handle of the metric of that name; the first call puts it on the metrics page.
    fn register(facts: &'static HandleFacts) -> Self;
}

/// No labels, so that there is one series to use.
#[diagnostic::on_unimplemented(
    message = "this metric has labels, so it is not one series but several",
    label = "of which series?",
    note = "choose one with `.with(&labels)` first"
)]
pub trait Unlabelled: Labels {}

impl Unlabelled for () {}

/// A static reference to a value without size: nothing is allocated.
pub fn nowhere<T>(value: T) -> &'static T {
    const { assert!(size_of::<T>() == 0, "only a value without size can be kept nowhere") };
    Box::leak(Box::new(value))
}
