//! The thread that sends one batch after the other, in parts where the collector wants them smaller, and again where that may help.

use super::backoff::Backoff;
use super::batch::{Batch, Part};
use super::queue::{Fate, Queue};
use super::reply::Reply;
use crate::collect::DropReason;
use crate::error::ObservabilityError;
use crate::sync::{now, thread};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A way to a collector.
pub(crate) trait Transport: Send {
    /// The whole request, ready for any number of attempts; those that follow are all of this one.
    fn body(&mut self, part: &Part<'_>) -> Vec<u8>;

    /// Makes one attempt, which with everything that belongs to it ends within `time`.
    fn post(&mut self, body: &[u8], time: Duration) -> Reply;
}

/// Starts a thread that runs `run`, which ends when the shutdown has begun and everything is sent.
pub(super) fn start(
    name: &str,
    queue: Arc<Queue>,
    mut transport: Box<dyn Transport>,
    run: impl FnOnce(&Queue, &mut dyn Transport) + Send + 'static,
) -> Result<(), ObservabilityError> {
    let run = move || {
        // Dropped last, and on a panic too: `close` must not wait for a thread that is no more.
        let ended = Ended(queue);
        // What the client logs on this thread would be sent by it again, and logged again.
        tracing::dispatcher::with_default(&tracing::Dispatch::none(), || run(&ended.0, transport.as_mut()));
    };
    let spawned = thread::Builder::new().name(name.to_owned()).spawn(run);
    spawned.map(drop).map_err(ObservabilityError::Thread)
}

struct Ended(Arc<Queue>);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.worker_ended();
    }
}

/// Sends what the queue brings, until it brings no more.
pub(super) fn send_all(queue: &Queue, transport: &mut dyn Transport) {
    while let Some(batch) = queue.next() {
        deliver(queue, transport, &batch);
    }
}

/// Sends a batch and settles all of it. A part that is too large is sent as two; so a batch takes fewer than twice as many requests as it
/// has pieces, retries aside, and those end when its time is up.
pub(super) fn deliver(queue: &Queue, transport: &mut dyn Transport, batch: &Batch) {
    let give_up = now() + queue.limits.give_up;
    let mut parts = vec![batch.all()];
    while let Some(mut part) = parts.pop() {
        let sent = send(queue, transport, &mut part, give_up);
        match (sent, part.halves()) {
            (Sent::Settled(fate), _) => queue.settle(part.records(), fate),
            (Sent::TooLarge, Some((first, second))) if now() < give_up => {
                queue.counters.retry();
                parts.extend([second, first]);
            }
            (Sent::TooLarge, _) => queue.settle(part.records(), Fate::Lost(DropReason::TooLarge)),
        }
    }
}

enum Sent {
    Settled(Fate),
    TooLarge,
}

/// Sends a part until it has arrived or there is no hope. What arrives before the rest of it is settled at once.
fn send(queue: &Queue, transport: &mut dyn Transport, part: &mut Part<'_>, give_up: Instant) -> Sent {
    let mut body = transport.body(part);
    let mut backoff = Backoff::new(queue.limits);
    while let Some(attempt) = queue.attempt() {
        let (reason, wait) = match transport.post(&body, attempt.time) {
            Reply::Accepted { rejected } => {
                queue.counters.succeed();
                return Sent::Settled(Fate::Arrived { rejected });
            }
            Reply::TooLarge => {
                queue.counters.fail(DropReason::TooLarge);
                return Sent::TooLarge;
            }
            Reply::Refused(reason) => (reason, None),
            Reply::Again { reason, after } => (reason, Some(backoff.next(after))),
            Reply::Partly { left, rejected, reason, after } => {
                let rest = part.only(&left);
                queue.settle(part.records() - rest.records(), Fate::Arrived { rejected });
                *part = rest;
                body = transport.body(part);
                (reason, Some(backoff.next(after)))
            }
        };
        queue.counters.fail(reason);
        match wait {
            Some(wait) if now() + wait <= give_up => queue.pause(wait, attempt),
            // An answer for which the shutdown left no time is the shutdown's loss.
            None if reason == DropReason::Timeout && queue.attempt().is_none() => break,
            _ => return Sent::Settled(Fate::Lost(reason)),
        }
        queue.counters.retry();
    }
    Sent::Settled(Fate::Lost(DropReason::ShutdownTimeout))
}
