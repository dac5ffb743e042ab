//! Who is calling: ids, and the context that a thread is in. Imports no signal.

mod entered;
mod ids;
mod shared;
mod slot;

pub use ids::{SpanId, TraceId};
pub(crate) use shared::SharedContext;
pub use slot::{Context, current_context};
pub(crate) use slot::{SpanName, ThreadSlot, set_thread_slot, thread_slot};
