//! All sites, shards and threads of the program. Locked on first calls, by the collector and by scrapes, never on the way of
//! a later call.

use super::alloc::Uncounted;
use super::facts::{InstrumentKind, SiteFacts};
use super::label::labels_of;
use super::listed::listed_sites;
use super::pace::Pace;
use super::shard::{Shard, series_of};
use super::site::{Site, SiteLive, State, UNSET};
use super::thread::ThreadState;
use crate::context::compiled;
use crate::sync::{Mutex, MutexGuard, global};
use std::collections::{BTreeMap, BTreeSet};
use std::ptr;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

/// Decides which signals a site feeds.
pub(crate) type Policy = Box<dyn Fn(&SiteFacts) -> u32 + Send>;

struct Registry {
    sites: Vec<SiteEntry>,
    /// By name and labels: where several sites set one gauge, the last of them to do so holds.
    gauges: BTreeMap<GaugeKey, &'static AtomicU64>,
    /// Every state that was ever made, so that counts never go back.
    all_threads: Vec<&'static ThreadState>,
    threads: Vec<&'static ThreadState>,
    spare_threads: Vec<&'static ThreadState>,
    policy: Option<Policy>,
}

/// A gauge's name and its labels.
type GaugeKey = (&'static str, Vec<(&'static str, &'static str)>);

impl Registry {
    /// One for each series and instrument of an event; for others than gauges one that nobody sets.
    fn gauges(&mut self, facts: &SiteFacts, labels: &[&'static [&'static str]]) -> Box<[&'static AtomicU64]> {
        static NONE: AtomicU64 = AtomicU64::new(UNSET);
        let mut gauges = Vec::new();
        let series = if facts.instruments.is_empty() { 0 } else { series_of(labels) };
        for number in 0..series {
            for instrument in facts.instruments {
                gauges.push(match instrument.kind {
                    InstrumentKind::Gauge => {
                        let key = (instrument.name, labels_of(number, series, facts.labels, labels));
                        self.gauges.entry(key).or_insert_with(|| Box::leak(Box::new(AtomicU64::new(UNSET))))
                    }
                    InstrumentKind::Counter | InstrumentKind::Events | InstrumentKind::Histogram => &NONE,
                });
            }
        }
        gauges.into()
    }
}

impl Registry {
    fn apply_policy(&self) {
        for entry in &self.sites {
            let signals = self.policy.as_ref().map_or(0, |policy| policy(&entry.site.facts));
            entry.site.set_signals(signals);
        }
    }
}

struct SiteEntry {
    site: &'static Site,
    shards: Vec<&'static Shard>,
    spare: Vec<&'static Shard>,
}

global! {
    static REGISTRY: Mutex<Registry> = Mutex::new(Registry {
        sites: Vec::new(),
        gauges: BTreeMap::new(),
        all_threads: Vec::new(),
        threads: Vec::new(),
        spare_threads: Vec::new(),
        policy: None,
    });
}

/// Whether any site promises to be called: looking for silence is for nothing without.
static HEARTBEATS: AtomicBool = AtomicBool::new(false);

/// Whether any site that has been called promises to be called again.
pub(crate) fn has_heartbeats() -> bool {
    // Relaxed: whoever looks, looks again.
    HEARTBEATS.load(Relaxed)
}

/// A panic elsewhere while it was locked leaves it usable: every change is a push or a pop.
fn lock() -> MutexGuard<'static, Registry> {
    REGISTRY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Gives a site its live part and its signals, once; `labels` are the values that each of its labels can have.
