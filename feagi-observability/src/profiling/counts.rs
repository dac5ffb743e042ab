//! What became of all samples so far, for the metrics page: nothing is lost without being counted.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

pub(super) static COUNTS: Counts = Counts {
    labelled: AtomicU64::new(0),
    outside: AtomicU64::new(0),
    thinned: AtomicU64::new(0),
    ring_full: AtomicU64::new(0),
    profile_full: AtomicU64::new(0),
    refused: AtomicU64::new(0),
};

pub(super) struct Counts {
    /// Taken in an observed call, and labelled.
    pub(super) labelled: AtomicU64,
    /// Taken outside of observed calls.
    pub(super) outside: AtomicU64,
    /// Taken in an observed call of a trace that is not labelled.
    pub(super) thinned: AtomicU64,
    /// Lost: the sampler came too late.
    pub(super) ring_full: AtomicU64,
    /// Lost: the profile has as many as it holds.
    pub(super) profile_full: AtomicU64,
    /// Threads that were not sampled: the system had no timer left (RLIMIT_SIGPENDING, getrlimit(2)), or we no seat.
    pub(super) refused: AtomicU64,
}

/// What became of all samples so far.
pub(crate) struct SampleCounts {
    /// By outcome.
    pub(crate) samples: [(&'static str, u64); 5],
    /// Threads that were not sampled.
    pub(crate) refused_threads: u64,
}

pub(crate) fn sample_counts() -> SampleCounts {
    let of = |count: &AtomicU64| count.load(Relaxed);
    let samples = [
        ("labelled", of(&COUNTS.labelled)),
        ("outside", of(&COUNTS.outside)),
        ("unlabelled", of(&COUNTS.thinned)),
        ("ring_full", of(&COUNTS.ring_full)),
        ("profile_full", of(&COUNTS.profile_full)),
    ];
    SampleCounts { samples, refused_threads: of(&COUNTS.refused) }
}
