//! What a run of the heap profile has seen: stacks, callers, and for each pair of them what was allocated and what of it is gone.
//!
//! Bounded, and outside of the heap that it describes: some 27 MiB of addresses from the system, of which as many pages are touched as there are
//! samples. Nobody waits for anybody in here, nothing is allocated, and what finds no place is counted.

use super::blocks::Blocks;
use super::caller::Caller;
use super::interned::{Interned, hash};
use super::weight::Weight;
use std::alloc::{GlobalAlloc, Layout, System};
use std::ops::Deref;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Functions of a stack that are kept, from the leaf on.
pub(super) const DEPTH: usize = 128;

const STACKS: usize = 1 << 13;
const RECORDS: usize = 1 << 16;
/// A table that is nearly full is slow.
const MOST_STACKS: usize = STACKS / 8 * 7;
const MOST_RECORDS: usize = RECORDS / 8 * 7;
/// From here on calls are not told apart any more, so that functions and threads can be to the end.
const MOST_CALLS: usize = RECORDS / 8 * 6;

/// Addresses of functions, leaf first.
#[derive(Clone, Copy)]
pub(super) struct Stack {
    pub(super) depth: usize,
    pub(super) addresses: [u64; DEPTH],
}

impl Stack {
    pub(super) const EMPTY: Stack = Stack { depth: 0, addresses: [0; DEPTH] };

    pub(super) fn known(&self) -> &[u64] {
        self.addresses.get(..self.depth).unwrap_or_default()
    }
}

impl PartialEq for Stack {
    fn eq(&self, other: &Self) -> bool {
        self.known() == other.known()
    }
}

impl Eq for Stack {}

/// Where something was allocated, and for whom.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Origin {
    stack: u32,
    pub(super) caller: Caller,
}

/// What was allocated there, in the units of [`Weight`], and what of it was freed.
pub(super) struct Record {
    come: [AtomicU64; 2],
    gone: [AtomicU64; 2],
}

impl Record {
    fn add(sums: &[AtomicU64; 2], weight: Weight) {
        let [objects, bytes] = sums;
        objects.fetch_add(weight.objects, Relaxed);
        bytes.fetch_add(weight.bytes, Relaxed);
    }

    fn read([objects, bytes]: &[AtomicU64; 2]) -> Weight {
        Weight { objects: objects.load(Relaxed), bytes: bytes.load(Relaxed) }
    }

    /// What was allocated, and what of that is in use.
    pub(super) fn weights(&self) -> [Weight; 2] {
        // What is gone first: nothing goes that has not come.
        let gone = Record::read(&self.gone);
        let come = Record::read(&self.come);
        let objects = come.objects.saturating_sub(gone.objects);
        [come, Weight { objects, bytes: come.bytes.saturating_sub(gone.bytes) }]
    }
}

/// What could not be kept as it should be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Losses {
    /// Samples that are nowhere.
    pub(super) samples: u64,
    /// Samples whose blocks count as freed at once.
    pub(super) untracked: u64,
    /// Samples without the ids of their call.
    pub(super) without_ids: u64,
    /// Samples without a stack.
    pub(super) without_stack: u64,
}

/// All zero when it begins.
pub(super) struct HeapTables {
    stacks: Interned<Stack, (), STACKS>,
    records: Interned<Origin, Record, RECORDS>,
    blocks: Blocks,
    samples: AtomicU64,
    untracked: AtomicU64,
    without_ids: AtomicU64,
    without_stack: AtomicU64,
}

/// Stands for no stack.
const NO_STACK: u32 = u32::MAX;

impl HeapTables {
    /// Keeps a block; `false` if it cannot be found again when it is freed.
    pub(super) fn keep(&self, address: usize, stack: &Stack, caller: &Caller, weight: Weight) -> bool {
        let Some((index, record)) = self.record_of(stack, caller) else {
            self.samples.fetch_add(1, Relaxed);
            return false;
        };
        Record::add(&record.come, weight);
        let is_kept = self.blocks.add(address, index);
        if !is_kept {
            Record::add(&record.gone, weight);
            self.untracked.fetch_add(1, Relaxed);
        }
        is_kept
    }

    /// Takes a block out, if it is one of those kept: what it counts under.
    pub(super) fn take(&self, address: usize, weight: Weight) -> Option<u32> {
        let index = self.blocks.take(address)?;
        if let Some(record) = self.records.value(index as usize) {
            Record::add(&record.gone, weight);
        }
        Some(index)
    }

    /// The opposite, for a block that stays after all; `false`, and it counts as freed, if its place is gone.
    pub(super) fn put_back(&self, address: usize, index: u32, weight: Weight) -> bool {
        let is_kept = self.blocks.add(address, index);
        if let Some(record) = self.records.value(index as usize).filter(|_| is_kept) {
            let [objects, bytes] = &record.gone;
            objects.fetch_sub(weight.objects, Relaxed);
            bytes.fetch_sub(weight.bytes, Relaxed);
        }
        is_kept
    }

    fn record_of(&self, stack: &Stack, caller: &Caller) -> Option<(u32, &Record)> {
        let origin = Origin { stack: self.stack_of(stack), caller: *caller };
        let index = self.place_of(&origin, MOST_CALLS).or_else(|| {
            self.without_ids.fetch_add(1, Relaxed);
            self.place_of(&Origin { caller: caller.without_ids(), ..origin }, MOST_RECORDS)
        })?;
        Some((u32::try_from(index).ok()?, self.records.value(index)?))
    }

