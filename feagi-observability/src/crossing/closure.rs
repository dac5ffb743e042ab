//! Closures that take the context of where they were made along to where they are called.

use super::CapturedContext;

/// Takes the context of the calling thread along: `work` runs in it, wherever and whenever it is called.
///
/// For everything that takes a closure and calls it elsewhere, such as rayon's `spawn` and `join`, whose pool has no hook for a job, scoped
/// threads, timers and queues of jobs. What the thread was doing is back afterwards, and also if `work` panics: a pool's thread that runs
/// it while it waits for something else is exact before, within and after.
///
/// ```
/// use feagi_observability::{carry, current_request_id, with_request_id};
///
/// let id = with_request_id("r-7", || {
///     std::thread::scope(|scope| scope.spawn(carry(current_request_id)).join().unwrap())
/// });
/// assert_eq!(id.as_deref(), Some("r-7"));
/// ```
pub fn carry<R>(work: impl FnOnce() -> R) -> impl FnOnce() -> R {
    let captured = CapturedContext::capture();
    move || captured.run(work)
}

/// The same for what is called many times, perhaps by several threads at once, with a value: callbacks, the items of an iterator.
///
/// ```
/// use feagi_observability::{carry_fn, current_request_id, with_request_id};
///
/// let callback = with_request_id("r-7", || carry_fn(|n: u32| (n, current_request_id())));
/// let (n, id) = std::thread::spawn(move || callback(1)).join().unwrap();
/// assert_eq!((n, id.as_deref()), (1, Some("r-7")));
/// ```
pub fn carry_fn<T, R>(work: impl Fn(T) -> R) -> impl Fn(T) -> R {
    let captured = CapturedContext::capture();
    move |value| captured.run(|| work(value))
}
