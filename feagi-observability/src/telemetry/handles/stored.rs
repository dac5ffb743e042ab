//! Where the series of handles are kept, and which handles there are.
//!
//! Locked at registration and for a page, never for a use.

use super::counter::CounterCell;
use super::gauge::GaugeCell;
use super::histogram::HistogramCell;
use super::{HandleFacts, Registered};
use crate::instrument::{Labels, count_series, ladder};
use crate::telemetry::family::Kind;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The series of one metric, kept to the end of the process.
#[derive(Clone, Copy)]
pub(super) enum Stored {
    Counter(&'static [CounterCell]),
    Gauge(&'static [GaugeCell]),
    Histogram(&'static [HistogramCell]),
}

/// One series of some kind.
pub(super) trait Cell: Sized + 'static {
    const KIND: Kind;

    fn new(facts: &'static HandleFacts) -> Self;

    fn store(cells: &'static [Self]) -> Stored;

    fn of(stored: Stored) -> Option<&'static [Self]>;
}

macro_rules! cells {
    ($($kind:ident($cell:ident): $new:expr;)*) => {$(
        impl Cell for $cell {
            const KIND: Kind = Kind::$kind;

            fn new(facts: &'static HandleFacts) -> Self {
                ($new)(facts)
            }

            fn store(cells: &'static [Self]) -> Stored {
                Stored::$kind(cells)
            }

            fn of(stored: Stored) -> Option<&'static [Self]> {
                match stored {
                    Stored::$kind(cells) => Some(cells),
                    _ => None,
                }
            }
        }
    )*};
}

cells! {
    Counter(CounterCell): |_| CounterCell::default();
    Gauge(GaugeCell): |_| GaugeCell::default();
    Histogram(HistogramCell): HistogramCell::new;
}

/// What a handle points to: all series of its metric, or one of them.
pub(super) struct Cells<C: 'static>(&'static [C]);

impl<C: Cell> Cells<C> {
    pub(super) fn register<L: Labels>(facts: &'static HandleFacts) -> Self {
        Cells(register::<C, L>(&mut lock(), facts))
    }

    /// The series of that number alone. One that does not exist is no series: what it is fed is lost, instead of a panic.
    #[inline]
    pub(super) fn one(&self, index: impl FnOnce() -> usize) -> Self {
        Cells(self.0.get(index()).map(std::slice::from_ref).unwrap_or_default())
    }

    #[inline]
    pub(super) fn first(&self) -> Option<&'static C> {
        self.0.first()
    }

    pub(super) fn clone(&self) -> Self {
        Cells(self.0)
    }
}

/// One metric.
#[derive(Clone, Copy)]
pub(super) struct Entry {
    pub(super) facts: &'static HandleFacts,
    pub(super) kind: Kind,
    pub(super) keys: &'static [&'static str],
    pub(super) values: &'static [&'static [&'static str]],
    pub(super) stored: Stored,
    /// The earlier metric whose name it would take. It counts, but is not shown.
    pub(super) clash: Option<&'static HandleFacts>,
}

static ENTRIES: Mutex<Vec<Entry>> = Mutex::new(Vec::new());

/// A panic elsewhere while it was locked leaves it usable: every change is a push.
fn lock() -> MutexGuard<'static, Vec<Entry>> {
    ENTRIES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Every metric that has been registered, in that order.
pub(super) fn entries() -> Vec<Entry> {
    lock().clone()
}

/// The series of a metric: those that another struct has registered alike, else new ones.
fn register<C: Cell, L: Labels>(entries: &mut Vec<Entry>, facts: &'static HandleFacts) -> &'static [C] {
    let mut entry =
        Entry { facts, kind: C::KIND, keys: L::KEYS, values: L::VALUES, stored: C::store(&[]), clash: None };
    if let Some(cells) =
        entries.iter().filter(|known| known.is_same(&entry)).find_map(|known| C::of(known.stored))
    {
        return cells;
    }
    let series = const { count_series(L::VALUES) };
    let cells: &'static [C] = Box::leak((0..series).map(|_| C::new(facts)).collect());
    entry.stored = C::store(cells);
    entry.clash = entries
        .iter()
        .find(|known| known.clash.is_none() && known.clashes_with(&entry))
        .map(|known| known.facts);
    entries.push(entry);
    cells
}

impl Entry {
    fn is_same(&self, other: &Entry) -> bool {
        self.fits(other) && self.values == other.values
    }

    /// Whether both can be series of one family.
    fn fits(&self, other: &Entry) -> bool {
        self.facts.name == other.facts.name
            && self.kind == other.kind
            && self.keys == other.keys
            && (self.kind != Kind::Histogram || self.bounds() == other.bounds())
    }

    /// Whether a sample of one would be called as the family or a sample of the other.
    fn clashes_with(&self, other: &Entry) -> bool {
        !self.fits(other) && self.samples().any(|name| other.samples().any(|taken| taken == name))
    }

    fn bounds(&self) -> &'static [f64] {
        ladder::bounds(self.facts.bounds, self.facts.unit)
    }

    fn samples(&self) -> impl Iterator<Item = String> {
        let total = if self.kind == Kind::Counter { "_total" } else { "" };
        let family = self.facts.name.strip_suffix(total).unwrap_or(self.facts.name);
        self.kind.suffixes().iter().map(move |suffix| format!("{family}{suffix}"))
    }

    /// Kind, name, labels and owner, for people.
    fn described(&self) -> String {
        let kind = match self.kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            _ => "histogram",
        };
        let labels = match self.keys {
            [] => "without labels".to_owned(),
            keys => format!("by {}", keys.join(", ")),
        };
        format!("the {kind} `{}` {labels} of `{}`", self.facts.name, self.facts.owner)
    }
}