    fn place_of(&self, origin: &Origin, limit: usize) -> Option<usize> {
        let words = std::iter::once(u64::from(origin.stack)).chain(origin.caller.words());
        self.records.place_of(hash(words), origin, limit)
    }

    fn stack_of(&self, stack: &Stack) -> u32 {
        let place = (stack.depth > 0)
            .then(|| self.stacks.place_of(hash(stack.known().iter().copied()), stack, MOST_STACKS))
            .flatten();
        place.and_then(|index| u32::try_from(index).ok()).unwrap_or_else(|| {
            self.without_stack.fetch_add(1, Relaxed);
            NO_STACK
        })
    }

    /// Everything, with its stack.
    pub(super) fn origins(&self) -> impl Iterator<Item = (&[u64], &Caller, [Weight; 2])> {
        self.records.iter().map(|(origin, record)| {
            let stack = self.stacks.key(origin.stack as usize).map_or(&[][..], Stack::known);
            (stack, &origin.caller, record.weights())
        })
    }

    pub(super) fn losses(&self) -> Losses {
        let read = |count: &AtomicU64| count.load(Relaxed);
        Losses {
            samples: read(&self.samples),
            untracked: read(&self.untracked),
            without_ids: read(&self.without_ids),
            without_stack: read(&self.without_stack),
        }
    }
}

/// Tables of their own memory.
pub(super) struct OwnTables(NonNull<HeapTables>);

// SAFETY: as a box, which it would be if the tables were to be part of the heap that they describe.
unsafe impl Send for OwnTables {}
// SAFETY: as above.
unsafe impl Sync for OwnTables {}

impl OwnTables {
    const LAYOUT: Layout = Layout::new::<HeapTables>();

    /// `None` if the system has no memory left.
    pub(super) fn new() -> Option<Self> {
        // SAFETY: the layout has a size. Tables are valid when all of their bytes are zero: numbers, and keys that are not ready.
        NonNull::new(unsafe { System.alloc_zeroed(Self::LAYOUT) }.cast()).map(OwnTables)
    }
}

impl Deref for OwnTables {
    type Target = HeapTables;

    fn deref(&self) -> &HeapTables {
        // SAFETY: from `new`, and freed by `drop` alone.
        unsafe { self.0.as_ref() }
    }
}

impl Drop for OwnTables {
    fn drop(&mut self) {
        // SAFETY: from `new`; nothing in it has a destructor.
        unsafe { System.dealloc(self.0.as_ptr().cast(), Self::LAYOUT) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::{SpanId, TraceId};

    const WEIGHT: Weight = Weight { objects: 1024, bytes: 10 };

    fn stack(leaf: u64) -> Stack {
        let mut stack = Stack::EMPTY;
        stack.addresses[..2].copy_from_slice(&[leaf, 1]);
        stack.depth = 2;
        stack
    }

    fn call(number: u64) -> Caller {
        let mut caller = Caller::nobody();
        (caller.trace_id, caller.span_id) = (TraceId { high: 1, low: number }, SpanId(number));
        caller
    }

    #[test]
    fn what_is_freed_is_not_in_use_but_was_allocated() {
        let tables = OwnTables::new().unwrap();
        for address in [0x1000, 0x2000, 0x3000] {
            assert!(tables.keep(address, &stack(7), &call(1), WEIGHT));
        }
        assert!(tables.take(0x2000, WEIGHT).is_some());
        assert!(tables.take(0x2000, WEIGHT).is_none());
        let origins: Vec<_> = tables.origins().collect();
        let [(addresses, caller, [come, used])] = &origins[..] else {
            panic!("one origin: {}", origins.len())
        };
        assert_eq!((*addresses, caller.span_id), (&[7, 1][..], SpanId(1)));
        assert_eq!([come.bytes, come.objects, used.bytes, used.objects], [30, 3072, 20, 2048]);
    }

    #[test]
    fn a_block_that_could_not_be_moved_is_in_use_still() {
        let tables = OwnTables::new().unwrap();
        tables.keep(0x1000, &stack(7), &call(1), WEIGHT);
        let index = tables.take(0x1000, WEIGHT).unwrap();
        assert!(tables.put_back(0x1000, index, WEIGHT));
        let used: u64 = tables.origins().map(|(_, _, [_, used])| used.bytes).sum();
        assert_eq!(used, WEIGHT.bytes);
        assert_eq!(tables.take(0x1000, WEIGHT), Some(index));
    }

    #[test]
    fn beyond_the_bound_calls_are_not_told_apart_but_their_blocks_count() {
        let tables = OwnTables::new().unwrap();
        let calls = MOST_CALLS as u64 + 1000;
        for number in 1..=calls {
            tables.keep(number as usize * 0x1000, &stack(7), &call(number), WEIGHT);
            tables.take(number as usize * 0x1000, WEIGHT);
        }
        let losses = tables.losses();
        assert!(losses.without_ids >= 1000, "{losses:?}");
        assert_eq!(losses.samples, 0);
        let come: u64 = tables.origins().map(|(_, _, [come, _])| come.bytes).sum();
        assert_eq!(come, calls * WEIGHT.bytes);
    }

    #[test]
    fn a_stack_too_many_is_none() {
        let tables = OwnTables::new().unwrap();
        for leaf in 0..STACKS as u64 {
            tables.keep(0x1000, &stack(leaf + 2), &Caller::nobody(), WEIGHT);
            tables.take(0x1000, WEIGHT);
        }
        assert!(tables.losses().without_stack as usize >= STACKS - MOST_STACKS, "{:?}", tables.losses());
    }
}
