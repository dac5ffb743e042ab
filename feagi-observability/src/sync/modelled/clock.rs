//! Time that a model moves.

use super::lock::Waiter;
use loom::sync::Mutex;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

#[derive(Default)]
struct Clock {
    passed: Duration,
    /// Who waits for a moment.
    waiting: Vec<Arc<Waiter>>,
}

loom::lazy_static! {
    static ref CLOCK: Mutex<Clock> = Mutex::new(Clock::default());
}

/// The present moment.
pub(crate) fn now() -> Instant {
    static START: OnceLock<Instant> = OnceLock::new();
    *START.get_or_init(Instant::now) + CLOCK.lock().unwrap().passed
}

/// Lets time pass.
pub(crate) fn advance(time: Duration) {
    let mut clock = CLOCK.lock().unwrap();
    clock.passed += time;
    clock.waiting.drain(..).for_each(|waiter| waiter.nudge());
}

/// Wakes this one when time passes.
pub(super) fn watch(waiter: Arc<Waiter>) {
    CLOCK.lock().unwrap().waiting.push(waiter);
}
