//! Walks a stack from given registers by the tables of [`tables`](super::tables): without allocation, locks or system calls, and never
//! beyond the end that it is told. Fit for signal handlers and allocators.

use framehop::x86_64::{CacheX86_64, UnwindRegsX86_64, UnwinderX86_64};
use framehop::{MustNotAllocateDuringUnwind, Unwinder as _};
use std::ops::Range;
use std::sync::Arc;

/// The tables of all modules.
pub(super) type Unwinder = UnwinderX86_64<Arc<[u8]>, MustNotAllocateDuringUnwind>;

/// Rules that were found before, some 30 KB; of one thread at a time.
pub(super) type Cache = CacheX86_64<MustNotAllocateDuringUnwind>;

/// A cache that is to be used without allocation.
pub(super) fn new_cache() -> Cache {
    CacheX86_64::new_in()
}

/// Where a thread stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Registers {
    pub(super) ip: u64,
    pub(super) sp: u64,
    pub(super) bp: u64,
}

/// How far a walk has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Walked {
    /// How many addresses it has found.
    pub(super) depth: usize,
    /// Whether the stack goes on, as far as is known.
    pub(super) is_cut: bool,
}

/// Writes the addresses of the functions on the stack into `into`, leaf first: of callers one that lies within the call.
///
/// # Safety
/// `stack` is memory that can be read: from the stack pointer, or below it, to where the thread's stack ends, or before.
pub(super) unsafe fn walk(
    unwinder: &Unwinder,
    registers: Registers,
    stack: Range<u64>,
    cache: &mut Cache,
    into: &mut [u64],
) -> Walked {
    let mut read = |address: u64| {
        let last = stack.end.saturating_sub(8);
        if address < stack.start || address > last || !address.is_multiple_of(8) {
            return Err(());
        }
        // SAFETY: within the caller's range, and aligned. Volatile: it is another function's memory, of whatever type.
        Ok(unsafe { std::ptr::with_exposed_provenance::<u64>(address as usize).read_volatile() })
    };
    let start = UnwindRegsX86_64::new(registers.ip, registers.sp, registers.bp);
    let mut frames = unwinder.iter_frames(registers.ip, start, cache, &mut read);
    let mut depth = 0;
    for place in into {
        match frames.next() {
            Ok(Some(frame)) => *place = frame.address_for_lookup(),
            Ok(None) => return Walked { depth, is_cut: false },
            Err(_) => return Walked { depth, is_cut: true },
        }
        depth += 1;
    }
    Walked { depth, is_cut: true }
}
