//! What the program allocates and frees: sums of each thread, and of all together.
//!
//! Receives every block from [`FeagiAlloc`](crate::FeagiAlloc); gives sums to the calls that count theirs, see `allocating`, and totals
//! to the metrics page and the memory report.
//!
//! Invariant: runs inside the allocator, before `main`, in destructors of thread-locals and after them, and in a forked child. So
//! nothing here locks, panics, has a destructor, or allocates but from the system.

mod cell;
mod cells;
#[cfg(all(target_os = "linux", not(miri)))]
mod threads;
#[cfg(not(all(target_os = "linux", not(miri))))]
#[path = "threads_unknown.rs"]
mod threads;
mod totals;

pub(crate) use cell::AllocCell;
pub(crate) use cells::{cells, own_cell};
pub(crate) use threads::Errno;
pub(crate) use totals::{is_counting, sample_every, totals};

use super::IS_ON;
use cells::on_own_cell;

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

/// Counts a new block of this thread. Whether it is one that the heap profile is to have.
#[inline(always)]
pub(crate) fn allocated(bytes: usize) -> bool {
    IS_ON && on_own_cell(|cell| cell.allocate(bytes as u64))
}

/// Counts a block that this thread gives back, whoever had it.
#[inline(always)]
pub(crate) fn freed(bytes: usize) {
    if IS_ON {
        on_own_cell(|cell| cell.free(bytes as u64));
    }
}

/// Counts a block that has another size now. Whether the heap profile is to have it.
#[inline(always)]
pub(crate) fn resized(before: usize, after: usize) -> bool {
    IS_ON && on_own_cell(|cell| cell.resize(before as u64, after as u64))
}

/// All of this thread so far, but for what is the runtime's.
#[inline]
pub(super) fn so_far() -> Allocated {
    own_cell().map_or_else(Allocated::default, AllocCell::so_far)
}

/// While it lives, what this thread allocates is charged to no call: it is the runtime's, not the observed function's.
pub(super) struct Uncounted(Allocated);

impl Uncounted {
    pub(super) fn begin() -> Self {
        Uncounted(so_far())
    }
}

impl Drop for Uncounted {
    fn drop(&mut self) {
        if let Some(cell) = own_cell() {
            cell.go_back_to(self.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_threads_sum_grows_by_what_it_counts_but_for_what_is_not_counted() {
        let before = so_far();
        allocated(100);
        {
            let _uncounted = Uncounted::begin();
            allocated(7);
        }
        allocated(20);
        // Eight bytes more, and then fewer, which is no allocation.
        resized(20, 28);
        resized(28, 5);
        freed(100);
        let expected = if IS_ON { Allocated { bytes: 128, count: 3 } } else { Allocated::default() };
        assert_eq!(so_far().minus(before), expected);
        assert_eq!(is_counting(), IS_ON);
        assert_eq!(std::thread::spawn(so_far).join().ok(), Some(Allocated::default()), "another thread's");
    }

    #[test]
    fn what_the_runtime_allocates_is_in_the_totals_all_the_same() {
        let before = totals();
        {
            let _uncounted = Uncounted::begin();
            allocated(7);
        }
        let after = totals();
        assert_eq!(after.allocations > before.allocations, IS_ON, "{before:?} {after:?}");
        assert_eq!(after.allocated_bytes >= before.allocated_bytes + 7, IS_ON, "{before:?} {after:?}");
    }

    #[test]
    fn a_thread_that_takes_over_a_cell_begins_at_nothing() {
        for _ in 0..100 {
            let sums = std::thread::spawn(|| {
                let before = so_far();
                allocated(5);
                (before, so_far())
            });
            let (before, after) = sums.join().unwrap();
            assert_eq!(before, Allocated::default());
            let expected = if IS_ON { Allocated { bytes: 5, count: 1 } } else { Allocated::default() };
            assert_eq!(after, expected);
        }
    }

    #[test]
    fn a_sum_may_begin_below_nothing() {
        let start = Allocated { bytes: 10, count: 3 };
        let charged = Allocated::default().minus(start).plus(Allocated { bytes: 14, count: 4 });
        assert_eq!(charged, Allocated { bytes: 4, count: 1 });
    }
}
