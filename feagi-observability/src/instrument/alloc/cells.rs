//! The cells of all threads: a thread finds its own, or takes one over, or makes one.
//!
//! A cell outlives its thread, with its sums, so that totals never go back. No destructor says that a thread has ended: whoever needs a
//! cell asks the system about the owners, now and then, and takes over the cells of those that are gone; see `threads`. So a cell is its
//! thread's to the last destructor, nothing is registered that an unloaded library would leave behind, and there are at most some
//! twice as many cells as there have been threads at once. In a forked child the cells of the parent's threads stay as they are: the
//! one thread that is left goes on with one of them.
//!
//! Invariant: the list only grows, and cells are never freed.

use super::IS_ON;
use super::cell::AllocCell;
use super::{threads, totals};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::ptr::{self, NonNull};
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicPtr, AtomicUsize};

/// Beyond them threads share one, 8 MiB of cells in all.
const MAX_CELLS: usize = 1 << 16;

/// So many threads may begin before the system is asked again which have ended; at least the number of cells.
const ASK_AGAIN: usize = 8;

thread_local! {
    /// No destructor: it can be asked at any time.
    static OWN: Cell<*const AllocCell> = const { Cell::new(ptr::null()) };
}

static FIRST: AtomicPtr<AllocCell> = AtomicPtr::new(ptr::null_mut());
static CELLS: AtomicUsize = AtomicUsize::new(0);
/// Of them without an owner. An estimate, by which a search is saved.
static FREE: AtomicUsize = AtomicUsize::new(0);
/// Threads that have come since the system was asked last.
static COME: AtomicUsize = AtomicUsize::new(0);

/// For threads that have none of their own.
static SHARED: AllocCell = AllocCell::new(0);

/// All cells that there are, the shared one included.
pub(crate) fn cells() -> impl Iterator<Item = &'static AllocCell> {
    // Acquire: a cell was whole before it was in the list.
    let first = FIRST.load(Acquire);
    // SAFETY: null, or a cell, which is never freed.
    let own =
        std::iter::successors(unsafe { first.as_ref() }, |cell| unsafe { cell.next.load(Relaxed).as_ref() });
    own.chain(std::iter::once(&SHARED))
}

/// The calling thread's; none before its first allocation, and where it shares one.
#[inline(always)]
pub(crate) fn own_cell() -> Option<&'static AllocCell> {
    if !IS_ON {
        return None;
    }
    // SAFETY: null, or a cell, which is never freed.
    unsafe { OWN.get().as_ref() }
}

/// Has the thread's cell count; one that has none takes one first.
#[inline(always)]
pub(super) fn on_own_cell(count: impl Fn(&AllocCell) -> bool) -> bool {
    match own_cell() {
        Some(cell) => count(cell),
        None => on_new_cell(count),
    }
}

#[cold]
#[inline(never)]
fn on_new_cell(count: impl Fn(&AllocCell) -> bool) -> bool {
    totals::begin();
    let _errno = threads::Errno::kept();
    let Some(cell) = claim() else {
        // What the cell would count is found out with one that is nobody's.
        let alone = AllocCell::alone();
        count(&alone);
        SHARED.share(alone.come(), alone.gone());
        return false;
    };
    cell.welcome();
    OWN.set(cell);
    count(cell)
}

fn claim() -> Option<&'static AllocCell> {
    let me = threads::own_id();
    take_free(me)
        .or_else(|| {
            free_orphans(me);
            take_free(me)
        })
        .or_else(|| new_cell(me))
}

/// An owner's number, and which of the cell's owners it is.
fn owned_by(id: u64, before: u64) -> u64 {
    (before >> threads::ID_BITS).wrapping_add(1) << threads::ID_BITS | id
}

fn owner_of(owner: u64) -> u64 {
    owner & ((1 << threads::ID_BITS) - 1)
}

fn take_free(me: u64) -> Option<&'static AllocCell> {
    if FREE.load(Relaxed) == 0 {
        return None;
    }
    let free = cells().find(|cell| {
        let owner = cell.owner.load(Relaxed);
        // Acquire: the sums are as the last owner has left them.
        owner_of(owner) == 0
            && !ptr::eq(*cell, &SHARED)
            && cell.owner.compare_exchange(owner, owned_by(me, owner), Acquire, Relaxed).is_ok()
    });
    if free.is_some() {
        // It cannot fall below zero but for a moment, as each cell that is taken was counted before.
        FREE.fetch_sub(1, Relaxed);
    }
    free
}

/// Frees the cells of threads that are gone, if enough threads have come for it to be worth while.
fn free_orphans(me: u64) {
    let come = COME.fetch_add(1, Relaxed) + 1;
    if come < CELLS.load(Relaxed).max(ASK_AGAIN) {
        return;
    }
    COME.store(0, Relaxed);
    for cell in cells() {
        let owner = cell.owner.load(Relaxed);
        let id = owner_of(owner);
        // Who has my number and is not me is gone.
        if id == 0 || (id != me && threads::may_live(id)) {
            continue;
        }
        // Counted first, so that the count never falls below zero. Release: pairs with `take_free`. The number of owners before tells
        // this owner from a later one with the same number.
        FREE.fetch_add(1, Relaxed);
        if cell.owner.compare_exchange(owner, owned_by(0, owner), AcqRel, Relaxed).is_err() {
            FREE.fetch_sub(1, Relaxed);
        }
    }
}

fn new_cell(me: u64) -> Option<&'static AllocCell> {
    if CELLS.fetch_add(1, Relaxed) >= MAX_CELLS {
        CELLS.fetch_sub(1, Relaxed);
        return None;
    }
    // The system's own, which counts nothing: we may be within the first allocation of the program.
    // SAFETY: a cell has a size.
    let place = NonNull::new(unsafe { System.alloc(Layout::new::<AllocCell>()) }.cast::<AllocCell>());
    let Some(place) = place else {
        CELLS.fetch_sub(1, Relaxed);
        return None;
    };
    // SAFETY: memory for a cell, which nobody else knows, and which is never freed.
    let cell: &'static AllocCell = unsafe {
        place.write(AllocCell::new(owned_by(me, 0)));
        place.as_ref()
    };
    let mut first = FIRST.load(Relaxed);
    loop {
        cell.next.store(first, Relaxed);
        // Release: pairs with `cells`.
        match FIRST.compare_exchange_weak(first, place.as_ptr(), Release, Relaxed) {
            Ok(_) => return Some(cell),
            Err(newer) => first = newer,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_with_a_number_that_was_there_before_is_another_one() {
        let first = owned_by(7, 0);
        let second = owned_by(7, owned_by(0, first));
        assert_eq!((owner_of(first), owner_of(second)), (7, 7));
        assert_ne!(first, second);
    }
}
