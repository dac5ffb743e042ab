//! Channels with the part of `std::sync::mpsc` that is used.

use super::clock::{looked, now};
use super::lock::{Condvar, Mutex, MutexGuard};
use std::collections::VecDeque;
use std::sync::mpsc::{RecvTimeoutError, SendError, TrySendError};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

pub(crate) use std::sync::mpsc::TryRecvError;

struct State<T> {
    messages: VecDeque<T>,
    senders: usize,
    has_receiver: bool,
}

struct Channel<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
}

impl<T> Channel<T> {
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) struct Sender<T>(Arc<Channel<T>>);
pub(crate) struct SyncSender<T>(Sender<T>);
pub(crate) struct Receiver<T>(Arc<Channel<T>>);

pub(crate) fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let state = State { messages: VecDeque::new(), senders: 1, has_receiver: true };
    let channel = Arc::new(Channel { state: Mutex::new(state), changed: Condvar::new() });
    (Sender(Arc::clone(&channel)), Receiver(channel))
}

/// Never full: each is for one answer.
pub(crate) fn sync_channel<T>(_bound: usize) -> (SyncSender<T>, Receiver<T>) {
    let (sender, receiver) = channel();
    (SyncSender(sender), receiver)
}

impl<T> Sender<T> {
    pub(crate) fn send(&self, message: T) -> Result<(), SendError<T>> {
        let mut state = self.0.lock();
        if !state.has_receiver {
            return Err(SendError(message));
        }
        state.messages.push_back(message);
        self.0.changed.notify_one();
        Ok(())
    }
}

impl<T> SyncSender<T> {
    pub(crate) fn try_send(&self, message: T) -> Result<(), TrySendError<T>> {
        self.0.send(message).map_err(|SendError(message)| TrySendError::Disconnected(message))
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        self.0.lock().senders += 1;
        Sender(Arc::clone(&self.0))
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        self.0.lock().senders -= 1;
        self.0.changed.notify_all();
    }
}

impl<T> Receiver<T> {
    pub(crate) fn try_recv(&self) -> Result<T, TryRecvError> {
        let mut state = self.0.lock();
        let none = if state.senders == 0 { TryRecvError::Disconnected } else { TryRecvError::Empty };
        state.messages.pop_front().ok_or(none)
    }

    pub(crate) fn recv_timeout(&self, time: Duration) -> Result<T, RecvTimeoutError> {
        let due = looked() + time;
        let mut state = self.0.lock();
        loop {
            if let Some(message) = state.messages.pop_front() {
                return Ok(message);
            }
            if state.senders == 0 {
                return Err(RecvTimeoutError::Disconnected);
            }
            let left = due.saturating_duration_since(now());
            if left.is_zero() {
                return Err(RecvTimeoutError::Timeout);
            }
            state = self.0.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

/// What nobody will receive is dropped at once, outside of the lock: messages may hold other channels' senders.
impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.has_receiver = false;
        let left = std::mem::take(&mut state.messages);
        drop(state);
        drop(left);
    }
}
