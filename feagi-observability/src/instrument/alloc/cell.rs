//! What one thread has allocated and freed, in a cell that it alone writes: a load, an addition, a store.
//!
//! Every 64 KiB of traffic, and where the heap profile wants a block, the thread comes to [`AllocCell::settle`].

use super::Allocated;
use super::totals;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicPtr, AtomicU64, AtomicUsize, Ordering::Relaxed};

/// A thread tells of its blocks when so many bytes have come and gone: the peak is exact to so many bytes a thread.
const SETTLED_EVERY: i64 = 64 << 10;

/// No block is to be sampled.
const NEVER: u64 = u64::MAX;

/// Two cache lines, as processors fetch them: threads do not disturb each other.
///
/// Invariant: but for `owner` and `next`, and `left` once in a while, none but the owner writes. Relaxed throughout: each number stands for itself, and
/// what they say together is exact once the threads rest.
#[repr(C, align(128))]
pub(crate) struct AllocCell {
    allocations: AtomicU64,
    deallocations: AtomicU64,
    allocated_bytes: AtomicU64,
    freed_bytes: AtomicU64,
    /// Bytes of traffic until the next [`AllocCell::settle`].
    left: AtomicI64,
    /// What of the live bytes is in the sum of all threads.
    told: AtomicI64,
    /// What was allocated here and is charged to no call: the runtime's, and that of owners before.
    uncharged_bytes: AtomicU64,
    uncharged: AtomicU64,
    /// At which of `allocated_bytes` the next block is sampled.
    sample_at: AtomicU64,
    /// The mean distance of samples that `sample_at` was drawn with.
    interval: AtomicU64,
    dice: AtomicU64,
    /// The owner's stack, lowest and highest address; zero where nobody has asked yet.
    pub(crate) stack: [AtomicUsize; 2],
    /// Whether the owner is with the tables of the heap profile.
    pub(crate) is_busy: AtomicBool,
    /// Whether the owner's blocks are left out of the heap profile.
    pub(crate) is_unsampled: AtomicBool,
    /// See `cells`.
    pub(super) owner: AtomicU64,
    pub(super) next: AtomicPtr<AllocCell>,
}

const _: () = assert!(size_of::<AllocCell>() == 128, "a cell is two lines");

/// For the owner alone.
#[inline(always)]
fn add(sum: &AtomicU64, more: u64) {
    sum.store(sum.load(Relaxed).wrapping_add(more), Relaxed);
}

impl AllocCell {
    pub(super) const fn new(owner: u64) -> Self {
        AllocCell {
            allocations: AtomicU64::new(0),
            deallocations: AtomicU64::new(0),
            allocated_bytes: AtomicU64::new(0),
            freed_bytes: AtomicU64::new(0),
            left: AtomicI64::new(0),
            told: AtomicI64::new(0),
            uncharged_bytes: AtomicU64::new(0),
            uncharged: AtomicU64::new(0),
            sample_at: AtomicU64::new(NEVER),
            interval: AtomicU64::new(0),
            dice: AtomicU64::new(0),
            stack: [const { AtomicUsize::new(0) }; 2],
            is_busy: AtomicBool::new(false),
            is_unsampled: AtomicBool::new(false),
            owner: AtomicU64::new(owner),
            next: AtomicPtr::new(std::ptr::null_mut()),
        }
    }

    /// One that never settles: for what is to be added to another's sums.
    pub(super) fn alone() -> Self {
        let cell = Self::new(0);
        cell.left.store(i64::MAX, Relaxed);
        cell
    }

    #[inline(always)]
    pub(super) fn allocate(&self, bytes: u64) -> bool {
        add(&self.allocations, 1);
        add(&self.allocated_bytes, bytes);
        self.pass(bytes, bytes)
    }

    #[inline(always)]
    pub(super) fn free(&self, bytes: u64) -> bool {
        add(&self.deallocations, 1);
        add(&self.freed_bytes, bytes);
        self.pass(bytes, 0)
    }

    /// One that grows is a block more and a block less; one that shrinks only gives bytes back. To the heap profile either is a new block.
    #[inline(always)]
    pub(super) fn resize(&self, before: u64, after: u64) -> bool {
        if let Some(more @ 1..) = after.checked_sub(before) {
            add(&self.allocations, 1);
            add(&self.deallocations, 1);
            add(&self.allocated_bytes, more);
            self.bring_sample_nearer(before);
        } else {
            add(&self.freed_bytes, before - after);
            self.bring_sample_nearer(after);
        }
        self.pass(before.wrapping_add(after), after)
    }

    /// For bytes that are in no sum, but are bytes of a new block all the same.
    #[inline(always)]
    fn bring_sample_nearer(&self, bytes: u64) {
        let at = self.sample_at.load(Relaxed);
        if at != NEVER {
            self.sample_at.store(at.saturating_sub(bytes), Relaxed);
        }
    }

