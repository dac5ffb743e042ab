//! The scope of a block. Unlike a function's body a block may be suspended, where a macro hides an `.await` from us: other work of the
//! thread then goes on in its context, and blocks may end in any order.
//!
//! Invariant: a block that finds anything else than its own context innermost when it ends, or that began before another one found
//! so, leaves the thread in no context: what was innermost before it may be gone.

use super::allocating::Allocations;
use super::frame::Frame;
use super::opening::Opening;
use super::sampled::SampledScope;
use super::scope::Scope;
use super::site::Site;
use super::thread;
use super::value::Encoder;

/// A block in progress; dropping it ends it.
#[must_use = "a scope that is dropped at once measures nothing"]
pub struct BlockScope<'f, const N: usize> {
    scope: SampledScope<'f, N>,
    /// How many blocks of this thread had ended out of order when it began.
    disorder: u32,
}

/// Begins blocks of which only every Nth is timed.
pub struct SampledBlockScope;

impl<'f, const N: usize> BlockScope<'f, N> {
    /// Begins a block.
    #[inline(always)]
    pub fn enter(
        site: &'static Site,
        frame: &'f mut Frame<N>,
        head: impl FnOnce(&mut Opening<'_>),
        write: impl FnOnce(&mut Encoder<'_>),
    ) -> BlockScope<'f, N> {
        BlockScope::of(SampledScope::timed(Scope::enter(site, frame, head, write)))
    }

    #[inline(always)]
    fn of(scope: SampledScope<'f, N>) -> Self {
        let disorder = thread::attached().map_or(0, |thread| thread.disorder.get());
        BlockScope { scope, disorder }
    }

    /// Counts what is allocated until the guard is dropped.
    #[inline(always)]
    pub fn count_allocations(&self) -> Allocations<'_> {
        self.scope.count_allocations()
    }
}

impl SampledBlockScope {
    /// Begins a block, timed or not.
    #[inline(always)]
    pub fn enter<'f, const N: usize>(
        site: &'static Site,
        frame: &'f mut Frame<N>,
        head: impl FnOnce(&mut Opening<'_>),
        write: impl FnOnce(&mut Encoder<'_>),
    ) -> BlockScope<'f, N> {
        BlockScope::of(SampledScope::enter(site, frame, head, write))
    }
}

impl<const N: usize> Drop for BlockScope<'_, N> {
    #[inline(always)]
    fn drop(&mut self) {
        self.scope.leave_in_order(self.disorder);
    }
}
