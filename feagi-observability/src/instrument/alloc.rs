//! What each thread has allocated so far.
//!
//! Receives every allocation from [`FeagiAlloc`](crate::FeagiAlloc); gives sums to the calls that count theirs, see `allocating`.
//! Invariant: runs inside the allocator, so nothing here locks, allocates or panics, nor has a destructor.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// Bytes and the allocations that yielded them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Allocated {
    pub(crate) bytes: u64,
    pub(crate) count: u64,
}

impl Allocated {
    /// Wraps around: a call is first charged with less than nothing, see `allocating`.
    pub(super) fn plus(self, other: Allocated) -> Allocated {
        let (bytes, count) = (self.bytes.wrapping_add(other.bytes), self.count.wrapping_add(other.count));
        Allocated { bytes, count }
    }

    pub(super) fn minus(self, other: Allocated) -> Allocated {
        let (bytes, count) = (self.bytes.wrapping_sub(other.bytes), self.count.wrapping_sub(other.count));
        Allocated { bytes, count }
    }
}

thread_local! {
    /// The owner's alone. No destructor: it can be counted at any time.
    static SO_FAR: Cell<Allocated> = const { Cell::new(Allocated { bytes: 0, count: 0 }) };
}

/// Whether anything was ever counted: that is how an allocator without a constructor at run time makes itself known.
static COUNTS: AtomicBool = AtomicBool::new(false);

/// Counts an allocation of this thread.
#[inline(always)]
pub(crate) fn count(bytes: usize) {
    if !super::IS_ON {
        return;
    }
    let _ = SO_FAR.try_with(|cell| {
        let Allocated { bytes: before, count } = cell.get();
        if count == 0 {
            // Relaxed: a flag, on which nothing else depends.
            COUNTS.store(true, Relaxed);
        }
        cell.set(Allocated { bytes: before.wrapping_add(bytes as u64), count: count.wrapping_add(1) });
    });
}

/// Whether allocations are counted in this process.
pub(crate) fn is_counting() -> bool {
    COUNTS.load(Relaxed)
}

/// All of this thread so far.
#[inline]
pub(super) fn so_far() -> Allocated {
    SO_FAR.try_with(Cell::get).unwrap_or_default()
}

/// While it lives, what this thread allocates is not counted: it is the runtime's, not the observed function's.
pub(super) struct Uncounted(Allocated);

impl Uncounted {
    pub(super) fn begin() -> Self {
        Uncounted(so_far())
    }
}

impl Drop for Uncounted {
    fn drop(&mut self) {
        let _ = SO_FAR.try_with(|cell| cell.set(self.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_threads_sum_grows_by_what_it_counts_but_for_what_is_not_counted() {
        let before = so_far();
        count(100);
        {
            let _uncounted = Uncounted::begin();
            count(7);
        }
        count(28);
        let expected =
            if super::super::IS_ON { Allocated { bytes: 128, count: 2 } } else { Allocated::default() };
        assert_eq!(so_far().minus(before), expected);
        assert_eq!(is_counting(), super::super::IS_ON);
        assert_eq!(std::thread::spawn(so_far).join().ok(), Some(Allocated::default()), "another thread's");
    }

    #[test]
    fn a_sum_may_begin_below_nothing() {
        let start = Allocated { bytes: 10, count: 3 };
        let charged = Allocated::default().minus(start).plus(Allocated { bytes: 14, count: 4 });
        assert_eq!(charged, Allocated { bytes: 4, count: 1 });
    }
}
