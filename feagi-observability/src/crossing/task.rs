//! The contexts of all tasks of a runtime, for runtimes that tell of each task.

use super::{CapturedContext, ContextGuard};
use std::cell::RefCell;
use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks that share the tasks among them, so that workers seldom meet at one.
const SHARDS: usize = 64;

thread_local! {
    /// The polls that this thread is in, the innermost last: `block_in_place` and `block_on` poll within a poll.
    static POLLS: RefCell<Vec<ContextGuard>> = const { RefCell::new(Vec::new()) };
}

/// Makes every task of a runtime run in the context of whoever has spawned it, also those of libraries; for a runtime with hooks that tell
/// of each task. Tokio's has them under `--cfg tokio_unstable`:
///
/// ```text
/// let tasks = Arc::new(TaskContexts::<tokio::task::Id>::new());
/// let [spawned, before, after, ended] = [(); 4].map(|()| Arc::clone(&tasks));
/// tokio::runtime::Builder::new_multi_thread()
///     .on_task_spawn(move |task| spawned.spawned(task.id()))
///     .on_before_task_poll(move |task| before.before_poll(task.id()))
///     .on_after_task_poll(move |task| after.after_poll())
///     .on_task_terminate(move |task| ended.ended(task.id()))
/// ```
///
/// Each poll looks its task up in a map, behind a lock that it shares with few others; with
/// [`in_current_context`](crate::InCurrentContext::in_current_context) it does not.
/// The hooks do not stand around the drop of a task that ends without being polled, when its runtime is shut down, nor around the
/// future of `block_on`, which is no task.
///
/// ```
/// use feagi_observability::{TaskContexts, current_request_id, with_request_id};
///
/// let tasks = TaskContexts::new();
/// with_request_id("r-7", || tasks.spawned(1));
/// // Later, on a worker of the runtime:
/// tasks.before_poll(1);
/// assert_eq!(current_request_id().as_deref(), Some("r-7"));
/// tasks.after_poll();
/// assert_eq!(current_request_id(), None);
/// tasks.ended(1);
/// ```
pub struct TaskContexts<Id> {
    shards: [Mutex<HashMap<Id, CapturedContext>>; SHARDS],
    hasher: RandomState,
}

impl<Id: Eq + Hash> TaskContexts<Id> {
    /// Of no task yet.
    pub fn new() -> Self {
        TaskContexts { shards: std::array::from_fn(|_| Mutex::default()), hasher: RandomState::new() }
    }

    /// A task was spawned: it takes the context of the calling thread along.
    pub fn spawned(&self, task: Id) {
        let captured = CapturedContext::capture();
        if !captured.is_nothing() {
            self.shard(&task).insert(task, captured);
        }
    }

    /// The calling thread is about to poll the task: it is in the task's context until [`after_poll`](Self::after_poll), or in none.
    pub fn before_poll(&self, task: Id) {
        let captured = self.shard(&task).get(&task).cloned();
        let guard = captured.unwrap_or_else(|| CapturedContext::from(None)).attach();
        // A thread that is ending polls no more.
        let _ = POLLS.try_with(|polls| polls.borrow_mut().push(guard));
    }

    /// The poll that the calling thread began last is over.
    pub fn after_poll(&self) {
        let _ = POLLS.try_with(|polls| polls.borrow_mut().pop());
    }

    /// The task has ended, and its context is forgotten.
    pub fn ended(&self, task: Id) {
        self.shard(&task).remove(&task);
    }

    /// How many tasks have a context now.
    ///
    /// ```
    /// let tasks = feagi_observability::TaskContexts::new();
    /// tasks.spawned(1);
    /// assert_eq!(tasks.len(), 0, "it was spawned in no context");
    /// ```
    pub fn len(&self) -> usize {
        self.shards.iter().map(|shard| lock(shard).len()).sum()
    }

    /// Whether no task has one.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn shard(&self, task: &Id) -> MutexGuard<'_, HashMap<Id, CapturedContext>> {
        let [first, ..] = &self.shards;
        lock(self.shards.get(self.hasher.hash_one(task) as usize % SHARDS).unwrap_or(first))
    }
}

/// A panic elsewhere while it was locked leaves a map usable.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<Id: Eq + Hash> Default for TaskContexts<Id> {
    fn default() -> Self {
        TaskContexts::new()
    }
}

impl<Id: Eq + Hash> fmt::Debug for TaskContexts<Id> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskContexts").field("tasks", &self.len()).finish()
    }
}
