//! Keys that are kept once, each with a value of its own: a table that only grows, to a fixed number, and in which nobody waits.
//!
//! Two threads that bring the same key at the same time may both be given a place for it; whoever reads the table adds up equal keys.

use std::cell::UnsafeCell;
use std::mem::MaybeUninit;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize};

/// How many places are looked at for a key.
const PROBES: usize = 64;

/// A table of `N` places, a power of two. Valid when all of its bytes are zero, if a `V` is.
pub(super) struct Interned<K, V, const N: usize> {
    places: [Place<K, V>; N],
    taken: AtomicUsize,
}

struct Place<K, V> {
    /// Of its key; 0 where it has none.
    hash: AtomicU64,
    /// Whether the key stands there, as it will for ever.
    is_ready: AtomicBool,
    key: UnsafeCell<MaybeUninit<K>>,
    value: V,
}

// SAFETY: a key is written by the one who has claimed its place, before it is ready, and only read from then on.
unsafe impl<K: Send + Sync, V: Sync, const N: usize> Sync for Interned<K, V, N> {}

impl<K: Copy + Eq, V, const N: usize> Interned<K, V, N> {
    /// Where the key has its place, which it is given if need be, as long as fewer than `limit` keys have one.
    pub(super) fn place_of(&self, hash: u64, key: &K, limit: usize) -> Option<usize> {
        // Zero is none.
        let hash = hash | 1;
        let first = (hash >> 1) as usize;
        for index in (first..first.wrapping_add(PROBES)).map(|index| index & (N - 1)) {
            let place = self.places.get(index)?;
            match place.hash.load(Acquire) {
                0 => {
                    if self.taken.load(Relaxed) >= limit {
                        return None;
                    }
                    if place.hash.compare_exchange(0, hash, Acquire, Relaxed).is_ok() {
                        self.taken.fetch_add(1, Relaxed);
                        // SAFETY: claimed by this thread, and not ready, so that nobody reads it.
                        unsafe { (*place.key.get()).write(*key) };
                        // Release: pairs with `key`.
                        place.is_ready.store(true, Release);
                        return Some(index);
                    }
                }
                known if known == hash && place.key() == Some(key) => return Some(index),
                _ => {}
            }
        }
        None
    }

    pub(super) fn value(&self, index: usize) -> Option<&V> {
        self.places.get(index).map(|place| &place.value)
    }

    pub(super) fn key(&self, index: usize) -> Option<&K> {
        self.places.get(index)?.key()
    }

    /// All that are ready.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.places.iter().filter_map(|place| Some((place.key()?, &place.value)))
    }
}

impl<K, V> Place<K, V> {
    fn key(&self) -> Option<&K> {
        // Acquire: pairs with the Release of whoever wrote it.
        let is_ready = self.is_ready.load(Acquire);
        // SAFETY: ready: written, and never changed again.
        is_ready.then(|| unsafe { (*self.key.get()).assume_init_ref() })
    }
}

/// Brings words down to one that depends on all of them.
pub(super) fn hash(words: impl Iterator<Item = u64>) -> u64 {
    let mixed = words.fold(0x243f_6a88_85a3_08d3_u64, |hash, word| {
        (hash ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29)
    });
    mixed ^ mixed >> 32
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::alloc::{Layout, alloc_zeroed};
    use std::sync::atomic::AtomicU32;

    type Small = Interned<u64, AtomicU32, 1024>;

    fn table() -> Box<Small> {
        // SAFETY: such a table may be all zero, and the box has the layout that it frees.
        unsafe { Box::from_raw(alloc_zeroed(Layout::new::<Small>()).cast()) }
    }

    #[test]
    fn a_key_keeps_its_place_and_others_have_others() {
        let table = table();
        let place = |key: u64| table.place_of(hash([key].into_iter()), &key, 512);
        let first = place(7);
        assert!(first.is_some() && first == place(7));
        assert_ne!(first, place(8));
        assert_eq!(table.key(first.unwrap()), Some(&7));
        assert_eq!(table.iter().count(), 2);
    }

    #[test]
    fn keys_with_the_same_hash_are_told_apart() {
        let table = table();
        let places: Vec<_> = (0..PROBES as u64).map(|key| table.place_of(3, &key, 512).unwrap()).collect();
        assert!((0..PROBES as u64).all(|key| table.place_of(3, &key, 512) == Some(places[key as usize])));
        assert_eq!(table.place_of(3, &1000, 512), None, "nobody looks for ever");
    }

    #[test]
    fn beyond_the_limit_only_known_keys_have_a_place() {
        let table = table();
        let place = |key: u64| table.place_of(hash([key].into_iter()), &key, 100);
        assert_eq!((0..200).filter(|key| place(*key).is_some()).count(), 100);
        assert!(place(0).is_some());
    }

    #[test]
    fn threads_that_bring_the_same_keys_lose_no_count() {
        let table = table();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for round in 0..20_000_u64 {
                        let key = round % 100;
                        let place = table.place_of(hash([key].into_iter()), &key, 512).unwrap();
                        table.value(place).unwrap().fetch_add(1, Relaxed);
                    }
                });
            }
        });
        let mut sums = [0; 100];
        table.iter().for_each(|(key, value)| sums[*key as usize] += value.load(Relaxed));
        assert_eq!(sums, [800; 100]);
    }
}
