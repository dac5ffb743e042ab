//! The thread `feagi-obs-otlp`: sends one batch after the other, and again where that may help.

use super::client::Client;
use super::encode;
use super::queue::{Batch, Fate, Queue};
use super::reply::Reply;
use super::settings::Limits;
use crate::collect::DropReason;
use crate::error::ObservabilityError;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

/// Starts the thread; it ends when the queue is closed.
pub(super) fn start(queue: Arc<Queue>, client: Client, resource: Vec<u8>) -> Result<(), ObservabilityError> {
    let run = move || {
        // Dropped last, and on a panic too: `close` must not wait for a thread that is no more.
        let ended = Ended(queue);
        // What the HTTP client logs on this thread would be sent by it again, and logged again.
        tracing::dispatcher::with_default(&tracing::Dispatch::none(), || {
            while let Some(batch) = ended.0.next() {
                let fate = deliver(&ended.0, &client, &resource, batch);
                ended.0.settle(fate);
            }
        });
    };
    let spawned = thread::Builder::new().name("feagi-obs-otlp".to_owned()).spawn(run);
    spawned.map(drop).map_err(ObservabilityError::Thread)
}

struct Ended(Arc<Queue>);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.worker_ended();
    }
}

fn deliver(queue: &Queue, client: &Client, resource: &[u8], batch: Batch) -> Fate {
    let body = encode::request(resource, &batch.spans);
    drop(batch);
    let give_up = Instant::now() + queue.limits.give_up;
    let mut backoff = Backoff::new(queue.limits);
    while let Some(attempt) = queue.attempt() {
        let (reason, wait) = match client.post(&body, attempt.time) {
            Reply::Accepted { rejected } => return Fate::Arrived { rejected },
            Reply::Refused(reason) => (reason, None),
            Reply::Again { reason, after } => (reason, Some(backoff.next(after))),
        };
        queue.counters.fail();
        match wait {
            Some(wait) if Instant::now() + wait <= give_up => queue.pause(wait, attempt),
            // An answer for which the shutdown left no time is the shutdown's loss.
            None if reason == DropReason::Timeout && queue.attempt().is_none() => break,
            _ => return Fate::Lost(reason),
        }
        queue.counters.retry();
    }
    Fate::Lost(DropReason::ShutdownTimeout)
}

/// Waits that double, up to a limit.
struct Backoff {
    next: Duration,
    limits: Limits,
}

impl Backoff {
    fn new(limits: Limits) -> Self {
        Backoff { next: limits.first_backoff, limits }
    }

    /// The next wait; a collector that names one is obeyed, within bounds.
    fn next(&mut self, asked: Option<Duration>) -> Duration {
        let own = self.next;
        self.next = (own * 2).min(self.limits.longest_backoff);
        match asked {
            Some(asked) => asked.min(self.limits.longest_retry_after),
            // Up to a quarter more, so that programs that lost a collector together do not come back together.
            None => own + own / 4 * jitter() / 256,
        }
    }
}

/// 0 to 255, from the lowest bits of the clock; nothing depends on how random it is.
fn jitter() -> u32 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |age| age.subsec_nanos() / 100 % 256)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_limit_and_the_collectors_wish_is_capped() {
        let limits = Limits::default();
        let mut backoff = Backoff::new(limits);
        let waits: Vec<_> = (0..10).map(|_| backoff.next(None)).collect();
        let mut expected = limits.first_backoff;
        for wait in waits {
            assert!(wait >= expected && wait <= expected + expected / 4, "{wait:?} for {expected:?}");
            expected = (expected * 2).min(limits.longest_backoff);
        }
        assert_eq!(backoff.next(Some(Duration::from_secs(2))), Duration::from_secs(2));
        assert_eq!(backoff.next(Some(Duration::from_secs(9999))), limits.longest_retry_after);
    }
}
