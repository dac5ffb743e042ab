//! Waking the collector: the one system call that an instrumented call may make, when a ring passes half while the
//! collector sleeps.

use crate::sync::thread::{self, Thread};
use crate::sync::{AtomicBool, Mutex, fence, global};
use std::sync::PoisonError;
use std::sync::atomic::{Ordering::Relaxed, Ordering::SeqCst};
use std::time::Duration;

global! {
    static SLEEPING: AtomicBool = AtomicBool::new(false);
}
global! {
    static COLLECTOR: Mutex<Option<Thread>> = Mutex::new(None);
}

/// Said by the collector: it is the one to be woken, before it first sleeps; `None` when it ends.
pub(crate) fn set_collector(thread: Option<Thread>) {
    *COLLECTOR.lock().unwrap_or_else(PoisonError::into_inner) = thread;
}

/// Sleeps until woken or until `timeout` has passed, but not if `is_due`; the collector's.
pub(crate) fn sleep(timeout: Duration, is_due: impl FnOnce() -> bool) {
    SLEEPING.store(true, Relaxed);
    // Of this fence and the one in `wake`, one comes first: either what was written before that is seen here, or there that we sleep.
    fence(SeqCst);
    if !is_due() {
        thread::park_timeout(timeout);
    }
    SLEEPING.store(false, Relaxed);
}

/// Wakes the collector if it sleeps; `true` if it was this call that did. One of many callers wins the exchange and pays for it; the lock is
/// free then, for only start and end of the collector take it. Relaxed: nothing but the flag itself is told by it.
#[cold]
pub(crate) fn wake() -> bool {
    fence(SeqCst);
    if SLEEPING.load(Relaxed)
        && SLEEPING.compare_exchange(true, false, Relaxed, Relaxed).is_ok()
        && let Ok(collector) = COLLECTOR.try_lock()
        && let Some(thread) = collector.as_ref()
    {
        thread.unpark();
        return true;
    }
    false
}
