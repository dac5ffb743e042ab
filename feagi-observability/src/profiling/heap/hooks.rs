//! What the allocator calls: for a block that is to be sampled, and for each that is freed or moved.
//!
//! Invariant: runs inside the allocator, on any thread, at any time. Nothing waits here; a run that ends waits for those who are in here.

use super::caller::Caller;
use super::filter::Filter;
use super::tables::{OwnTables, Stack};
use super::walker::Walker;
use super::weight::Weight;
use crate::instrument::alloc::{AllocCell, Errno, cells, own_cell, sample_every};
use std::marker::PhantomData;
use std::ptr;
use std::sync::atomic::Ordering::{Relaxed, Release, SeqCst};
use std::sync::atomic::{AtomicPtr, AtomicU64};
use std::time::{Duration, Instant};

/// One run of the profile.
pub(super) struct Run {
    /// Tells it from those before.
    number: u64,
    /// The mean distance of samples.
    pub(super) interval: u64,
    pub(super) tables: OwnTables,
    /// Leads to one of the run's, all of which it keeps to its end.
    walker: AtomicPtr<Walker>,
}

static ACTIVE: AtomicPtr<Run> = AtomicPtr::new(ptr::null_mut());
static FILTER: Filter = Filter::new();
/// Threads without a cell that are with the run.
static GUESTS: AtomicU64 = AtomicU64::new(0);

/// A sampled block that its allocator is about to move.
#[derive(Clone, Copy)]
pub(in crate::profiling) struct Held {
    run: u64,
    record: u32,
}

/// A block that is to be in the profile was allocated.
#[cold]
#[inline(never)]
pub(in crate::profiling) fn sample(place: *mut u8, size: usize) {
    let Some(cell) = own_cell() else { return };
    // Whoever is with the run already would meet itself.
    if cell.is_unsampled.load(Relaxed) || cell.is_busy.load(Relaxed) {
        return;
    }
    let _errno = Errno::kept();
    with_run(|run| run.keep(cell, place.addr(), size));
}

/// A block is about to be freed, or moved, whoever allocated it; what it was in the profile, if it was.
#[inline(always)]
pub(in crate::profiling) fn take(place: *mut u8, size: usize) -> Option<Held> {
    // Relaxed: who frees a block of this run has seen the run, as did who allocated it.
    if ACTIVE.load(Relaxed).is_null() || !FILTER.may_hold(place.addr()) {
        return None;
    }
    take_sampled(place.addr(), size)
}

#[cold]
#[inline(never)]
fn take_sampled(address: usize, size: usize) -> Option<Held> {
    let take = |run: &Run| {
        let record = run.tables.take(address, Weight::of(size, run.interval))?;
        FILTER.remove(address);
        Some(Held { run: run.number, record })
    };
    with_run(take).flatten()
}

/// The block could not be moved.
#[cold]
#[inline(never)]
pub(in crate::profiling) fn put_back(held: Held, place: *mut u8, size: usize) {
    with_run(|run| {
        if run.number == held.run {
            FILTER.add(place.addr());
            if !run.tables.put_back(place.addr(), held.record, Weight::of(size, run.interval)) {
                FILTER.remove(place.addr());
            }
        }
    });
}

/// Shows the run, if there is one, which stays until this returns.
fn with_run<R>(with: impl FnOnce(&Run) -> R) -> Option<R> {
    let cell = own_cell();
    let is_within = cell.is_some_and(|cell| cell.is_busy.load(Relaxed));
    // SeqCst, here and in `end`: either the run is found to be over, or who ends it finds somebody in here.
    match cell {
        Some(_) if is_within => {}
        Some(cell) => cell.is_busy.store(true, SeqCst),
        None => drop(GUESTS.fetch_add(1, SeqCst)),
    }
    // SAFETY: null, or a run that is kept while anybody is in here.
    let answer = unsafe { ACTIVE.load(SeqCst).as_ref() }.map(with);
    // Release: everything that was done here comes before.
    match cell {
        Some(_) if is_within => {}
        Some(cell) => cell.is_busy.store(false, Release),
        None => drop(GUESTS.fetch_sub(1, Release)),
    }
    answer
}

impl Run {
    /// `None` if the system has no memory left.
    pub(super) fn new(interval: u64, walker: &Walker) -> Option<Box<Self>> {
        static NUMBERS: AtomicU64 = AtomicU64::new(1);
        let walker = AtomicPtr::new(ptr::from_ref(walker).cast_mut());
        let number = NUMBERS.fetch_add(1, Relaxed);
        Some(Box::new(Run { number, interval, tables: OwnTables::new()?, walker }))
    }

    fn keep(&self, cell: &AllocCell, address: usize, size: usize) {
        let mut stack = Stack::EMPTY;
        // SAFETY: the promise made to `begin`.
        if let Some(walker) = unsafe { self.walker.load(SeqCst).as_ref() } {
            walker.walk(cell, &mut stack);
        }
        // Before it can be found.
        FILTER.add(address);
        if !self.tables.keep(address, &stack, &Caller::here(), Weight::of(size, self.interval)) {
            FILTER.remove(address);
        }
    }
}

