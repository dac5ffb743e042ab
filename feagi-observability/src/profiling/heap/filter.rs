//! Which addresses may be those of sampled blocks: how many of them fall on each of so many bytes. Hardly any block is sampled, so that
//! most frees ask one byte and are done.
//!
//! Invariant: a free comes after its allocation, and so sees the count of its own block. Relaxed is enough for that: whatever brought the
//! address from one thread to the other orders the two.

use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

const BITS: u32 = 16;

/// A byte that has come so far stays there: it has lost count.
const FULL: u8 = u8::MAX;

/// 64 KiB, of which as many pages are touched as blocks are sampled.
pub(super) struct Filter([AtomicU8; 1 << BITS]);

impl Filter {
    pub(super) const fn new() -> Self {
        Filter([const { AtomicU8::new(0) }; 1 << BITS])
    }

    /// `false` where no block at this address is sampled.
    #[inline(always)]
    pub(super) fn may_hold(&self, address: usize) -> bool {
        self.byte(address).is_some_and(|byte| byte.load(Relaxed) != 0)
    }

    pub(super) fn add(&self, address: usize) {
        self.change(address, |count| (count < FULL).then(|| count + 1));
    }

    pub(super) fn remove(&self, address: usize) {
        self.change(address, |count| (0 < count && count < FULL).then(|| count - 1));
    }

    pub(super) fn clear(&self) {
        self.0.iter().for_each(|byte| byte.store(0, Relaxed));
    }

    fn change(&self, address: usize, to: impl FnMut(u8) -> Option<u8>) {
        let _ = self.byte(address).map(|byte| byte.fetch_update(Relaxed, Relaxed, to));
    }

    #[inline(always)]
    fn byte(&self, address: usize) -> Option<&AtomicU8> {
        self.0.get((spread(address) >> (u64::BITS - BITS)) as usize)
    }
}

/// Makes the upper bits depend on all others: Fibonacci hashing (D. Knuth, The Art of Computer Programming, volume 3, 6.4).
#[inline(always)]
pub(super) fn spread(address: usize) -> u64 {
    (address as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_held_until_it_was_removed_as_often_as_it_was_added() {
        let filter = Box::new(Filter::new());
        assert!(!filter.may_hold(4096));
        filter.add(4096);
        filter.add(4096);
        filter.remove(4096);
        assert!(filter.may_hold(4096));
        filter.remove(4096);
        assert!(!filter.may_hold(4096));
        filter.remove(4096);
        assert!(!filter.may_hold(4096), "nothing is less than none");
    }

    #[test]
    fn a_count_that_is_full_is_never_forgotten() {
        let filter = Box::new(Filter::new());
        (0..300).for_each(|_| filter.add(64));
        (0..300).for_each(|_| filter.remove(64));
        assert!(filter.may_hold(64));
        filter.clear();
        assert!(!filter.may_hold(64));
    }

    #[test]
    fn few_addresses_share_their_byte_with_a_sampled_one() {
        let filter = Box::new(Filter::new());
        (0..1000).for_each(|block| filter.add(0x7f00_0000_0000 + block * 524_288));
        let shared = (0..100_000).filter(|block| filter.may_hold(0x5500_0000_0000 + block * 80)).count();
        assert!(shared < 4000, "{shared} of 100,000");
    }
}
