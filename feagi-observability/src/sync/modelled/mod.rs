//! The same in a model: `loom`'s, and what it has not, made of it.
//!
//! Time stands still but for [`advance`], so that a wait with a limit ends by it alone, or by what it waits for: a wake that is lost is a
//! deadlock, which `loom` reports.

mod clock;
mod lock;
pub(crate) mod mpsc;
pub(crate) mod thread;
mod tracked;

pub(crate) use clock::{advance, now};
pub(crate) use lock::{Condvar, Mutex, MutexGuard};
pub(crate) use loom::sync::atomic::{AtomicBool, AtomicU64, fence};
pub(crate) use tracked::Tracked;

/// Runs `model` in every order with at most so many preemptions: switches away from a thread that could have gone on. Most mistakes need
/// one or two; each more multiplies the orders.
pub(crate) fn check(preemptions: usize, model: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.max_branches = 20_000;
    builder.check(model);
}

/// A static that all threads of one run share; each run has its own.
macro_rules! global {
    ($(#[$attribute:meta])* static $name:ident: $type:ty = $value:expr;) => {
        loom::lazy_static! {
            $(#[$attribute])*
            static ref $name: $type = $value;
        }
    };
}

pub(crate) use global;
