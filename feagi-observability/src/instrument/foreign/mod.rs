//! What other crates record through `tracing` and `log`: their events and spans go over the same ring as our calls, and each
//! is the other's parent where it stands inside it.
//!
//! Receives from the subscriber in `logging`, which knows `tracing`'s traits; gives records to the ring and contexts to the thread's
//! slot. A span is known by a key, which is the `Id` that `tracing` sees. A key that is not one of ours, or not any more, is
//! told from the others and does nothing.

mod adopted;
mod event;
mod names;
mod pool;
mod span;
mod values;

pub use adopted::{Adopted, AdoptedFuture, adopt_future};
pub(crate) use event::log;
pub(crate) use names::name_of;
pub(crate) use span::{NO_SPAN, Parent, SpanKeys, clone, close, current, enter, exit, follow, open, record};