    /// So many bytes of traffic, of which these are a new block's.
    #[inline(always)]
    fn pass(&self, bytes: u64, block: u64) -> bool {
        let left = self.left.load(Relaxed).wrapping_sub(bytes as i64);
        self.left.store(left, Relaxed);
        left < 0 && self.settle(block)
    }

    /// Tells the sum of all threads what has changed, and looks whether the block that was counted last is to be sampled.
    #[cold]
    #[inline(never)]
    fn settle(&self, block: u64) -> bool {
        let passed = self.allocated_bytes.load(Relaxed);
        let live = passed.wrapping_sub(self.freed_bytes.load(Relaxed)) as i64;
        totals::change(live.wrapping_sub(self.told.load(Relaxed)));
        self.told.store(live, Relaxed);
        let is_due = self.look_at_sampling(passed, block);
        let until_sample = self.sample_at.load(Relaxed).saturating_sub(passed);
        // Traffic is no less than what is allocated: it is used up before the sample's byte has passed, or with it.
        let left = i64::try_from(until_sample).unwrap_or(i64::MAX).saturating_sub(1);
        self.left.store(left.min(SETTLED_EVERY), Relaxed);
        is_due
    }

    fn look_at_sampling(&self, passed: u64, block: u64) -> bool {
        let interval = totals::sample_interval();
        if interval != self.interval.load(Relaxed) {
            self.interval.store(interval, Relaxed);
            // The block that was counted last is the first that may be sampled.
            let from = passed.saturating_sub(block);
            let at = if interval == 0 { NEVER } else { from.saturating_add(self.draw_gap(interval)) };
            self.sample_at.store(at, Relaxed);
        }
        let is_due = passed >= self.sample_at.load(Relaxed);
        if is_due {
            self.sample_at.store(passed.saturating_add(self.draw_gap(interval)), Relaxed);
        }
        is_due
    }

    /// Exponentially distributed, so that each byte is as likely to be the one as any other.
    fn draw_gap(&self, mean: u64) -> u64 {
        let mut dice = self.dice.load(Relaxed);
        if dice == 0 {
            // The cell's place and its owners' number differ from thread to thread.
            dice = (std::ptr::from_ref(self).addr() as u64) ^ self.owner.load(Relaxed).rotate_left(29) | 1;
        }
        // SplitMix64: G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number generators", 2014.
        dice = dice.wrapping_add(0x9e37_79b9_7f4a_7c15);
        self.dice.store(dice, Relaxed);
        let mut mixed = (dice ^ dice >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        // In (0, 1]: a logarithm of nothing is none.
        let unit = ((mixed >> 11) + 1) as f64 / (1_u64 << 53) as f64;
        ((-unit.ln() * mean as f64).ceil() as u64).max(1)
    }

    /// For the owner alone.
    pub(super) fn settle_now(&self) {
        self.settle(0);
    }

    /// Has the owner settle soon, unless it changes the number in the same moment; then it does after 64 KiB.
    pub(super) fn hurry(&self) {
        self.left.store(0, Relaxed);
    }

    /// What calls are charged with.
    #[inline]
    pub(super) fn so_far(&self) -> Allocated {
        let bytes = self.allocated_bytes.load(Relaxed).wrapping_sub(self.uncharged_bytes.load(Relaxed));
        let count = self.allocations.load(Relaxed).wrapping_sub(self.uncharged.load(Relaxed));
        Allocated { bytes, count }
    }

    /// From now on `so_far` goes on from there.
    pub(super) fn go_back_to(&self, then: Allocated) {
        self.uncharged_bytes.store(self.allocated_bytes.load(Relaxed).wrapping_sub(then.bytes), Relaxed);
        self.uncharged.store(self.allocations.load(Relaxed).wrapping_sub(then.count), Relaxed);
    }

    /// What is the thread's, not the sums', is new with a new owner.
    pub(super) fn welcome(&self) {
        self.go_back_to(Allocated::default());
        self.stack.iter().for_each(|end| end.store(0, Relaxed));
        self.is_busy.store(false, Relaxed);
        self.is_unsampled.store(false, Relaxed);
    }

    /// Deallocations and freed bytes.
    pub(super) fn gone(&self) -> [u64; 2] {
        [&self.deallocations, &self.freed_bytes].map(|sum| sum.load(Relaxed))
    }

    /// Allocations and allocated bytes.
    pub(super) fn come(&self) -> [u64; 2] {
        [&self.allocations, &self.allocated_bytes].map(|sum| sum.load(Relaxed))
    }

    /// As `allocate`, `free` and `resize`, for what many threads write.
    pub(super) fn share(&self, come: [u64; 2], gone: [u64; 2]) {
        let sums = [&self.allocations, &self.allocated_bytes, &self.deallocations, &self.freed_bytes];
        for (sum, more) in sums.into_iter().zip(come.into_iter().chain(gone)) {
            sum.fetch_add(more, Relaxed);
        }
        totals::change(come[1].wrapping_sub(gone[1]) as i64);
    }
}
