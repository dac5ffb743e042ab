//! A context that travels with a message.

use super::{CapturedContext, ContextGuard};

/// A value and the context that it was sent in: what the receiver does with it belongs to the sender's trace, whoever receives it and
/// however long it has waited. For channels and queues of every kind.
///
/// ```
/// use feagi_observability::{Carrying, current_request_id, with_request_id};
/// use std::sync::mpsc::channel;
///
/// let (sender, receiver) = channel();
/// let worker = std::thread::spawn(move || {
///     for message in receiver {
///         let message: Carrying<u32> = message;
///         message.receive(|n| assert_eq!(current_request_id().as_deref(), Some(&*format!("r-{n}"))));
///     }
/// });
/// for n in 0..3 {
///     with_request_id(format!("r-{n}"), || sender.send(Carrying::new(n)).unwrap());
/// }
/// drop(sender);
/// worker.join().unwrap();
/// ```
#[derive(Clone, Debug)]
pub struct Carrying<T> {
    value: T,
    captured: CapturedContext,
}

impl<T> Carrying<T> {
    /// Takes the context of the calling thread along.
    pub fn new(value: T) -> Self {
        Carrying { value, captured: CapturedContext::capture() }
    }

    /// The value, seen from outside its context: to decide whose it is, or whether it is worth it.
    ///
    /// ```
    /// assert_eq!(*feagi_observability::Carrying::new(7).value(), 7);
    /// ```
    pub fn value(&self) -> &T {
        &self.value
    }

    /// Calls `work` with the value, in its context.
    ///
    /// ```
    /// use feagi_observability::{Carrying, current_request_id, with_request_id};
    ///
    /// let message = with_request_id("r-7", || Carrying::new(7));
    /// let id = message.receive(|value| (value == 7).then(current_request_id).flatten());
    /// assert_eq!(id.as_deref(), Some("r-7"));
    /// ```
    pub fn receive<R>(self, work: impl FnOnce(T) -> R) -> R {
        let Carrying { value, captured } = self;
        captured.run(|| work(value))
    }

    /// The value, and a guard of its context: this thread is in it until the guard is dropped.
    ///
    /// ```
    /// use feagi_observability::{Carrying, current_request_id, with_request_id};
    ///
    /// let (value, _guard) = with_request_id("r-7", || Carrying::new(7)).attach();
    /// assert_eq!((value, current_request_id().as_deref()), (7, Some("r-7")));
    /// ```
    pub fn attach(self) -> (T, ContextGuard) {
        let guard = self.captured.attach();
        (self.value, guard)
    }

    /// The value and its context; for a future that is to handle it, see [`CapturedContext::scope`].
    ///
    /// ```
    /// use feagi_observability::{Carrying, with_request_id};
    ///
    /// let (value, context) = with_request_id("r-7", || Carrying::new(7)).into_parts();
    /// assert_eq!((value, context.request_id()), (7, Some("r-7")));
    /// ```
    pub fn into_parts(self) -> (T, CapturedContext) {
        (self.value, self.captured)
    }
}

/// A value with the context of elsewhere.
impl<T> From<(T, CapturedContext)> for Carrying<T> {
    fn from((value, captured): (T, CapturedContext)) -> Self {
        Carrying { value, captured }
    }
}
