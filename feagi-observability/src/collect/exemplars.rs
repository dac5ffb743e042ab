//! The latest example of each bucket and outcome: which trace a number on the metrics page came from.
//!
//! Written by the collector as it reads spans, so that calls pay nothing; read by scrapes.

use crate::context::{SpanId, TraceId};
use crate::instrument::Outcome;
use crate::instrument::shard::{BUCKETS, bucket_of};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A bucket's example is replaced at most this often, so that a scrape finds one that a log still holds.
const MIN_AGE_NANOS: u64 = 1_000_000_000;

/// One span that stands for a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Example {
    pub(crate) trace_id: TraceId,
    pub(crate) span_id: SpanId,
    /// Its duration in nanoseconds.
    pub(crate) duration: u64,
    /// When it ended, nanoseconds since the Unix epoch.
    pub(crate) end: u64,
}

/// The examples of one site.
#[derive(Clone, Default)]
pub(crate) struct SiteExamples {
    pub(crate) buckets: [Option<Example>; BUCKETS],
    pub(crate) outcomes: [Option<Example>; 4],
}

static EXAMPLES: Mutex<Vec<SiteExamples>> = Mutex::new(Vec::new());

fn lock() -> MutexGuard<'static, Vec<SiteExamples>> {
    EXAMPLES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Offers a span of the site with this index.
pub(crate) fn offer(site: usize, outcome: Outcome, example: Example) {
    let mut all = lock();
    if all.len() <= site {
        all.resize_with(site + 1, SiteExamples::default);
    }
    let Some(examples) = all.get_mut(site) else { return };
    for slot in [&mut examples.buckets[bucket_of(example.duration)], &mut examples.outcomes[outcome as usize]]
    {
        if slot.is_none_or(|old| example.end >= old.end.saturating_add(MIN_AGE_NANOS)) {
            *slot = Some(example);
        }
    }
}

/// The examples of the site with this index.
pub(crate) fn of_site(site: usize) -> SiteExamples {
    lock().get(site).cloned().unwrap_or_default()
}
