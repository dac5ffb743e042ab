//! Tasks that begin in the context of whoever spawns them, on any executor.

use super::{InContext, InCurrentContext};
use std::future::Future;

/// How an executor begins a task; to be implemented for one's own, in a few lines, see [`Spawner`].
pub trait Spawn {
    /// What the executor returns for a task whose future ends in a `T`.
    type Handle<T: Send + 'static>;

    /// Begins a task.
    fn spawn<F>(&self, future: InContext<F>) -> Self::Handle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static;
}

/// An executor whose tasks all run in the context of whoever has spawned them: what a program hands around in place of its runtime's handle,
/// so that nobody has to think of [`in_current_context`](InCurrentContext::in_current_context).
///
/// What it cannot do: tasks that are spawned past it begin in no context, those of libraries among them. Tokio could tell of every
/// task, whoever spawns it, by hooks of its runtime's builder (`on_task_spawn`, `on_before_task_poll`); they are there only under
/// `--cfg tokio_unstable`, for which [`TaskContexts`](crate::TaskContexts) is made.
///
/// ```
/// use feagi_observability::{InContext, Spawn, Spawner, current_request_id, with_request_id};
/// use tokio::runtime::{Builder, Handle};
/// use tokio::task::JoinHandle;
///
/// struct Tokio(Handle);
///
/// impl Spawn for Tokio {
///     type Handle<T: Send + 'static> = JoinHandle<T>;
///
///     fn spawn<F>(&self, future: InContext<F>) -> JoinHandle<F::Output>
///     where
///         F: Future + Send + 'static,
///         F::Output: Send + 'static,
///     {
///         self.0.spawn(future)
///     }
/// }
///
/// let runtime = Builder::new_multi_thread().build().unwrap();
/// let tasks = Spawner::new(Tokio(runtime.handle().clone()));
/// let task = with_request_id("r-7", || tasks.spawn(async { current_request_id() }));
/// assert_eq!(runtime.block_on(task).unwrap().as_deref(), Some("r-7"));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Spawner<S> {
    executor: S,
}

impl<S: Spawn> Spawner<S> {
    /// One that spawns on `executor`.
    pub const fn new(executor: S) -> Self {
        Spawner { executor }
    }

    /// Begins a task in the context that the calling thread is in now.
    pub fn spawn<F>(&self, future: F) -> S::Handle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.executor.spawn(future.in_current_context())
    }
}
