//! The sampled blocks that are not freed: address, and what they are counted under.
//!
//! Each address has a place in one of two lines of eight; whoever adds or takes one looks at these, and waits for nobody. A place is
//! claimed with one exchange and given back with one store; nothing moves.
//!
//! Invariant: an address is added by whoever has just allocated it, and taken by whoever is about to free it, so never by two at once.

use super::filter::spread;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicU32, AtomicUsize};

const LINES_BITS: u32 = 13;
const WIDTH: usize = 8;

/// Neither free nor anybody's: no block stands there.
const CLAIMED: usize = 1;

/// A cache line of addresses; 0 where there is none.
#[repr(C, align(64))]
struct Line([AtomicUsize; WIDTH]);

/// 65,536 places, 768 KiB. Valid when all of its bytes are zero.
pub(super) struct Blocks {
    addresses: [Line; 1 << LINES_BITS],
    records: [[AtomicU32; WIDTH]; 1 << LINES_BITS],
}

impl Blocks {
    /// Whether there was room.
    pub(super) fn add(&self, address: usize, record: u32) -> bool {
        self.places(address).any(|(place, of)| {
            // Acquire: comes after the Release of whoever had the place before.
            let is_claimed =
                place.load(Relaxed) == 0 && place.compare_exchange(0, CLAIMED, Acquire, Relaxed).is_ok();
            if is_claimed {
                of.store(record, Relaxed);
                // Release: what it is counted under stands there before it can be found.
                place.store(address, Release);
            }
            is_claimed
        })
    }

    /// What the block was counted under, if it is one of these; it is not, from now on.
    pub(super) fn take(&self, address: usize) -> Option<u32> {
        let (place, of) = self.places(address).find(|(place, _)| place.load(Acquire) == address)?;
        let record = of.load(Relaxed);
        place.store(0, Release);
        Some(record)
    }

    fn places(&self, address: usize) -> impl Iterator<Item = (&AtomicUsize, &AtomicU32)> {
        let first = (spread(address) >> (u64::BITS - LINES_BITS)) as usize;
        let line = |index: usize| self.addresses.get(index).zip(self.records.get(index));
        let lines = [line(first), line(first ^ 1)].into_iter().flatten();
        lines.flat_map(|(line, records)| line.0.iter().zip(records))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::alloc::{Layout, alloc_zeroed};
    use std::collections::HashMap;

    fn blocks() -> Box<Blocks> {
        // SAFETY: such a table may be all zero, and the box has the layout that it frees.
        unsafe { Box::from_raw(alloc_zeroed(Layout::new::<Blocks>()).cast()) }
    }

    #[test]
    fn what_was_added_is_taken_once() {
        let blocks = blocks();
        assert!(blocks.add(0x1000, 7));
        assert_eq!(blocks.take(0x2000), None);
        assert_eq!(blocks.take(0x1000), Some(7));
        assert_eq!(blocks.take(0x1000), None);
    }

    #[test]
    fn half_of_the_places_are_found_for_addresses_as_allocators_give_them() {
        let blocks = blocks();
        let mut known = HashMap::new();
        for number in 0..32_768_u32 {
            let address = 0x7f00_0000_0010 + number as usize * 12_352;
            if blocks.add(address, number) {
                known.insert(address, number);
            }
        }
        assert!(known.len() > 32_700, "only {}", known.len());
        assert!(known.iter().all(|(address, number)| blocks.take(*address) == Some(*number)));
    }

    #[test]
    fn what_finds_no_room_is_refused() {
        let blocks = blocks();
        let added = (1..100_000).filter(|number| blocks.add(number * 16, 1)).count();
        assert!(added <= WIDTH << LINES_BITS && added > 60_000, "{added}");
    }

    #[test]
    fn threads_do_not_disturb_each_other() {
        let blocks = blocks();
        std::thread::scope(|scope| {
            for thread in 0..4_usize {
                let blocks = &blocks;
                scope.spawn(move || {
                    for round in 0..20_000_usize {
                        let address = (1 + thread + 4 * (round % 1000)) * 64;
                        assert!(blocks.add(address, thread as u32));
                        assert_eq!(blocks.take(address), Some(thread as u32));
                    }
                });
            }
        });
    }
}