/// Begins a run; there is none at the moment.
///
/// # Safety
/// Neither the run nor any walker that it is given is freed before [`end`] has returned `true`.
pub(super) unsafe fn begin(run: &Run) {
    FILTER.clear();
    ACTIVE.store(ptr::from_ref(run).cast_mut(), SeqCst);
    sample_every(run.interval);
}

/// From now on this one is used.
///
/// # Safety
/// That of [`begin`].
pub(super) unsafe fn walk_by(run: &Run, walker: &Walker) {
    run.walker.store(ptr::from_ref(walker).cast_mut(), SeqCst);
}

/// Ends the run: nothing is added any more. `false` if somebody may still be with it, as in a child that was forked meanwhile.
pub(super) fn end() -> bool {
    sample_every(0);
    ACTIVE.store(ptr::null_mut(), SeqCst);
    let patience = Instant::now() + Duration::from_secs(1);
    let is_busy = || GUESTS.load(SeqCst) > 0 || cells().any(|cell| cell.is_busy.load(SeqCst));
    while is_busy() {
        if Instant::now() > patience {
            return false;
        }
        std::thread::yield_now();
    }
    true
}

/// While it lives, this thread's blocks are left out of the profile: they are the profile's own.
pub(super) struct Unsampled(Option<&'static AllocCell>, PhantomData<*const ()>);

impl Unsampled {
    pub(super) fn begin() -> Self {
        let cell = own_cell().filter(|cell| !cell.is_unsampled.swap(true, Relaxed));
        Unsampled(cell, PhantomData)
    }
}

impl Drop for Unsampled {
    fn drop(&mut self) {
        if let Some(cell) = self.0 {
            cell.is_unsampled.store(false, Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::weight::ONE;
    use super::*;
    use crate::FeagiAlloc;
    use crate::profiling::tables::Tables;
    use std::alloc::{GlobalAlloc, Layout, System};

    /// Moves nothing.
    struct Still;

    // SAFETY: the system's allocator does the work.
    unsafe impl GlobalAlloc for Still {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            // SAFETY: the caller's promise.
            unsafe { System.alloc(layout) }
        }

        unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
            // SAFETY: the caller's promise.
            unsafe { System.dealloc(place, layout) }
        }

        unsafe fn realloc(&self, _: *mut u8, _: Layout, _: usize) -> *mut u8 {
            ptr::null_mut()
        }
    }

    const LAYOUT: Layout = Layout::new::<[u64; 64]>();
    static FEAGI: FeagiAlloc = FeagiAlloc::new();
    static STILL: FeagiAlloc<Still> = FeagiAlloc::with(Still);

    fn new() -> *mut u8 {
        // SAFETY: the layout has a size.
        unsafe { FEAGI.alloc(LAYOUT) }
    }

    fn free(block: *mut u8) {
        // SAFETY: from `new`, or from `STILL`, which has them from the same allocator.
        unsafe { FEAGI.dealloc(block, LAYOUT) };
    }

    /// Blocks that were sampled, and those in use.
    fn blocks(run: &Run) -> [u64; 2] {
        run.tables.origins().fold([0; 2], |[come, used], (_, _, weights)| {
            [come + weights[0].objects / ONE, used + weights[1].objects / ONE]
        })
    }

    #[test]
    fn blocks_are_in_use_until_they_are_freed_and_the_profiles_own_are_left_out() {
        free(new());
        let walker = Walker::new(Tables::read(None));
        // Each block is sampled.
        let run = Run::new(1, &walker).expect("memory");
        // SAFETY: both stay until the run has ended.
        unsafe { begin(&run) };
        let block = new();
        assert_eq!(blocks(&run), [1, 1]);
        // The sampler's own code would do as much if it allocated.
        with_run(|_| {
            free(new());
            free(block);
        });
        assert_eq!(blocks(&run), [1, 0], "a block of another is freed there, one of its own is none");
        {
            let _own = Unsampled::begin();
            free(new());
        }
        assert_eq!(blocks(&run), [1, 0]);
        // SAFETY: the layout has a size.
        let still = unsafe { STILL.alloc(LAYOUT) };
        // SAFETY: from the line before.
        assert!(unsafe { STILL.realloc(still, LAYOUT, 4096) }.is_null());
        assert_eq!(blocks(&run), [2, 1], "it could not be moved, and is in use still");
        free(still);
        // SAFETY: its new size is not zero.
        let moved = unsafe { FEAGI.realloc(new(), LAYOUT, 4096) };
        assert_eq!(blocks(&run), [4, 1], "a block that moves is another one");
        // SAFETY: from the line before.
        unsafe { FEAGI.dealloc(moved, Layout::new::<[u64; 512]>()) };
        assert_eq!(blocks(&run), [4, 0]);
        std::thread::spawn(move || free(new())).join().expect("it only frees");
        assert_eq!(blocks(&run), [5, 0]);
        assert!(end(), "nobody is with it");
        free(new());
        assert_eq!(blocks(&run), [5, 0], "it is over");
    }
}
