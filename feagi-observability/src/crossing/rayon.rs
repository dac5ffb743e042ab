//! Rayon's parallel iterators in the context of whoever runs them.
//!
//! Rayon's pool has no hook for a job, and its threads take each other's work. But each piece of work of a parallel iterator is one
//! folder: made on the thread that does the work, before its first item, and gone after its last. So the folder holds the guard.
//! Nothing is entered for each item.

use super::{CapturedContext, ContextGuard};
use rayon::iter::plumbing::{Consumer, Folder, Reducer, UnindexedConsumer};
use rayon::iter::{
    Chunks, Enumerate, IndexedParallelIterator, IntoParallelIterator, MaxLen, MinLen, ParallelIterator, Rev,
    Skip, StepBy, Take, Zip,
};

/// Takes a context along into rayon's pool.
pub trait ParallelInCurrentContext: ParallelIterator {
    /// Runs the iterator, what comes before it and what comes after, in the context that the calling thread is in now: on all threads of
    /// the pool, whoever takes whose work, and while a thread waits for another. Each thread is then back where it was.
    ///
    /// It may stand before adaptors that count or pair items, such as `enumerate`, `zip` and `chunks`, or behind them; see
    /// [`ParallelInContext`]. Length and order are kept: `collect` into a `Vec` is as fast, and gives the same, as without.
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
///
/// Adaptors that ask for the items one by one, such as `enumerate`, are methods of its own: they go in front of the context, so that what comes
/// behind them is in it, too. Other iterators that such an adaptor takes are then made in it.
///
/// ```
/// use feagi_observability::{ParallelInCurrentContext, current_request_id, with_request_id};
/// use rayon::iter::{IntoParallelIterator, ParallelIterator};
///
/// let sums: Vec<(usize, u32)> = with_request_id("r-7", || {
///     let pairs = (0..100_u32).into_par_iter().in_current_context().zip(100..200_u32).chunks(10).enumerate();
///     pairs
///         .map(|(index, chunk)| {
///             assert_eq!(current_request_id().as_deref(), Some("r-7"));
///             (index, chunk.iter().map(|(a, b)| a + b).sum())
///         })
///         .collect()
/// });
/// assert_eq!((sums.len(), sums[1]), (10, (1, 1290)));
/// ```
#[derive(Clone, Debug)]
#[must_use = "parallel iterators do nothing unless they are consumed"]
pub struct ParallelInContext<I> {
    base: I,
    captured: CapturedContext,
}

macro_rules! in_front {
    ($($(#[$says:meta])* $method:ident($($argument:ident: $of:ty),*) -> $adaptor:ty;)*) => {
        /// These mean what they mean on `IndexedParallelIterator`.
        impl<I: IndexedParallelIterator> ParallelInContext<I> {
            $(
                $(#[$says])*
                pub fn $method(self, $($argument: $of),*) -> ParallelInContext<$adaptor> {
                    ParallelInContext { base: self.base.$method($($argument),*), captured: self.captured }
                }
            )*
        }
    };
}

in_front! {
    /// The items with their places.
    enumerate() -> Enumerate<I>;
    /// So many items at once, as a `Vec`; the last may have fewer. Panics if `size` is 0.
    chunks(size: usize) -> Chunks<I>;
    /// The items from the last to the first.
    rev() -> Rev<I>;
    /// All but the first `count` items.
    skip(count: usize) -> Skip<I>;
    /// The first `count` items.
    take(count: usize) -> Take<I>;
    /// Each `step`-th item. Panics if `step` is 0.
    step_by(step: usize) -> StepBy<I>;
    /// No piece of work has fewer items, unless there are fewer.
    with_min_len(min: usize) -> MinLen<I>;
    /// No piece of work has more items.
    with_max_len(max: usize) -> MaxLen<I>;
}

impl<I: IndexedParallelIterator> ParallelInContext<I> {
    /// The items in pairs with those of `other`, as many as the shorter one has.
    pub fn zip<Z>(self, other: Z) -> ParallelInContext<Zip<I, Z::Iter>>
    where
        Z: IntoParallelIterator<Iter: IndexedParallelIterator>,
    {
        let ParallelInContext { base, captured } = self;
        ParallelInContext { base: base.zip(other), captured }
    }

    /// How many items there are.
    #[allow(clippy::len_without_is_empty, reason = "as on `IndexedParallelIterator`")]
    pub fn len(&self) -> usize {
        self.base.len()
    }
}

/// Invariant: no `IndexedParallelIterator`. There the items are taken out by whoever wants them, who may then work on them after this
/// has been left, as `chunks` does, and begins and joins what comes of them outside of it.
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
