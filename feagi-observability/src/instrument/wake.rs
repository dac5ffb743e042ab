//! Waking the collector: the one system call that an instrumented call may make, when a ring passes half while the
//! collector sleeps.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed, Ordering::SeqCst};
use std::sync::{Mutex, PoisonError};
use std::thread::Thread;

static SLEEPING: AtomicBool = AtomicBool::new(false);
static COLLECTOR: Mutex<Option<Thread>> = Mutex::new(None);

/// Says who is to be woken; `None` when the collector ends.
pub(crate) fn set_collector(thread: Option<Thread>) {
    *COLLECTOR.lock().unwrap_or_else(PoisonError::into_inner) = thread;
    SLEEPING.store(false, SeqCst);
}

/// Sleeps until woken or until `timeout` has passed; the collector's.
pub(crate) fn sleep(timeout: std::time::Duration) {
    SLEEPING.store(true, SeqCst);
    std::thread::park_timeout(timeout);
    SLEEPING.store(false, Relaxed);
}

/// Wakes the collector if it sleeps. One of many callers wins the swap and pays for it; the lock is free then, for
/// only start and end of the collector take it.
#[cold]
pub(crate) fn wake() {
    if SLEEPING.load(Relaxed)
        && SLEEPING.swap(false, SeqCst)
        && let Ok(collector) = COLLECTOR.try_lock()
        && let Some(thread) = collector.as_ref()
    {
        thread.unpark();
    }
}
