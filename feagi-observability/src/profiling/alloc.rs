//! The allocator that counts: it wraps another, which does the work.
//!
//! Receives the program's allocations, gives their sizes to `instrument`, which knows whose they are.

use crate::instrument::alloc::count;
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
/// `FeagiAlloc::with(inner)` wraps another allocator. Each thread counts for itself, in two numbers that nobody else touches: there
/// is no lock, and nothing is shared but a flag that a thread sets with its first allocation. Where the signals are compiled out,
/// it forwards and counts nothing.
///
/// What counts as what:
///
/// * an allocation counts the bytes asked for, which its allocator may round up;
/// * a `realloc` that grows counts one allocation and the bytes by which it grows; one that shrinks counts nothing;
/// * frees are not counted, nor is what fails.
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
        // SAFETY: the caller's promise.
        let new = unsafe { self.inner.realloc(place, layout, size) };
        match size.checked_sub(layout.size()) {
            Some(more @ 1..) => counted(new, more),
            _ => new,
        }
    }
}

/// Counts a block, if there is one.
#[inline(always)]
fn counted(place: *mut u8, bytes: usize) -> *mut u8 {
    if !place.is_null() {
        count(bytes);
    }
    place
}
