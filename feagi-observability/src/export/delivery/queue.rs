//! Batches between the thread that encodes and the thread that sends, and the one place where their fate is counted.
//!
//! Invariant: a record is counted as exported or dropped exactly once. It belongs to `waiting`, or to `in_flight`, or has been counted;
//! whoever takes it out of these, under the lock, counts it.

use super::batch::Batch;
use super::limits::Limits;
use crate::collect::{DropReason, SinkCounters};
use crate::sync::{Condvar, Mutex, MutexGuard, now};
use std::collections::VecDeque;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

/// What became of records in flight.
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
    waiting_records: u64,
    /// Records that the worker is sending.
    in_flight: u64,
    /// Set when the shutdown begins: when the time is up.
    deadline: Option<Instant>,
    /// The shutdown has ended: nothing is taken any more.
    closed: bool,
    worker_ended: bool,
}

impl State {
    fn pop(&mut self) -> Option<Batch> {
        let batch = self.waiting.pop_front()?;
        self.waiting_bytes = self.waiting_bytes.saturating_sub(batch.bytes());
        self.waiting_records = self.waiting_records.saturating_sub(batch.records());
        self.in_flight = batch.records();
        Some(batch)
    }

    /// Why a batch cannot be taken.
    fn refuses(&self, batch: &Batch, limits: &Limits) -> Option<DropReason> {
        let bytes = self.waiting_bytes + batch.bytes();
        let records = self.waiting_records + batch.records();
        if self.closed {
            Some(DropReason::ShutdownTimeout)
        } else if self.worker_ended && self.deadline.is_none() {
            Some(DropReason::WorkerDied)
        } else if records > limits.queue_records {
            Some(DropReason::QueueFull)
        } else if bytes > limits.queue_bytes {
            Some(DropReason::QueueBytes)
        } else {
            None
        }
    }
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
        counters.start_worker(limits.queue_records);
        Queue { state, work: Condvar::new(), ended: Condvar::new(), counters, limits }
    }

    /// A panic elsewhere leaves the state as usable as it was: nothing is called that could panic while it is held.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells readers of the counts what is there now.
    fn show(&self, state: &State) {
        self.counters.set_queue(state.waiting_bytes as u64, state.in_flight);
    }

    /// Takes charge of a batch, or counts it as lost if there is no room or no time left.
    pub(super) fn push(&self, batch: Batch) {
        let mut state = self.lock();
        if let Some(reason) = state.refuses(&batch, &self.limits) {
            self.counters.lose(reason, batch.records());
            return;
        }
        state.waiting_bytes += batch.bytes();
        state.waiting_records += batch.records();
        state.waiting.push_back(batch);
        self.show(&state);
        self.work.notify_one();
    }

    /// The next batch to send, now in flight; waits for one, and is `None` when there will be none.
    pub(super) fn next(&self) -> Option<Batch> {
        let mut state = self.lock();
        loop {
            if let Some(batch) = state.pop() {
                self.show(&state);
                return Some(batch);
            }
            if state.deadline.is_some() {
                return None;
            }
            state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The next batch to send, now in flight, if there is one.
    pub(super) fn next_waiting(&self) -> Option<Batch> {
        let mut state = self.lock();
        let batch = state.pop();
        self.show(&state);
        batch
    }

    /// Waits until `due`; at once `false` when the shutdown has begun.
    pub(super) fn idle_until(&self, due: Instant) -> bool {
        let mut state = self.lock();
        loop {
            let left = due.saturating_duration_since(now());
            if state.deadline.is_some() || left.is_zero() {
                return state.deadline.is_none();
            }
            state = self.work.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Counts so many of the records in flight, unless `close` has done so because the time was up.
    pub(super) fn settle(&self, records: u64, fate: Fate) {
        let mut state = self.lock();
        let records = records.min(state.in_flight);
        state.in_flight -= records;
        self.show(&state);
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
        let left = deadline.saturating_duration_since(now());
        (!left.is_zero()).then_some(Attempt { time: left.min(self.limits.request), closing: true })
    }

    /// Waits before a retry, never beyond the shutdown's deadline, and not at all if the shutdown has begun since `last`
    /// did: then the collector is asked once more right away.
    pub(super) fn pause(&self, time: Duration, last: Attempt) {
        let until = now() + time;
        let mut state = self.lock();
        loop {
            let until = state.deadline.map_or(until, |deadline| deadline.min(until));
            let left = until.saturating_duration_since(now());
            if left.is_zero() || (state.deadline.is_some() && !last.closing) {
                return;
            }
            state = self.work.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Begins the shutdown: the worker sends what is left until `deadline`.
    pub(super) fn closing(&self, deadline: Instant) {
        let mut state = self.lock();
        // Of two, the earlier: who closes again without time wants it to end.
        state.deadline = Some(state.deadline.map_or(deadline, |before| before.min(deadline)));
        self.work.notify_all();
    }

    /// Ends the shutdown that [`closing`](Self::closing) has begun: waits for the worker until the deadline, then counts what has not
    /// arrived as lost.
    pub(super) fn close(&self) {
        let mut state = self.lock();
        let deadline = state.deadline.unwrap_or_else(now);
        while !state.worker_ended {
            let left = deadline.saturating_duration_since(now());
            if left.is_zero() {
                break;
            }
            state = self.ended.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        let lost = state.waiting_records + std::mem::take(&mut state.in_flight);
        state.waiting.clear();
        (state.waiting_bytes, state.waiting_records, state.closed) = (0, 0, true);
        self.show(&state);
        self.counters.lose(DropReason::ShutdownTimeout, lost);
    }

    /// Said by the worker as the last thing it does. One that ends before the shutdown has begun has died, and nobody will send what waits.
    pub(super) fn worker_ended(&self) {
        let mut state = self.lock();
        state.worker_ended = true;
        self.counters.end_worker();
        if state.deadline.is_none() {
            let lost = state.waiting_records + std::mem::take(&mut state.in_flight);
            state.waiting.clear();
            (state.waiting_bytes, state.waiting_records) = (0, 0);
            self.show(&state);
            self.counters.lose(DropReason::WorkerDied, lost);
        }
        self.ended.notify_all();
    }

    /// Waits for the worker, whatever the deadline.
    #[cfg(test)]
    pub(super) fn join(&self) {
        let mut state = self.lock();
        while !state.worker_ended {
            state = self.ended.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}
