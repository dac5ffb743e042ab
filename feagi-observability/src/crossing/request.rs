//! What rides with a context, for those who do not care about contexts: the caller's request id, and baggage.

use super::CapturedContext;
use super::captured::current_carried;
use crate::context::Baggage;
use std::sync::Arc;

/// Calls `work` under the caller's own id for what it asks for: every log line, span and exemplar of it has that id beside ours, and
/// so has what `work` hands on with its context. It never becomes a metric label.
///
/// An id is a text of at most 128 bytes, and cut where it is longer; an empty one is none. What could break a line in it is escaped
/// where it is shown. Futures have [`InCurrentContext::with_request_id`](crate::InCurrentContext::with_request_id).
///
/// ```
/// use feagi_observability::{current_request_id, observe, with_request_id};
///
/// #[observe]
/// fn handle() {
///     assert_eq!(current_request_id().as_deref(), Some("r-7"));
/// }
/// with_request_id("r-7", handle);
/// assert_eq!(current_request_id(), None);
/// ```
pub fn with_request_id<R>(id: impl AsRef<str>, work: impl FnOnce() -> R) -> R {
    CapturedContext::capture().with_request_id(id.as_ref()).run(work)
}

/// The caller's request id, where one was set around this.
///
/// ```
/// assert_eq!(feagi_observability::current_request_id(), None);
/// ```
pub fn current_request_id() -> Option<Arc<str>> {
    current_carried()?.request_id().cloned()
}

/// The baggage of what this thread is doing; `None` where nothing is said.
///
/// ```
/// assert!(feagi_observability::current_baggage().is_none());
/// ```
pub fn current_baggage() -> Option<Arc<Baggage>> {
    current_carried()?.baggage().cloned()
}
