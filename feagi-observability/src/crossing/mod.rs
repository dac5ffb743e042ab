//! Contexts that go where a call does not: to other threads, tasks, queues, and back from callbacks.
//!
//! Receives the context of the thread that it is asked on; gives it to the thread, poll or closure that it is wanted in. Imports
//! `context` and `instrument`, and is imported by none of them: a call does not know how its context came to its thread.

mod captured;
mod closure;
mod future;
mod message;
pub mod propagation;
#[cfg(feature = "rayon")]
mod rayon;
mod request;
mod spawner;
mod task;
pub mod thread;

pub use captured::{CapturedContext, ContextGuard};
pub use closure::{carry, carry_fn};
pub use future::{InContext, InCurrentContext};
pub use message::Carrying;
#[cfg(feature = "rayon")]
pub use rayon::{ParallelInContext, ParallelInCurrentContext};
pub use request::{current_baggage, current_request_id, with_request_id};
pub use spawner::{Spawn, Spawner};
pub use task::TaskContexts;
