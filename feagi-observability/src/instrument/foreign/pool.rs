//! Where open spans live: blocks of one size that are used again and never freed, found by a key that no later span has.
//!
//! A key is the block's number and its generation, so that one whose span has ended leads nowhere, whoever still has it.
//! Blocks come in chunks, each twice as large as the one before, of which memory that was never used takes none.

use super::super::thread::ThreadState;
use super::values::Values;
use crate::context::{Context, SharedContext};
use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::ptr;
use std::sync::atomic::{
    AtomicPtr, AtomicU8, AtomicU32, AtomicU64,
    Ordering::{AcqRel, Acquire, Relaxed, Release},
    fence,
};
use tracing_core::Metadata;

/// Blocks of the first chunk.
const FIRST: u32 = 64;
const CHUNKS: usize = 10;
/// Spans that can be open at once: 65,472, which take 128 MiB.
const LIMIT: u32 = FIRST * ((1 << CHUNKS) - 1);

/// One span that is open, or room for one.
#[repr(C, align(64))]
pub(super) struct Block {
    /// Odd while a span is open here.
    generation: AtomicU32,
    /// The number of the next free block, plus one.
    next_free: AtomicU32,
    /// How many handles there are to the span.
    pub(super) handles: AtomicU32,
    /// How the span was entered: see `span`.
    pub(super) entries: AtomicU8,
    /// How the call ended whose span it is, as its code plus one; 0 if nobody has said. Its highest bit is apart: see `span`.
    pub(super) outcome: AtomicU8,
    context: SharedContext,
    metadata: AtomicPtr<Metadata<'static>>,
    /// The thread that made it.
    pub(super) maker: AtomicPtr<ThreadState>,
    /// Clock ticks.
    pub(super) start: AtomicU64,
    pub(super) values: Values,
}

const _: () = assert!(size_of::<Block>() == 2048);

/// An open span, as far as its key could tell.
#[derive(Clone, Copy)]
pub(super) struct Open {
    pub(super) block: &'static Block,
    generation: u32,
}

/// A block that the caller alone has.
pub(super) struct Fresh {
    pub(super) block: &'static Block,
    index: u32,
    generation: u32,
}

struct Pool {
    chunks: [AtomicPtr<Block>; CHUNKS],
    /// The first free block's number plus one; in the upper half a count of changes, so that a block that was taken and given back
    /// meanwhile is not mistaken for one that stayed.
    free: AtomicU64,
    /// Blocks that were ever used.
    used: AtomicU32,
}

static POOL: Pool = Pool {
    chunks: [const { AtomicPtr::new(ptr::null_mut()) }; CHUNKS],
    free: AtomicU64::new(0),
    used: AtomicU32::new(0),
};

/// A free block; `None` if too many spans are open, or there is no memory.
pub(super) fn take() -> Option<Fresh> {
    let index = POOL.pop().or_else(|| POOL.unused())?;
    let block = POOL.block(index)?;
    Some(Fresh { block, index, generation: block.generation.load(Relaxed).wrapping_add(1) })
}

/// The open span with this key.
#[inline]
pub(super) fn find(key: u64) -> Option<Open> {
    let generation = (key >> 32) as u32;
    let block = POOL.block((key as u32).checked_sub(1)?)?;
    // Acquire: what the span's maker wrote is visible.
    let is_open = generation & 1 == 1 && block.generation.load(Acquire) == generation;
    is_open.then_some(Open { block, generation })
}

impl Fresh {
    /// Opens the span. Whoever has its key sees all of it.
    pub(super) fn publish(self, context: &Context, metadata: &'static Metadata<'static>) -> u64 {
        self.block.context.store(context);
        self.block.metadata.store(ptr::from_ref(metadata).cast_mut(), Relaxed);
        // Release: pairs with `find`.
        self.block.generation.store(self.generation, Release);
        let key = u64::from(self.generation) << 32 | u64::from(self.index + 1);
        std::mem::forget(self);
        key
    }
}

/// A user's `Debug` unwound before the span was there.
impl Drop for Fresh {
    fn drop(&mut self) {
        POOL.push(self.index);
    }
}

impl Open {
    /// Its context; `None` if it has been closed meanwhile.
    #[inline]
    pub(super) fn context(self) -> Option<Context> {
        let context = self.block.context.load();
        // Acquire: the parts are read before the generation is.
        fence(Acquire);
        context.filter(|_| self.is_open())
    }

    /// Gives it another context. Whoever reads it has to come after: the parts change one by one.
    pub(super) fn readopt(self, context: &Context) {
        self.block.context.store(context);
    }

    pub(super) fn metadata(self) -> Option<&'static Metadata<'static>> {
        // SAFETY: null, or a static that `publish` was given.
        unsafe { self.block.metadata.load(Relaxed).as_ref() }
    }

