//! Memory whose use is checked: a read and a write, or two writes, that nothing puts in order end the model.

use loom::cell::UnsafeCell;
use std::ops::Range;

/// So many parts, used round and round.
pub(crate) struct Tracked(Box<[UnsafeCell<()>]>);

// SAFETY: the cells hold nothing; `loom` looks at who comes to them, and that is what they are for.
unsafe impl Sync for Tracked {}

impl Tracked {
    pub(crate) fn new(parts: u64) -> Self {
        Tracked((0..parts).map(|_| UnsafeCell::new(())).collect())
    }

    fn cells(&self, parts: Range<u64>) -> impl Iterator<Item = &UnsafeCell<()>> {
        parts.map(|part| &self.0[part as usize % self.0.len()])
    }

    pub(crate) fn read(&self, parts: Range<u64>) {
        self.cells(parts).for_each(|cell| cell.with(|_| ()));
    }

    pub(crate) fn write(&self, parts: Range<u64>) {
        self.cells(parts).for_each(|cell| cell.with_mut(|_| ()));
    }
}
