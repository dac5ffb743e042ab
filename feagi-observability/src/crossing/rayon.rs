//! Rayon's parallel iterators in the context of whoever runs them.
//!
//! Rayon's pool has no hook for a job, and its threads take each other's work. But each piece of work of a parallel iterator is one
//! folder: made on the thread that does the work, before its first item, and gone after its last. So the folder holds the guard.
//! Nothing is entered for each item.

use super::{CapturedContext, ContextGuard};
use rayon::iter::ParallelIterator;
use rayon::iter::plumbing::{Consumer, Folder, Reducer, UnindexedConsumer};

/// Takes a context along into rayon's pool.
pub trait ParallelInCurrentContext: ParallelIterator {
    /// Runs the iterator, what comes before it and what comes after, in the context that the calling thread is in now: on all threads of
    /// the pool, whoever takes whose work, and while a thread waits for another. Each thread is then back where it was.
    ///
    /// It stands behind those adaptors that count or pair items, such as `enumerate`, `zip` and `chunks`: they would take the items out
    /// before they are worked on. Length and order are kept: `collect` into a `Vec` is as fast, and gives the same, as without.
    ///
    /// What the pool does besides has to take its context along itself (for `spawn`, `join` and `scope` see [`carry`](crate::carry)): a job
    /// without one, taken by a thread that waits inside another, sees the context of that other.
    ///
    /// ```
    /// use feagi_observability::{ParallelInCurrentContext, current_request_id, with_request_id};
    /// use rayon::iter::{IntoParallelIterator, ParallelIterator};
    ///
    /// let ids: Vec<_> = with_request_id("r-7", || {
    ///     (0..1000).into_par_iter().in_current_context().map(|_| current_request_id()).collect()
    /// });
    /// assert!(ids.iter().all(|id| id.as_deref() == Some("r-7")));
    /// ```
    fn in_current_context(self) -> ParallelInContext<Self> {
        ParallelInContext { base: self, captured: CapturedContext::capture() }
    }
}

impl<I: ParallelIterator> ParallelInCurrentContext for I {}

/// A parallel iterator in a context; made by [`ParallelInCurrentContext`].
#[derive(Clone, Debug)]
#[must_use = "parallel iterators do nothing unless they are consumed"]
pub struct ParallelInContext<I> {
    base: I,
    captured: CapturedContext,
}

/// Invariant: no `IndexedParallelIterator`. There the items are taken out by whoever wants them, who then works on them after this
/// has been left, and joins what comes of them outside of it.
impl<I: ParallelIterator> ParallelIterator for ParallelInContext<I> {
    type Item = I::Item;

    fn drive_unindexed<C: UnindexedConsumer<I::Item>>(self, consumer: C) -> C::Result {
        let ParallelInContext { base, captured } = self;
        base.drive_unindexed(InContext { base: consumer, captured })
    }

    fn opt_len(&self) -> Option<usize> {
        self.base.opt_len()
    }
}

/// A consumer or reducer in a context.
struct InContext<C> {
    base: C,
    captured: CapturedContext,
}

impl<C> InContext<C> {
    fn with<D>(&self, base: D) -> InContext<D> {
        InContext { base, captured: self.captured.clone() }
    }
}

impl<T, C: Consumer<T>> Consumer<T> for InContext<C> {
    type Folder = FolderInContext<C::Folder>;
    type Reducer = InContext<C::Reducer>;
    type Result = C::Result;

    fn split_at(self, index: usize) -> (Self, Self, Self::Reducer) {
        let InContext { base, captured } = self;
        let (left, right, reducer) = base.split_at(index);
        let left = InContext { base: left, captured };
        let (right, reducer) = (left.with(right), left.with(reducer));
        (left, right, reducer)
    }

    fn into_folder(self) -> Self::Folder {
        // First: what the folder begins with may be made by the user.
        let guard = self.captured.attach();
        FolderInContext { base: self.base.into_folder(), guard }
    }

    fn full(&self) -> bool {
        self.base.full()
    }
}

impl<T, C: UnindexedConsumer<T>> UnindexedConsumer<T> for InContext<C> {
    fn split_off_left(&self) -> Self {
        self.with(self.base.split_off_left())
    }

    fn to_reducer(&self) -> Self::Reducer {
        self.with(self.base.to_reducer())
    }
}

impl<T, R: Reducer<T>> Reducer<T> for InContext<R> {
    fn reduce(self, left: T, right: T) -> T {
        let InContext { base, captured } = self;
        captured.run(|| base.reduce(left, right))
    }
}

/// One piece of work. Neither moves to another thread nor outlives its stay there.
struct FolderInContext<F> {
    /// Dropped in its context.
    base: F,
    guard: ContextGuard,
}

impl<T, F: Folder<T>> Folder<T> for FolderInContext<F> {
    type Result = F::Result;

    fn consume(self, item: T) -> Self {
        FolderInContext { base: self.base.consume(item), guard: self.guard }
    }

    fn consume_iter<I: IntoIterator<Item = T>>(self, items: I) -> Self {
        FolderInContext { base: self.base.consume_iter(items), guard: self.guard }
    }

    fn complete(self) -> F::Result {
        let FolderInContext { base, guard } = self;
        let result = base.complete();
        drop(guard);
        result
    }

    fn full(&self) -> bool {
        self.base.full()
    }
}
