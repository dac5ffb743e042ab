//! The scope of a block. Unlike a function's body a block may be suspended, where a macro hides an `.await` from us: other work of the
//! thread then goes on in its context, and blocks may end in any order.
//!
//! Invariant: a block that finds anything else than its own context innermost when it ends, or that began before another one found
//! so, leaves the thread in no context: what was innermost before it may be gone.

use super::allocating::Allocations;
use super::frame::Frame;
use super::opening::Opening;
use super::sampled::Sampled;
use super::site::Site;
use super::thread;
use crate::context::Region;

/// A block in progress, of which every one is timed, or one of so many; dropping it ends it.
#[must_use = "a scope that is dropped at once measures nothing"]
pub struct Block<'f, const N: usize, const IS_SAMPLED: bool> {
    scope: Sampled<'f, N>,
    /// How many blocks of this thread had ended out of order when it began.
    disorder: u32,
    /// Whether the thread was unwinding already when the block began; asked for blocks that are counted only.
    unwinding: bool,
}

/// A block of which every one is timed.
pub type BlockScope<'f, const N: usize> = Block<'f, N, false>;

/// A block of which only every Nth is timed.
pub type SampledBlockScope<'f, const N: usize> = Block<'f, N, true>;

impl<'f, const N: usize, const IS_SAMPLED: bool> Block<'f, N, IS_SAMPLED> {
    /// One that measures nothing until it is opened.
    #[inline]
    pub fn new(site: &'static Site) -> Self {
        let disorder = thread::attached().map_or(0, |thread| thread.disorder.get());
        Block { scope: Sampled::new(site), disorder, unwinding: IS_SAMPLED && std::thread::panicking() }
    }

    /// What the block takes in before it begins; `None` where there is nothing to begin.
    #[inline]
    pub fn open(&mut self, frame: &'f mut Frame<N>) -> Option<Opening<'f>> {
        if IS_SAMPLED { self.scope.open(frame) } else { self.scope.scope.open(frame) }
    }

    /// The same for a site that has labels.
    #[inline]
    pub fn open_unregistered(&mut self, frame: &'f mut Frame<N>) -> Option<Opening<'f>> {
        if IS_SAMPLED {
            self.scope.open_unregistered(frame)
        } else {
            self.scope.scope.open_unregistered(frame)
        }
    }

    /// Begins the block.
    #[inline]
    pub fn begin(&mut self, opening: Opening<'f>) {
        if IS_SAMPLED {
            self.scope.begin(opening);
        } else {
            self.scope.scope.begin(opening);
        }
    }

    /// Has threads of a pool inherit the block's context while the guard lives.
    #[inline]
    pub fn open_region(&self) -> Region<'_> {
        self.scope.scope.open_region()
    }

    /// Counts what is allocated until the guard is dropped.
    #[inline]
    pub fn count_allocations(&self) -> Allocations<'_> {
        self.scope.scope.count_allocations()
    }
}

impl<const N: usize, const IS_SAMPLED: bool> Drop for Block<'_, N, IS_SAMPLED> {
    #[inline]
    fn drop(&mut self) {
        match &self.scope.counted {
            Some(counted) if std::thread::panicking() && !self.unwinding => counted.count_panic(),
            Some(counted) => counted.count(),
            None => self.scope.scope.leave_in_order(self.disorder),
        }
    }
}
