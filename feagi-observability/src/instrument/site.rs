//! A site: one annotated function or event, its facts in a const-built static.

use super::facts::SiteFacts;
use super::pace::Pace;
use super::registry;
use super::shard::Shard;
use crate::context::SpanName;
use std::borrow::Cow;
use std::ptr;
use std::sync::atomic::{
    AtomicPtr, AtomicU64, AtomicUsize,
    Ordering::{Acquire, Relaxed},
};

/// Which signals a site feeds at the moment; zero is off.
pub(crate) mod signals {
    use crate::context::compiled;
    use crate::instrument::record::flags;

    /// A line, at the site's own level. It and the next are the flags that a record of the call then has.
    pub(crate) const LINE: u32 = flags::LINE as u32;
    pub(crate) const SPAN: u32 = flags::SPAN as u32;
    /// A line when the call fails, at the level that the site has for it.
    pub(crate) const ERROR_LINE: u32 = 4;
    pub(crate) const METRICS: u32 = 8;
    /// The returned value as a field.
    pub(crate) const RET: u32 = 16;
    /// A line at level WARN when the call takes longer than its budget.
    pub(crate) const SLOW_LINE: u32 = 32;
    /// Not a signal: the site measures more than outcome and duration, see [`extras`](crate::instrument::extras).
    pub(crate) const EXTRAS: u32 = 64;
    /// Not a signal: spans are limited, see [`pace`](crate::instrument::pace).
    pub(crate) const THINNED: u32 = 128;
    /// A record of each poll.
    pub(crate) const POLLS: u32 = 256;
    /// Not seen by the registry yet.
    pub(crate) const UNREGISTERED: u32 = 1 << 31;

    /// Everything that goes over the ring.
    pub(crate) const RECORD: u32 = LINE | ERROR_LINE | SLOW_LINE | SPAN;

    /// Those that the program was compiled with. Whatever asks for another is answered when compiling.
    pub(crate) const COMPILED: u32 = UNREGISTERED
        | if compiled::LOG { LINE | ERROR_LINE | SLOW_LINE } else { 0 }
        | if compiled::TRACE { SPAN | THINNED | POLLS } else { 0 }
        | if compiled::RECORDS { RET } else { 0 }
        | if compiled::METRICS { METRICS } else { 0 }
        | if compiled::RECORDS || compiled::METRICS { EXTRAS } else { 0 };
}

/// One annotated function or event.
pub struct Site {
    pub(crate) facts: SiteFacts,
    /// A [`State`]: the one thing that a call reads.
    state: AtomicU64,
    /// Where its shard stands in each thread's table, if a call that is not timed is to be counted there and that is all;
    /// else [`NOWHERE`].
    counted: AtomicUsize,
    pub(super) span_name: SpanName,
    live: AtomicPtr<SiteLive>,
}

/// What a call has to know of its site, in one word: the [`signals`] it feeds, and in the upper half its index. Zero is off.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct State(u64);

impl State {
    pub(super) const OFF: State = State(0);

    /// That of a call which is counted by other means, and nothing else.
    pub(super) const COUNTED: State = State(signals::METRICS as u64);

    #[inline(always)]
    pub(super) fn has(self, signals: u32) -> bool {
        self.0 as u32 & signals & signals::COMPILED != 0
    }

    /// The flags of a record that goes by these signals.
    #[inline(always)]
    pub(super) fn flags(self) -> u8 {
        self.0 as u8 & ((signals::LINE | signals::SPAN) & signals::COMPILED) as u8
    }

    /// Where its shard stands in each thread's table.
    #[inline(always)]
    pub(super) fn index(self) -> usize {
        (self.0 >> 32) as usize
    }
}

/// Beyond every table.
const NOWHERE: usize = usize::MAX;

/// What a gauge holds before it is set: no number that a program computes has these bits.
pub(crate) const UNSET: u64 = u64::MAX;

/// What a site has once it has been called.
pub(crate) struct SiteLive {
    /// Dense: where its shard stands in each thread's table.
    pub(crate) index: usize,
    /// The name on every signal.
    pub(crate) name: &'static str,
    /// The values that each of its labels can have, in the order of its facts.
    pub(crate) labels: Box<[&'static [&'static str]]>,
    /// The last values of an event's gauges, as bits of `f64`; one for each series and instrument.
    /// [`UNSET`] until then.
    pub(crate) gauges: Box<[&'static AtomicU64]>,
    pub(crate) pace: Pace,
    /// For threads that are ending and have no shard of their own any more.
    pub(crate) shared: Shard,
}

impl Site {
    /// A site that has not been called yet.
    pub const fn new(facts: SiteFacts) -> Site {
        Site {
            facts,
            state: AtomicU64::new(signals::UNREGISTERED as u64),
            counted: AtomicUsize::new(NOWHERE),
            span_name: SpanName::new(),
            live: AtomicPtr::new(ptr::null_mut()),
        }
    }

    /// Whether anyone wants its events, as far as is known; for those whose labels must be known before they begin.
    #[inline(always)]
    pub fn is_on(&self) -> bool {
        self.state() != State::OFF
    }

    /// What it feeds. Relaxed: a call that misses a change by nanoseconds is as good as one made earlier.
    #[inline(always)]
    pub(super) fn state(&self) -> State {
        State(self.state.load(Relaxed))
    }

    /// Called by the registry alone, under its lock, for sites that it knows.
    pub(super) fn set_signals(&self, signals: u32) {
        let index = self.live_if_registered().map_or(0, |live| live.index);
        let state = if signals == 0 { 0 } else { (index as u64) << 32 | u64::from(signals) };
        self.state.store(state, Relaxed);
        let is_counted = State(state).has(signals::METRICS) && !State(state).has(signals::EXTRAS);
        self.counted.store(if is_counted { index } else { NOWHERE }, Relaxed);
    }

    /// Where its shard stands in each thread's table; beyond it if a call has more to do than to be counted there. Relaxed as `state`.
    #[inline(always)]
    pub(super) fn counted(&self) -> usize {
        self.counted.load(Relaxed)
    }

    /// Its live part, made on the first call.
    #[inline(always)]
    pub(crate) fn live(&'static self) -> &'static SiteLive {
        // Acquire: what the registering thread has built is visible.
        let live = self.live.load(Acquire);
        // SAFETY: null, or a leaked box.
        unsafe { live.as_ref() }.unwrap_or_else(|| registry::register(self, &[]))
    }

    pub(crate) fn live_if_registered(&self) -> Option<&'static SiteLive> {
        // SAFETY: null, or a leaked box. Acquire as above.
        unsafe { self.live.load(Acquire).as_ref() }
    }

    /// Called by the registry alone, under its lock.
    pub(super) fn set_live(&self, live: &'static SiteLive) {
        self.span_name.set(live.name);
        // Release: pairs with the loads above.
        self.live.store(ptr::from_ref(live).cast_mut(), std::sync::atomic::Ordering::Release);
    }

    /// Its name on every signal, also before it has been called.
    pub(crate) fn name(&self) -> Cow<'static, str> {
        match (self.live_if_registered(), self.facts.name) {
            (Some(live), _) => live.name.into(),
            (None, Some(name)) => name.into(),
            (None, None) => super::name::short_name((self.facts.path)()).into(),
        }
    }

    /// The author's name, or `Type::method` / `module::function` from the path of an item inside the function.
    pub(super) fn derive_name(&self) -> &'static str {
        match self.facts.name {
            Some(name) => name,
            None => String::leak(super::name::short_name((self.facts.path)())),
        }
    }
}