#[cold]
pub(crate) fn register(site: &'static Site, labels: &[&'static [&'static str]]) -> &'static SiteLive {
    let _uncounted = Uncounted::begin();
    let name = site.derive_name();
    let mut registry = lock();
    if let Some(live) = site.live_if_registered() {
        return live;
    }
    let live: &'static SiteLive = Box::leak(Box::new(SiteLive {
        index: registry.sites.len(),
        name,
        gauges: registry.gauges(&site.facts, labels),
        labels: labels.into(),
        pace: Pace::default(),
        shared: Shard::new(site.facts.instruments, series_of(labels)),
    }));
    registry.sites.push(SiteEntry { site, shards: Vec::new(), spare: Vec::new() });
    // Who is not counted is not missed.
    if compiled::METRICS && site.facts.heartbeat > 0 {
        HEARTBEATS.store(true, Relaxed);
    }
    site.set_live(live);
    site.set_signals(registry.policy.as_ref().map_or(0, |policy| policy(&site.facts)));
    live
}

/// The state of a site that may not have been registered yet.
#[cold]
#[inline(never)]
pub(super) fn first_state(site: &'static Site, labels: &[&'static [&'static str]]) -> State {
    register(site, labels);
    site.state()
}

/// Sets what every site feeds from now on, known ones and those to come; `None` turns all off.
pub(crate) fn set_policy(policy: Option<Policy>) {
    let mut registry = lock();
    registry.policy = policy;
    registry.apply_policy();
}

/// Asks the policy anew, because what it goes by has changed.
pub(crate) fn apply_policy() {
    lock().apply_policy();
}

/// A shard that no other thread writes.
pub(super) fn take_shard(site: &'static Site) -> &'static Shard {
    let live = site.live();
    let mut registry = lock();
    let Some(entry) = registry.sites.get_mut(live.index) else { return &live.shared };
    entry.spare.pop().unwrap_or_else(|| {
        let shard: &'static Shard =
            Box::leak(Box::new(Shard::new(site.facts.instruments, series_of(&live.labels))));
        entry.shards.push(shard);
        shard
    })
}

pub(super) fn give_shard(index: usize, shard: &'static Shard) {
    if let Some(entry) = lock().sites.get_mut(index) {
        entry.spare.push(shard);
    }
}

/// A state for the calling thread: one that has been given back, else a new one.
pub(super) fn take_thread() -> &'static ThreadState {
    let spare = lock().spare_threads.pop();
    let state = spare.unwrap_or_else(|| {
        let new: &'static ThreadState = Box::leak(Box::new(ThreadState::new()));
        lock().all_threads.push(new);
        new
    });
    state.adopt();
    lock().threads.push(state);
    state
}

/// Calls `each` for every thread that may have records; threads that are spent are kept for others.
pub(crate) fn visit_threads(mut each: impl FnMut(&'static ThreadState)) {
    let threads = lock().threads.clone();
    for thread in &threads {
        each(thread);
    }
    let mut registry = lock();
    let Registry { threads, spare_threads, .. } = &mut *registry;
    threads.retain(|thread| {
        let spent = thread.is_spent();
        if spent {
            spare_threads.push(thread);
        }
        !spent
    });
}

/// Whether any thread has written so much that the collector is to come at once.
pub(crate) fn is_any_past_half() -> bool {
    lock().threads.iter().any(|thread| thread.ring.is_past_half())
}

/// All thread states that were ever made, for counts.
pub(crate) fn all_threads() -> Vec<&'static ThreadState> {
    lock().all_threads.clone()
}

/// Every site that the linker has listed, and those that have been called besides.
pub(crate) fn known_sites() -> Vec<&'static Site> {
    let mut sites: Vec<&'static Site> = listed_sites().collect();
    let listed: BTreeSet<*const Site> = sites.iter().map(|site| ptr::from_ref(*site)).collect();
    let registry = lock();
    sites.extend(
        registry.sites.iter().map(|entry| entry.site).filter(|site| !listed.contains(&ptr::from_ref(*site))),
    );
    sites
}

/// Every registered site with its shards, the shared one last.
pub(crate) fn sites() -> Vec<(&'static Site, &'static SiteLive, Vec<&'static Shard>)> {
    let registry = lock();
    let with_shards = |entry: &SiteEntry| {
        let live = entry.site.live_if_registered()?;
        let shards = entry.shards.iter().copied().chain([&live.shared]).collect();
        Some((entry.site, live, shards))
    };
    registry.sites.iter().filter_map(with_shards).collect()
}
