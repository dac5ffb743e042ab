//! A worker that makes what it sends itself, at regular times: metrics, of which only the newest matter.
//!
//! While the collector is away nothing piles up: the next round has newer figures.

use super::limits::Limits;
use super::packer::Packer;
use super::queue::Queue;
use super::worker::{self, Transport};
use crate::collect::SinkCounters;
use crate::error::ObservabilityError;
use crate::sync::now;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Makes records.
pub(crate) trait Source: Send {
    /// Takes what there is now, encoded piece by piece.
    fn collect(&mut self, packer: &mut Packer);
}

/// A running worker. One that is dropped without being closed makes and sends nothing more.
pub(crate) struct Periodic {
    pub(super) queue: Arc<Queue>,
}

impl Periodic {
    /// Starts the thread `name`, which has `source` collect every `interval`, and once more at the end.
    ///
    /// # Errors
    /// [`ObservabilityError::Thread`] if the system refuses a thread.
    pub(crate) fn start(
        name: &str,
        (counters, limits): (Arc<SinkCounters>, Limits),
        transport: Box<dyn Transport>,
        (interval, source): (Duration, Box<dyn Source>),
    ) -> Result<Self, ObservabilityError> {
        let queue = Arc::new(Queue::new(counters, limits));
        let packer = Packer::new(Arc::clone(&queue));
        worker::start(name, Arc::clone(&queue), transport, move |queue, transport| {
            collect_all(queue, transport, packer, interval, source);
        })?;
        Ok(Periodic { queue })
    }

    /// Begins to end, without waiting: collects once more and sends that until `deadline`.
    pub(crate) fn closing(&self, deadline: Instant) {
        self.queue.closing(deadline);
    }

    /// Waits until the last records are sent, at most until `deadline`; what has not arrived then is counted as lost.
    pub(crate) fn close(&self, deadline: Instant) {
        self.queue.closing(deadline);
        self.queue.close();
    }
}

fn collect_all(
    queue: &Queue,
    transport: &mut dyn Transport,
    mut packer: Packer,
    interval: Duration,
    mut source: Box<dyn Source>,
) {
    let mut due = now() + interval;
    loop {
        let goes_on = queue.idle_until(due);
        source.collect(&mut packer);
        packer.hand_on();
        while let Some(batch) = queue.next_waiting() {
            worker::deliver(queue, transport, &batch);
        }
        if !goes_on {
            return;
        }
        // A round that took longer than the interval leaves rounds out.
        due = (due + interval).max(now());
    }
}

impl Drop for Periodic {
    fn drop(&mut self) {
        self.close(now());
    }
}
