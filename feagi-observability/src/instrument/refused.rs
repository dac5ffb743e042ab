//! Values that no histogram can hold, because they are infinite or not a number: the sum would be spoilt for ever.
//!
//! Counted by events' histograms and by handles, read by the metrics page.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

static REFUSED: AtomicU64 = AtomicU64::new(0);

/// One more has been left out.
#[cold]
pub(crate) fn count() {
    // Relaxed: a count, with which nothing is published.
    REFUSED.fetch_add(1, Relaxed);
}

/// How many have been left out.
pub(crate) fn total() -> u64 {
    // Relaxed: as above.
    REFUSED.load(Relaxed)
}
