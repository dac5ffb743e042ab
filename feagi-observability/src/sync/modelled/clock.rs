//! Time that a model moves.

use super::lock::Waiter;
use loom::sync::Mutex;
use loom::sync::atomic::AtomicU64;
use std::cell::Cell;
use std::sync::atomic::Ordering::{AcqRel, Acquire};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

loom::lazy_static! {
    /// Seconds since the start.
    static ref PASSED: AtomicU64 = AtomicU64::new(0);
}
loom::lazy_static! {
    /// Who waits for a moment.
    static ref WAITING: Mutex<Vec<Arc<Waiter>>> = Mutex::new(Vec::new());
}
loom::thread_local! {
    /// When this thread last looked, in seconds.
    static LOOKED: Cell<u64> = Cell::new(0);
}

fn at(seconds: u64) -> Instant {
    static START: OnceLock<Instant> = OnceLock::new();
    *START.get_or_init(Instant::now) + Duration::from_secs(seconds)
}

/// The present moment.
pub(crate) fn now() -> Instant {
    let passed = PASSED.load(Acquire);
    LOOKED.with(|looked| looked.set(passed));
    at(passed)
}

/// When the calling thread last looked at the time: a wait "for so long" was reckoned from then, and time that passes in between would
/// have it end at a moment that never comes, as nothing moves the clock again.
pub(super) fn looked() -> Instant {
    at(LOOKED.with(Cell::get))
}

/// Lets time pass, by whole seconds.
pub(crate) fn advance(time: Duration) {
    PASSED.fetch_add(time.as_secs(), AcqRel);
    WAITING.lock().unwrap().drain(..).for_each(|waiter| waiter.nudge());
}

/// Wakes this one when time passes.
pub(super) fn watch(waiter: Arc<Waiter>) {
    WAITING.lock().unwrap().push(waiter);
}
