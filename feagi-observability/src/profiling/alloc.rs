//! The allocator that counts: it wraps another, which does the work.
//!
//! Receives the program's allocations, gives their sizes to `instrument`, which knows whose they are.

use super::heap;
use crate::instrument::alloc::{allocated, freed, resized};
use std::alloc::{GlobalAlloc, Layout, System};

/// A global allocator that counts for `#[observe(profile(alloc))]`, on top of the system's or of another one.
///
/// One line installs it, in the program, not in a library:
///
/// ```
/// use feagi_observability::{FeagiAlloc, observe};
///
/// #[global_allocator]
/// static ALLOC: FeagiAlloc = FeagiAlloc::new();
///
/// /// Its line and span have `alloc.bytes` and `alloc.count`; the metrics page has `answer_allocated_bytes_total` and
/// /// `answer_allocations_total`.
/// #[observe(metric = "answer", profile(alloc))]
/// fn answer() -> Vec<u64> {
///     Vec::with_capacity(42)
/// }
///
/// assert!(answer().capacity() >= 42);
/// ```
///
/// `FeagiAlloc::with(inner)` wraps another allocator. Each thread counts for itself, in a cell that nobody else writes: there is no
/// lock, and nothing is shared but a sum that a thread adds to once in 64 KiB. Where the signals are compiled out, it forwards and counts
/// nothing. What it costs is shown by `cargo run --release -p feagi-observability-peers --bin alloc`.
///
/// The totals of all threads are on the metrics page, as `process_heap_bytes`, `process_heap_peak_bytes`,
/// `process_heap_allocated_bytes_total`, `process_heap_allocations_total` and `process_heap_deallocations_total`, and in the report of a
/// [`MemoryProfiler`](crate::MemoryProfiler). It makes no difference which thread frees a block, and threads that have ended are in the totals.
///
/// What counts as what:
///
/// * an allocation counts the bytes asked for, which its allocator may round up;
/// * a `realloc` that grows counts one allocation, one deallocation, and the bytes by which it grows; one that shrinks counts the bytes
///   that it gives back, and nothing else;
/// * what fails is not counted;
/// * calls are charged with allocations, and not relieved by frees.
#[derive(Clone, Copy, Debug, Default)]
pub struct FeagiAlloc<A = System> {
    inner: A,
}

impl FeagiAlloc {
    /// On top of the system's allocator.
    #[must_use]
    pub const fn new() -> Self {
        FeagiAlloc { inner: System }
    }
}

impl<A> FeagiAlloc<A> {
    /// On top of another allocator.
    ///
    /// ```
    /// use feagi_observability::FeagiAlloc;
    /// use std::alloc::System;
    ///
    /// #[global_allocator]
    /// static ALLOC: FeagiAlloc<System> = FeagiAlloc::with(System);
    /// ```
    #[must_use]
    pub const fn with(inner: A) -> Self {
        FeagiAlloc { inner }
    }
}

// SAFETY: the inner allocator does the work, and gets every call as it comes. Counting touches numbers of the thread's own.
unsafe impl<A: GlobalAlloc> GlobalAlloc for FeagiAlloc<A> {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise.
        counted(unsafe { self.inner.alloc(layout) }, layout.size())
    }

    #[inline]
    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        freed(layout.size());
        // Before somebody else may be given the address.
        heap::take(place, layout.size());
        // SAFETY: the caller's promise.
        unsafe { self.inner.dealloc(place, layout) }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise.
        counted(unsafe { self.inner.alloc_zeroed(layout) }, layout.size())
    }

    #[inline]
    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let held = heap::take(place, layout.size());
        // SAFETY: the caller's promise.
        let new = unsafe { self.inner.realloc(place, layout, size) };
        if !new.is_null() {
            if resized(layout.size(), size) {
                heap::sample(new, size);
            }
        } else if let Some(held) = held {
            heap::put_back(held, place, layout.size());
        }
        new
    }
}

/// Counts a block, if there is one.
#[inline(always)]
fn counted(place: *mut u8, bytes: usize) -> *mut u8 {
    if !place.is_null() && allocated(bytes) {
        heap::sample(place, bytes);
    }
    place
}
