//! Queue, worker and outbox in every order, with a shutdown whose time may be up at any moment. `docs/models.md` says what is bounded.

mod periodic;
mod shutdown;

use super::queue::Queue;
use super::{Limits, Outbox, Part, Reply, Transport};
use crate::collect::{DropReason, SinkCounters};
use crate::sync::{Condvar, Mutex, advance, now, thread};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Longer than anything waits.
const LONG: Duration = Duration::from_secs(3600);

/// Answers as its script says, then takes everything; and tells how often it was asked.
struct Scripted {
    replies: VecDeque<Reply>,
    asked: Arc<Asked>,
}

#[derive(Default)]
struct Asked {
    times: Mutex<u64>,
    more: Condvar,
}

impl Asked {
    fn wait_for_first(&self) {
        let mut times = self.times.lock().unwrap();
        while *times == 0 {
            times = self.more.wait(times).unwrap();
        }
    }
}

impl Transport for Scripted {
    fn body(&mut self, _part: &Part<'_>) -> Vec<u8> {
        Vec::new()
    }

    fn post(&mut self, _body: &[u8], _time: Duration) -> Reply {
        *self.asked.times.lock().unwrap() += 1;
        self.asked.more.notify_all();
        self.replies.pop_front().unwrap_or(Reply::Accepted { rejected: 0 })
    }
}

fn scripted<const N: usize>(replies: [Reply; N]) -> Box<Scripted> {
    Box::new(Scripted { replies: replies.into(), asked: Arc::default() })
}

const AGAIN: Reply = Reply::Again { reason: DropReason::Connect, after: None };

/// Each record is a batch.
fn single() -> Limits {
    Limits { batch_records: 1, ..Limits::default() }
}

/// An hour from the start, which is over when `time_passes` has run.
fn deadline() -> Instant {
    now() + LONG
}

/// Somewhere in between, the deadline is reached.
fn time_passes() -> thread::JoinHandle<()> {
    thread::spawn(|| advance(LONG * 2))
}

fn dropped(counters: &SinkCounters, reason: DropReason) -> u64 {
    counters.dropped(reason)
}

/// The identities at rest: all of `accepted` have arrived or are lost, once.
fn settled(counters: &SinkCounters, accepted: u64) -> (u64, u64) {
    let lost: u64 = DropReason::ALL.iter().map(|reason| dropped(counters, *reason)).sum();
    assert_eq!(counters.accepted(), accepted);
    assert_eq!(counters.exported() + lost, accepted, "each counted once");
    assert_eq!(counters.queued(), 0);
    (counters.exported(), lost)
}

/// The same after the worker has ended: what comes late has changed nothing.
fn settled_for_good(queue: &Queue, accepted: u64) -> (u64, u64) {
    let before = settled(&queue.counters, accepted);
    queue.join();
    assert_eq!(settled(&queue.counters, accepted), before, "a late answer has counted");
    before
}

fn start<const N: usize>(limits: Limits, replies: [Reply; N]) -> Outbox {
    Outbox::start("delivery", limits, scripted(replies)).unwrap()
}
