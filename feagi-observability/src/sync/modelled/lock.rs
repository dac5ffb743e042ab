//! A mutex as `loom`'s, and a condition variable whose waits can time out.

use super::clock::{self, now};
use loom::sync::Notify;
use std::collections::VecDeque;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, LockResult, TryLockError, TryLockResult};
use std::time::{Duration, Instant};

#[derive(Debug, Default)]
pub(crate) struct Mutex<T>(loom::sync::Mutex<T>);

pub(crate) struct MutexGuard<'a, T> {
    mutex: &'a Mutex<T>,
    inner: loom::sync::MutexGuard<'a, T>,
}

impl<T> Mutex<T> {
    pub(crate) fn new(value: T) -> Self {
        Mutex(loom::sync::Mutex::new(value))
    }

    pub(crate) fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        Ok(self.guard())
    }

    fn guard(&self) -> MutexGuard<'_, T> {
        MutexGuard { mutex: self, inner: self.0.lock().unwrap() }
    }

    pub(crate) fn try_lock(&self) -> TryLockResult<MutexGuard<'_, T>> {
        let inner = self.0.try_lock().map_err(|_| TryLockError::WouldBlock)?;
        Ok(MutexGuard { mutex: self, inner })
    }
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.inner
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.inner
    }
}

/// One that waits. Its flag is changed under the lock of the list that it stands in, so `loom` need not know it.
pub(super) struct Waiter {
    token: Notify,
    notified: AtomicBool,
}

impl Waiter {
    /// Lets it look whether the time is up.
    pub(super) fn nudge(&self) {
        self.token.notify();
    }

    fn notify(&self) {
        self.notified.store(true, Relaxed);
        self.nudge();
    }
}

#[derive(Default)]
pub(crate) struct Condvar(loom::sync::Mutex<VecDeque<Arc<Waiter>>>);

impl Condvar {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn notify_one(&self) {
        if let Some(waiter) = self.0.lock().unwrap().pop_front() {
            waiter.notify();
        }
    }

    pub(crate) fn notify_all(&self) {
        self.0.lock().unwrap().drain(..).for_each(|waiter| waiter.notify());
    }

    pub(crate) fn wait<'a, T>(&self, guard: MutexGuard<'a, T>) -> LockResult<MutexGuard<'a, T>> {
        Ok(self.wait_until(guard, None).0)
    }

    /// Also says whether the time was up.
    pub(crate) fn wait_timeout<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        time: Duration,
    ) -> LockResult<(MutexGuard<'a, T>, bool)> {
        Ok(self.wait_until(guard, Some(clock::looked() + time)))
    }

    fn wait_until<'a, T>(&self, guard: MutexGuard<'a, T>, due: Option<Instant>) -> (MutexGuard<'a, T>, bool) {
        let waiter = Arc::new(Waiter { token: Notify::new(), notified: AtomicBool::new(false) });
        self.0.lock().unwrap().push_back(Arc::clone(&waiter));
        if due.is_some() {
            clock::watch(Arc::clone(&waiter));
        }
        let mutex = guard.mutex;
        drop(guard);
        let is_up = || due.is_some_and(|due| now() >= due);
        while !waiter.notified.load(Relaxed) && !is_up() {
            waiter.token.wait();
        }
        // Who gave up waiting must not be told instead of one who still waits.
        self.0.lock().unwrap().retain(|other| !Arc::ptr_eq(other, &waiter));
        (mutex.guard(), !waiter.notified.load(Relaxed))
    }
}