    /// Relaxed: read where the values' lock or a fence orders it.
    pub(super) fn is_open(self) -> bool {
        self.block.generation.load(Relaxed) == self.generation
    }

    /// Closes the span for everybody else; `false` if somebody else has.
    pub(super) fn close(self) -> bool {
        let next = self.generation.wrapping_add(1);
        self.block.generation.compare_exchange(self.generation, next, AcqRel, Relaxed).is_ok()
    }
}

/// Gives a closed span's block back.
pub(super) fn give(key: u64) {
    if let Some(index) = (key as u32).checked_sub(1) {
        POOL.push(index);
    }
}

impl Pool {
    #[inline]
    fn block(&self, index: u32) -> Option<&'static Block> {
        let (chunk, offset) = place(index);
        // Acquire: the chunk is whole.
        let first = self.chunks.get(chunk)?.load(Acquire);
        if first.is_null() {
            return None;
        }
        // SAFETY: a leaked chunk, and the offset lies within it.
        unsafe { first.add(offset as usize).as_ref() }
    }

    fn pop(&self) -> Option<u32> {
        // Acquire: the free block's link is visible.
        let mut free = self.free.load(Acquire);
        loop {
            let index = (free as u32).checked_sub(1)?;
            let next = self.block(index)?.next_free.load(Relaxed);
            match self.free.compare_exchange_weak(free, counted(free, next), Acquire, Acquire) {
                Ok(_) => return Some(index),
                Err(others) => free = others,
            }
        }
    }

    fn push(&self, index: u32) {
        let Some(block) = self.block(index) else { return };
        let mut free = self.free.load(Relaxed);
        loop {
            block.next_free.store(free as u32, Relaxed);
            // Release: pairs with `pop`.
            match self.free.compare_exchange_weak(free, counted(free, index + 1), Release, Relaxed) {
                Ok(_) => return,
                Err(others) => free = others,
            }
        }
    }

    /// A block that was never used.
    #[cold]
    fn unused(&self) -> Option<u32> {
        let more = |used: u32| (used < LIMIT).then_some(used + 1);
        let index = self.used.fetch_update(Relaxed, Relaxed, more).ok()?;
        if self.ensure(place(index).0) {
            return Some(index);
        }
        // No memory: the number is spent.
        None
    }

    /// Whether the chunk is there, made if need be.
    fn ensure(&self, chunk: usize) -> bool {
        let Some(slot) = self.chunks.get(chunk) else { return false };
        if !slot.load(Acquire).is_null() {
            return true;
        }
        let Ok(layout) = Layout::array::<Block>((FIRST as usize) << chunk) else { return false };
        // SAFETY: not of size zero. All parts of a block are fine as zeros: atomics, and bytes that need no value.
        let new: *mut Block = unsafe { alloc_zeroed(layout) }.cast();
        if new.is_null() {
            return false;
        }
        // Release publishes the chunk, acquire shows another thread's.
        if slot.compare_exchange(ptr::null_mut(), new, AcqRel, Acquire).is_err() {
            // SAFETY: made above with this layout, and nobody has seen it.
            unsafe { dealloc(new.cast(), layout) };
        }
        true
    }
}

/// The chunk that a block stands in, and where in it.
fn place(index: u32) -> (usize, u32) {
    let chunk = (index / FIRST + 1).ilog2();
    (chunk as usize, index - FIRST * ((1 << chunk) - 1))
}

/// A new head of the list of free blocks.
fn counted(free: u64, next: u32) -> u64 {
    ((free >> 32) + 1) << 32 | u64::from(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_has_a_place_of_its_own_within_its_chunk() {
        let mut expected = (0, 0);
        for index in 0..LIMIT {
            assert_eq!(place(index), expected);
            expected.1 += 1;
            if expected.1 == FIRST << expected.0 {
                expected = (expected.0 + 1, 0);
            }
        }
        assert_eq!(expected, (CHUNKS, 0));
        assert!(place(u32::MAX - 1).0 >= CHUNKS, "what no key has is beyond the chunks");
    }

    #[test]
    fn threads_that_take_and_give_never_have_the_same_block() {
        let threads = 4;
        std::thread::scope(|scope| {
            for thread in 0..threads {
                scope.spawn(move || {
                    for round in 0..2_000u64 {
                        let taken: Vec<Fresh> = (0..3).filter_map(|_| take()).collect();
                        assert_eq!(taken.len(), 3);
                        for fresh in &taken {
                            fresh.block.start.store(thread << 32 | round, Relaxed);
                        }
                        assert!(
                            taken.iter().all(|fresh| fresh.block.start.load(Relaxed) == thread << 32 | round)
                        );
                    }
                });
            }
        });
    }
}
