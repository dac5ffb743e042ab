//! What runs until it is stopped, once, by the first of those who want that. The others wait for the first, so that whoever returns finds
//! everything ended and counted, or its own time up.
//!
//! Receives what runs from `init`, gives it to the one who stops it.

use crate::sync::{Condvar, Mutex, MutexGuard, now};
use std::sync::PoisonError;
use std::time::Instant;

enum State<T> {
    Running(T),
    /// Somebody stops it.
    Stopping,
    /// With what came of it: whether it was done in time.
    Stopped(bool),
}

pub(super) struct Ending<T> {
    state: Mutex<State<T>>,
    stopped: Condvar,
}

impl<T> Ending<T> {
    pub(super) fn new(running: T) -> Self {
        Ending { state: Mutex::new(State::Running(running)), stopped: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at what runs; `None` when it is being stopped, or was.
    pub(super) fn see<R>(&self, look: impl FnOnce(&T) -> R) -> Option<R> {
        match &*self.lock() {
            State::Running(running) => Some(look(running)),
            State::Stopping | State::Stopped(_) => None,
        }
    }

    /// Stops it by `stop`, or waits until deadline for who does. Whether it was done in time, which is said to all alike.
    pub(super) fn stop(&self, deadline: Instant, stop: impl FnOnce(T) -> bool) -> bool {
        let mut state = self.lock();
        if let State::Running(_) = *state
            && let State::Running(running) = std::mem::replace(&mut *state, State::Stopping)
        {
            // Not held meanwhile: who only looks does not wait.
            drop(state);
            let in_time = stop(running);
            *self.lock() = State::Stopped(in_time);
            self.stopped.notify_all();
            return in_time;
        }
        self.wait_from(state, deadline)
    }

    /// Waits for who stops it, until `deadline`; whether that was done in time.
    pub(super) fn wait(&self, deadline: Instant) -> bool {
        self.wait_from(self.lock(), deadline)
    }

    fn wait_from(&self, mut state: MutexGuard<'_, State<T>>, deadline: Instant) -> bool {
        loop {
            if let State::Stopped(in_time) = *state {
                return in_time;
            }
            let left = deadline.saturating_duration_since(now());
            if left.is_zero() {
                return false;
            }
            state = self.stopped.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}
