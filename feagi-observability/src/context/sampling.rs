//! Which traces are kept. Decided once, where a trace begins, by its id alone, so that every process with this ratio decides alike.
//!
//! The lower 56 bits of a trace id are random (W3C trace context level 2, section 3.2.2.3.2). A trace is kept where these are no less
//! than the threshold (OpenTelemetry, consistent probability sampling: `R >= T`, `T` the share that is left out, times 2^56).

use super::TraceId;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Instant;

pub(super) const RANDOM_BITS: u32 = 56;

/// In the upper 56 bits, as trace ids are shifted; zero keeps all. Until somebody wants spans it keeps none.
static THRESHOLD: AtomicU64 = AtomicU64::new(u64::MAX);

/// Keeps this share of all traces, from now on.
pub(crate) fn keep(ratio: f64) {
    // Relaxed: a trace that begins within the same nanoseconds may be decided either way.
    THRESHOLD.store(threshold(ratio), Relaxed);
}

pub(super) fn threshold(ratio: f64) -> u64 {
    let all = 1_u64 << RANDOM_BITS;
    // From floats the cast saturates.
    let left_out = all - ((ratio * all as f64) as u64).min(all);
    // None is as much as all.
    left_out.checked_shl(64 - RANDOM_BITS).filter(|_| left_out < all).unwrap_or(u64::MAX)
}

/// Whether a trace that begins here is kept.
#[inline(always)]
pub(super) fn keeps(trace_id: TraceId) -> bool {
    trace_id.low << (64 - RANDOM_BITS) >= THRESHOLD.load(Relaxed)
}

/// Traces a second that others may have kept here, beyond those that this process would keep.
static ADVISED: Advice = Advice { most: AtomicU64::new(100), second: AtomicU64::new(0) };

/// Lets others have so many traces kept in each second.
pub(crate) fn follow_advice(traces_per_second: u32) {
    ADVISED.most.store(u64::from(traces_per_second), Relaxed);
}

/// Whether a trace is kept that has begun elsewhere, and is kept there: a flag that anyone can set is no more than advice.
pub(crate) fn follows(trace_id: TraceId) -> bool {
    keeps(trace_id) || ADVISED.take(seconds())
}

struct Advice {
    most: AtomicU64,
    /// The second in the upper half, how many were taken in it in the lower.
    second: AtomicU64,
}

impl Advice {
    fn take(&self, now: u32) -> bool {
        let most = self.most.load(Relaxed);
        let next = |state: u64| {
            let taken = if state >> 32 == u64::from(now) { state & u64::from(u32::MAX) } else { 0 };
            (taken < most).then_some(u64::from(now) << 32 | (taken + 1))
        };
        self.second.fetch_update(Relaxed, Relaxed, next).is_ok()
    }
}

/// Since this process asked first.
fn seconds() -> u32 {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_secs() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_the_scale_are_exact_and_the_middle_is_the_middle() {
        assert_eq!(threshold(1.0), 0);
        assert_eq!(threshold(0.0), u64::MAX);
        assert_eq!(threshold(0.5), 1 << 63);
        assert_eq!((threshold(-1.0), threshold(2.0)), (u64::MAX, 0));
    }

    #[test]
    fn advice_is_followed_so_often_in_a_second_and_again_in_the_next() {
        let advice = Advice { most: AtomicU64::new(2), second: AtomicU64::new(0) };
        let taken: Vec<bool> = [7, 7, 7, 8, 8, 8, 9].map(|second| advice.take(second)).into();
        assert_eq!(taken, [true, true, false, true, true, false, true]);
    }
}
