//! Walks the stack of the thread that allocates.
//!
//! The unwinder's cache is too large for a stack: there are some, and a thread takes one for the walk. Who finds none goes without.

use super::tables::{DEPTH, Stack};
use crate::instrument::alloc::AllocCell;
use crate::profiling::stack::{Cache, Registers, new_cache, walk};
use crate::profiling::tables::Tables;
use std::arch::asm;
use std::cell::UnsafeCell;
use std::mem::MaybeUninit;
use std::ops::Range;
use std::sync::atomic::{
    AtomicBool,
    Ordering::{Acquire, Relaxed, Release},
};

/// As many walks at once.
const CACHES: usize = 8;

/// What a walk needs of the stack itself, and somewhat more.
const ROOM: u64 = 32 << 10;

pub(super) struct Walker {
    tables: Tables,
    caches: Vec<Desk>,
}

struct Desk {
    is_taken: AtomicBool,
    cache: UnsafeCell<Cache>,
}

// SAFETY: a cache is touched by the thread alone that has taken its desk.
unsafe impl Sync for Desk {}
// SAFETY: as above.
unsafe impl Send for Desk {}

impl Walker {
    pub(super) fn new(tables: Tables) -> Self {
        let desk = || Desk { is_taken: AtomicBool::new(false), cache: UnsafeCell::new(new_cache()) };
        Walker { tables, caches: (0..CACHES).map(|_| desk()).collect() }
    }

    pub(super) fn tables(&self) -> &Tables {
        &self.tables
    }

    /// This thread's stack, as far as it is known; `cell` is the thread's own.
    #[inline(never)]
    pub(super) fn walk(&self, cell: &AllocCell, into: &mut Stack) {
        let registers = registers();
        let Some(stack) = rest_of_stack(cell, registers.sp) else { return };
        // Acquire, with the Release below: the cache is as the last one has left it.
        let free = |desk: &&Desk| desk.is_taken.compare_exchange(false, true, Acquire, Relaxed).is_ok();
        let Some(desk) = self.caches.iter().find(free) else { return };
        // SAFETY: of the cache, taken by this thread alone; of the stack, that it is this thread's own, from here to its end.
        let walked = unsafe {
            walk(&self.tables.unwinder, registers, stack, &mut *desk.cache.get(), &mut into.addresses)
        };
        desk.is_taken.store(false, Release);
        into.depth = walked.depth.min(DEPTH);
    }
}

/// Those of the function that this is inlined into, at this place.
#[inline(always)]
fn registers() -> Registers {
    let (ip, sp, bp);
    // SAFETY: reads registers, and changes nothing else.
    unsafe {
        asm!(
            "lea {ip}, [rip]",
            "mov {sp}, rsp",
            "mov {bp}, rbp",
            ip = out(reg) ip, sp = out(reg) sp, bp = out(reg) bp,
            options(nomem, nostack, preserves_flags),
        );
    }
    Registers { ip, sp, bp }
}

/// From the stack pointer to the end of the thread's stack. None on another stack, such as a signal's or a coroutine's, and where
/// little is left.
fn rest_of_stack(cell: &AllocCell, sp: u64) -> Option<Range<u64>> {
    let known = cell.stack.each_ref().map(|end| end.load(Relaxed));
    let [low, high] = if known == [0; 2] {
        let found = own_stack().unwrap_or([1; 2]);
        for (place, end) in cell.stack.iter().zip(found) {
            place.store(end, Relaxed);
        }
        found
    } else {
        known
    };
    let (low, high) = (low as u64, high as u64);
    (low.saturating_add(ROOM) <= sp && sp < high).then_some(sp..high)
}

/// Asks the system, which takes a moment, on the main thread some system calls; the answer stays right.
#[cold]
fn own_stack() -> Option<[usize; 2]> {
    let mut attributes = MaybeUninit::<libc::pthread_attr_t>::uninit();
    let (mut low, mut size) = (std::ptr::null_mut(), 0);
    // SAFETY: the attributes are read and destroyed only if they were written, and of the calling thread.
    unsafe {
        if libc::pthread_getattr_np(libc::pthread_self(), attributes.as_mut_ptr()) != 0 {
            return None;
        }
        let answer = libc::pthread_attr_getstack(attributes.as_ptr(), &mut low, &mut size);
        libc::pthread_attr_destroy(attributes.as_mut_ptr());
        (answer == 0).then(|| [low.addr(), low.addr().saturating_add(size)])
    }
}
