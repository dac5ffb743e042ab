//! Who is calling: ids, and the context that a thread is in. Imports no signal.

mod ids;
mod slot;

pub use ids::{SpanId, TraceId};
pub use slot::{Context, current_context};
pub(crate) use slot::{SpanName, ThreadSlot, set_thread_slot, thread_slot};
