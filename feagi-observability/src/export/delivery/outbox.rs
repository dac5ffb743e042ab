//! What an exporter writes its records into: gathers them on the exporter's thread, and has a thread of its own send them.

use super::limits::Limits;
use super::packer::Packer;
use super::queue::Queue;
use super::worker::{self, Transport};
use crate::collect::SinkCounters;
use crate::error::ObservabilityError;
use crate::sync::now;
use std::sync::Arc;
use std::time::Instant;

/// Takes charge of records and has them sent.
pub(crate) struct Outbox {
    queue: Arc<Queue>,
    packer: Packer,
}

impl Outbox {
    /// Starts the thread `name`, which sends.
    ///
    /// # Errors
    /// [`ObservabilityError::Thread`] if the system refuses a thread.
    pub(crate) fn start(
        name: &str,
        limits: Limits,
        transport: Box<dyn Transport>,
    ) -> Result<Self, ObservabilityError> {
        let queue = Arc::new(Queue::new(Arc::default(), limits));
        worker::start(name, Arc::clone(&queue), transport, worker::send_all)?;
        Ok(Outbox { packer: Packer::new(Arc::clone(&queue)), queue })
    }

    pub(crate) fn counters(&self) -> Arc<SinkCounters> {
        Arc::clone(&self.queue.counters)
    }

    /// Takes charge of one encoded record.
    pub(crate) fn add(&mut self, record: &[u8]) {
        self.packer.add(record, 1);
    }

    /// Hands on what is old.
    pub(crate) fn flush(&mut self) {
        self.packer.hand_on_old();
    }

    /// Hands on everything and begins to end, without waiting.
    pub(crate) fn closing(&mut self, deadline: Instant) {
        self.packer.hand_on();
        self.queue.closing(deadline);
    }

    /// Waits until everything is sent, at most until `deadline`; what has not arrived then is counted as lost.
    pub(crate) fn close(&mut self, deadline: Instant) {
        self.closing(deadline);
        self.queue.close();
    }

    #[cfg(test)]
    pub(crate) fn gathered(&self) -> u64 {
        self.packer.gathered()
    }

    #[cfg(test)]
    pub(super) fn queue(&self) -> &Queue {
        &self.queue
    }
}

/// One that is dropped without being closed sends nothing more; what it holds is counted.
impl Drop for Outbox {
    fn drop(&mut self) {
        self.close(now());
    }
}
