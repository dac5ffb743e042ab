//! A site: one annotated function or event, its facts in a const-built static.

use super::Level;
use super::registry;
use super::shard::Shard;
use std::ptr;
use std::sync::atomic::{
    AtomicPtr, AtomicU32, AtomicU64,
    Ordering::{Acquire, Relaxed},
};

/// Which signals a site feeds at the moment; zero is off.
pub(crate) mod signals {
    /// A line, at the site's own level.
    pub(crate) const LINE: u32 = 1;
    /// A line at level ERROR when the call fails.
    pub(crate) const ERROR_LINE: u32 = 2;
    pub(crate) const SPAN: u32 = 4;
    pub(crate) const METRICS: u32 = 8;
    /// Not seen by the registry yet.
    pub(crate) const UNREGISTERED: u32 = 1 << 31;

    /// Everything that goes over the ring.
    pub(crate) const RECORD: u32 = LINE | ERROR_LINE | SPAN;
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
    /// The [`signals`] it feeds: the one thing that a call reads when it is off.
    state: AtomicU32,
    live: AtomicPtr<SiteLive>,
}

/// What a site has once it has been called.
pub(crate) struct SiteLive {
    /// Dense: where its shard stands in each thread's table.
    pub(crate) index: usize,
    /// The name on every signal.
    pub(crate) name: &'static str,
    /// The last values of an event's gauges, as bits of `f64`; one for each instrument.
    pub(crate) gauges: Box<[AtomicU64]>,
    /// For threads that are ending and have no shard of their own any more.
    pub(crate) shared: Shard,
}

impl Site {
    /// A site that has not been called yet.
    pub const fn new(facts: SiteFacts) -> Site {
        Site { facts, state: AtomicU32::new(signals::UNREGISTERED), live: AtomicPtr::new(ptr::null_mut()) }
    }

    /// The signals it feeds. Relaxed: a call that misses a change by nanoseconds is as good as one made earlier.
    #[inline(always)]
    pub(crate) fn state(&self) -> u32 {
        self.state.load(Relaxed)
    }

    pub(crate) fn set_state(&self, signals: u32) {
        self.state.store(signals, Relaxed);
    }

    /// Its live part, made on the first call.
    #[inline(always)]
    pub(crate) fn live(&'static self) -> &'static SiteLive {
        // Acquire: what the registering thread has built is visible.
        let live = self.live.load(Acquire);
        // SAFETY: null, or a leaked box.
        unsafe { live.as_ref() }.unwrap_or_else(|| registry::register(self))
    }

    pub(crate) fn live_if_registered(&self) -> Option<&'static SiteLive> {
        // SAFETY: null, or a leaked box. Acquire as above.
        unsafe { self.live.load(Acquire).as_ref() }
    }

    /// Called by the registry alone, under its lock.
    pub(super) fn set_live(&self, live: &'static SiteLive) {
        // Release: pairs with the loads above.
        self.live.store(ptr::from_ref(live).cast_mut(), std::sync::atomic::Ordering::Release);
    }

    /// The author's name, or `Type::method` / `module::function` from the path of an item inside the function.
    pub(super) fn derive_name(&self) -> &'static str {
        match self.facts.name {
            Some(name) => name,
            None => String::leak(super::name::short_name((self.facts.path)())),
        }
    }
}
