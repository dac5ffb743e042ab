//! Threads that begin in the context of whoever starts them; otherwise as [`std::thread`].

use super::carry;
use std::io;
use std::thread::{JoinHandle, Scope, ScopedJoinHandle};

/// Starts a thread in the context that the calling thread is in now.
///
/// ```
/// use feagi_observability::{current_request_id, thread, with_request_id};
///
/// let id = with_request_id("r-7", || thread::spawn(current_request_id)).join().unwrap();
/// assert_eq!(id.as_deref(), Some("r-7"));
/// ```
///
/// # Panics
/// As [`std::thread::spawn`], when the system starts no thread; [`Builder::spawn`] returns an error then.
pub fn spawn<F, T>(work: F) -> JoinHandle<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    std::thread::spawn(carry(work))
}

/// Starts threads, with a name and a stack of a size, in the context that the calling thread is in then.
///
/// ```
/// use feagi_observability::{current_request_id, thread, with_request_id};
///
/// let builder = thread::Builder::new().name("plasticity".to_owned()).stack_size(1 << 20);
/// let id = with_request_id("r-7", || builder.spawn(current_request_id)).unwrap().join().unwrap();
/// assert_eq!(id.as_deref(), Some("r-7"));
/// ```
#[derive(Debug)]
#[must_use = "a builder starts nothing by itself"]
pub struct Builder(std::thread::Builder);

impl Builder {
    /// One for a thread without a name.
    pub fn new() -> Builder {
        Builder(std::thread::Builder::new())
    }

    /// Names the thread, on its log lines and spans, too.
    pub fn name(self, name: String) -> Builder {
        Builder(self.0.name(name))
    }

    /// Gives the thread a stack of so many bytes.
    pub fn stack_size(self, size: usize) -> Builder {
        Builder(self.0.stack_size(size))
    }

    /// Starts the thread.
    ///
    /// # Errors
    /// When the system starts no thread.
    pub fn spawn<F, T>(self, work: F) -> io::Result<JoinHandle<T>>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        self.0.spawn(carry(work))
    }

    /// Starts the thread within a scope.
    ///
    /// ```
    /// use feagi_observability::{current_request_id, thread, with_request_id};
    ///
    /// with_request_id("r-7", || {
    ///     std::thread::scope(|scope| {
    ///         let started = thread::Builder::new().spawn_scoped(scope, current_request_id);
    ///         assert_eq!(started.unwrap().join().unwrap().as_deref(), Some("r-7"));
    ///     });
    /// });
    /// ```
    ///
    /// # Errors
    /// When the system starts no thread.
    pub fn spawn_scoped<'scope, F, T>(
        self,
        scope: &'scope Scope<'scope, '_>,
        work: F,
    ) -> io::Result<ScopedJoinHandle<'scope, T>>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        self.0.spawn_scoped(scope, carry(work))
    }
}

impl Default for Builder {
    fn default() -> Self {
        Builder::new()
    }
}