/// The first metric that cannot be shown because of an earlier one: its name, the earlier one, itself.
pub(crate) fn clash() -> Option<(&'static str, String, String)> {
    clash_of(&lock())
}

fn clash_of(entries: &[Entry]) -> Option<(&'static str, String, String)> {
    let (later, first) = entries.iter().find_map(|entry| Some((entry, entry.clash?)))?;
    let first = entries.iter().find(|entry| std::ptr::eq(entry.facts, first))?;
    Some((later.facts.name, first.described(), later.described()))
}

/// The metrics that are shown.
pub(crate) fn registered() -> Vec<Registered> {
    let shown = |entry: &&Entry| entry.clash.is_none();
    let registered =
        |entry: &Entry| Registered { name: entry.facts.name, kind: entry.kind, described: entry.described() };
    lock().iter().filter(shown).map(registered).collect()
}

/// How many metrics cannot be shown because of earlier ones.
pub(crate) fn clashes() -> u64 {
    lock().iter().filter(|entry| entry.clash.is_some()).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    struct One;

    impl Labels for One {
        const KEYS: &'static [&'static str] = &["one"];
        const VALUES: &'static [&'static [&'static str]] = &[&["a"]];
        const CARDINALITY: usize = 1;

        fn index(&self) -> usize {
            9
        }
    }

    const fn facts(name: &'static str, bounds: &'static [f64]) -> HandleFacts {
        HandleFacts { owner: "tests", name, help: "", unit: "", bounds }
    }

    #[test]
    fn the_same_metric_twice_is_one_and_another_of_its_name_is_a_clash() {
        static TOTAL: HandleFacts = facts("stored_x_total", &[]);
        static AGAIN: HandleFacts = facts("stored_x_total", &[]);
        static GAUGE: HandleFacts = facts("stored_x", &[]);
        // A list of its own: a clash in that of the process would be an error at init.
        let entries = &mut Vec::new();
        let first = register::<CounterCell, ()>(entries, &TOTAL);
        assert!(std::ptr::eq(first, register::<CounterCell, ()>(entries, &AGAIN)));
        assert!(clash_of(entries).is_none() && entries.len() == 1);
        register::<CounterCell, One>(entries, &AGAIN);
        register::<GaugeCell, ()>(entries, &GAUGE);
        assert_eq!(entries.iter().filter(|entry| entry.clash.is_some()).count(), 2);
        let (name, first, later) = clash_of(entries).unwrap();
        assert_eq!(name, "stored_x_total");
        assert_eq!(first, "the counter `stored_x_total` without labels of `tests`");
        assert_eq!(later, "the counter `stored_x_total` by one of `tests`");
    }

    #[test]
    fn a_number_that_is_no_series_is_nothing() {
        static FACTS: HandleFacts = facts("stored_lies_total", &[]);
        let cells = Cells::<CounterCell>::register::<One>(&FACTS);
        assert!(cells.one(|| One.index()).first().is_none());
        assert!(cells.one(|| 0).first().is_some());
    }
}
