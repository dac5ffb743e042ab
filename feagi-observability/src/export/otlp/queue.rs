//! Batches between the collector's thread and the sending thread, and the one place where their fate is counted.
//!
//! Invariant: a record is counted as exported or dropped exactly once. A batch belongs to `waiting`, or to `in_flight`,
//! or has been counted; whoever takes it out of these, under the lock, counts it.

use super::settings::Limits;
use crate::collect::{DropReason, SinkCounters};
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// An encoded `ScopeSpans`.
pub(super) struct Batch {
    pub(super) records: u64,
    pub(super) spans: Vec<u8>,
}

/// What became of the batch in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// Arrived, but for this many records that the collector rejected.
    Arrived {
        rejected: u64,
    },
    Lost(DropReason),
}

/// One request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attempt {
    pub(super) time: Duration,
    /// The shutdown had begun before it.
    closing: bool,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Batch>,
    waiting_bytes: usize,
    /// Records of the batch that the worker is sending.
    in_flight: Option<u64>,
    /// Set by `close`: when the time is up.
    deadline: Option<Instant>,
    worker_ended: bool,
}

pub(super) struct Queue {
    state: Mutex<State>,
    /// Wakes the worker: a batch, or the end.
    work: Condvar,
    /// Wakes `close`: the worker has ended.
    ended: Condvar,
    pub(super) counters: Arc<SinkCounters>,
    pub(super) limits: Limits,
}

impl Queue {
    pub(super) fn new(counters: Arc<SinkCounters>, limits: Limits) -> Self {
        let state = Mutex::default();
        Queue { state, work: Condvar::new(), ended: Condvar::new(), counters, limits }
    }

    /// A panic elsewhere leaves the state as usable as it was: every change to it is one assignment.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes charge of a batch, or counts it as lost if there is no room or no time left.
    pub(super) fn push(&self, batch: Batch) {
        let mut state = self.lock();
        let bytes = state.waiting_bytes + batch.spans.len();
        let full = state.waiting.len() >= self.limits.queue_batches || bytes > self.limits.queue_bytes;
        if state.deadline.is_some() {
            self.counters.lose(DropReason::ShutdownTimeout, batch.records);
        } else if full {
            self.counters.lose(DropReason::QueueFull, batch.records);
        } else {
            state.waiting_bytes = bytes;
            state.waiting.push_back(batch);
            self.work.notify_one();
        }
    }

    /// The next batch to send, now in flight; `None` when there will be none.
    pub(super) fn next(&self) -> Option<Batch> {
        let mut state = self.lock();
        loop {
            if let Some(batch) = state.waiting.pop_front() {
                state.waiting_bytes = state.waiting_bytes.saturating_sub(batch.spans.len());
                state.in_flight = Some(batch.records);
                return Some(batch);
            }
            if state.deadline.is_some() {
                return None;
            }
            state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Counts the batch in flight, unless `close` has done so because the time was up.
    pub(super) fn settle(&self, fate: Fate) {
        let mut state = self.lock();
        let Some(records) = state.in_flight.take() else { return };
        match fate {
            Fate::Arrived { rejected } => {
                let rejected = rejected.min(records);
                self.counters.export(records - rejected);
                self.counters.lose(DropReason::Rejected, rejected);
            }
            Fate::Lost(reason) => self.counters.lose(reason, records),
        }
    }

    /// What the next request may take; `None` once the shutdown's time is up.
    pub(super) fn attempt(&self) -> Option<Attempt> {
        let Some(deadline) = self.lock().deadline else {
            return Some(Attempt { time: self.limits.request, closing: false });
        };
        let left = deadline.saturating_duration_since(Instant::now());
        (!left.is_zero()).then_some(Attempt { time: left.min(self.limits.request), closing: true })
    }

    /// Waits before a retry, never beyond the shutdown's deadline, and not at all if the shutdown has begun since `last`
    /// did: then the collector is asked once more right away.
    pub(super) fn pause(&self, time: Duration, last: Attempt) {
        let until = Instant::now() + time;
        let mut state = self.lock();
        loop {
            let until = state.deadline.map_or(until, |deadline| deadline.min(until));
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() || (state.deadline.is_some() && !last.closing) {
                return;
            }
            state = self.work.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Lets the worker send what is left until `deadline`; what has not arrived then is counted as lost.
    pub(super) fn close(&self, deadline: Instant) {
        let mut state = self.lock();
        state.deadline = Some(deadline);
        self.work.notify_all();
        while !state.worker_ended {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            state = self.ended.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        let waiting: u64 = state.waiting.drain(..).map(|batch| batch.records).sum();
        let lost = waiting + state.in_flight.take().unwrap_or(0);
        state.waiting_bytes = 0;
        self.counters.lose(DropReason::ShutdownTimeout, lost);
    }

    /// Said by the worker as the last thing it does.
    pub(super) fn worker_ended(&self) {
        self.lock().worker_ended = true;
        self.ended.notify_all();
    }
}
