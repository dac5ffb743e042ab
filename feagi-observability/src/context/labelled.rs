//! Which traces have their profile samples labelled: by the same bits of the id as `sampling` decides by, with a share of their own.

use super::TraceId;
use super::sampling::{RANDOM_BITS, threshold};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// In the upper bits, as trace ids are shifted; the highest labels none.
static THRESHOLD: AtomicU64 = AtomicU64::new(0);

/// Labels the samples of this share of all traces, from now on.
pub(crate) fn label(ratio: f64) {
    // Relaxed: a sample of these nanoseconds may be judged either way.
    THRESHOLD.store(threshold(ratio), Relaxed);
}

/// Whether samples of this trace are labelled; fit for a signal handler.
pub(crate) fn labels(trace_id: TraceId) -> bool {
    is_labelled(trace_id, THRESHOLD.load(Relaxed))
}

fn is_labelled(trace_id: TraceId, threshold: u64) -> bool {
    trace_id.low << (64 - RANDOM_BITS) >= threshold && threshold < u64::MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_half_and_none_are_labelled_as_they_would_be_kept() {
        let of = |low| TraceId { high: 1, low };
        let labelled = |low, ratio| is_labelled(of(low), threshold(ratio));
        assert!(labelled(0, 1.0) && labelled(u64::MAX, 1.0));
        assert!(!labelled(0, 0.0) && !labelled(u64::MAX, 0.0));
        assert!(labelled(1 << 55, 0.5) && !labelled((1 << 55) - 1, 0.5));
        assert!(!labelled(0xff << 56, 0.5), "the upper eight bits do not count");
    }
}
