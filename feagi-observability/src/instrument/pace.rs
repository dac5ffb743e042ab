//! How many spans a site may leave in a second. What is beyond is thinned when the call begins, and counted.

use super::call::Call;
use super::clock;
use super::record::flags;
use super::site::{Site, signals};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

/// Spans a second and site; zero is no limit, and then nobody asks.
static MOST: AtomicU32 = AtomicU32::new(0);

/// Lets each site leave so many spans in a second.
pub(crate) fn limit(spans_per_second: u32) {
    MOST.store(spans_per_second, Relaxed);
}

/// Of one site; all threads write it, for the limit is one for all.
#[derive(Default)]
pub(crate) struct Pace {
    /// The second in the upper half, how many spans there were in it in the lower.
    second: AtomicU64,
    thinned: AtomicU64,
}

impl Pace {
    /// Spans that were left out.
    pub(crate) fn thinned(&self) -> u64 {
        self.thinned.load(Relaxed)
    }

    fn admits(&self, second: u64, most: u32) -> bool {
        let next = |state: u64| {
            let before = if state >> 32 == second { state & u64::from(u32::MAX) } else { 0 };
            (before < u64::from(most)).then_some(second << 32 | (before + 1))
        };
        let admits = self.second.fetch_update(Relaxed, Relaxed, next).is_ok();
        if !admits {
            self.thinned.fetch_add(1, Relaxed);
        }
        admits
    }
}

/// Whether the span that begins now at these clock ticks is one too many for its site.
#[cold]
#[inline(never)]
pub(super) fn is_too_many(site: &'static Site, ticks: u64) -> bool {
    let second = clock::to_nanos(ticks) / 1_000_000_000;
    !site.live().pace.admits(second & u64::from(u32::MAX), MOST.load(Relaxed))
}

/// Takes the span from a call that has begun and is not entered yet, if it is one too many. What is called within it has the nearest
/// call around it as its parent that has a span.
///
/// # Safety
/// `call` has been written, and nobody else has it.
#[cold]
#[inline(never)]
pub(super) unsafe fn thin(call: *mut Call, site: &'static Site) {
    // SAFETY: the caller's promise.
    let call = unsafe { &mut *call };
    if call.end.mark.flags & flags::SPAN != 0 && is_too_many(site, call.start) {
        call.end.mark.flags &= !flags::SPAN;
        // Should it be kept at its end, and be the outermost of those, it is known not to be all of its trace.
        call.end.mark.flags |= flags::PARTIAL;
        call.context.kept = call.context.parent_id;
    }
}

const _: () = assert!(signals::THINNED & signals::RECORD == 0, "of its own");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_beyond_the_limit_of_a_second_is_thinned_and_counted() {
        let pace = Pace::default();
        let admitted: Vec<bool> = [1, 1, 1, 2, 2].map(|second| pace.admits(second, 2)).into();
        assert_eq!(admitted, [true, true, false, true, true]);
        assert_eq!(pace.thinned(), 1);
    }
}
