//! Gathers encoded records into batches: one is full by records or bytes, or old.

use super::batch::Batch;
use super::queue::Queue;
use crate::collect::DropReason;
use crate::sync::now;
use std::sync::Arc;
use std::time::Instant;

/// Takes charge of records and puts them into a queue, batch by batch.
pub(crate) struct Packer {
    queue: Arc<Queue>,
    batch: Batch,
    since: Instant,
}

impl Packer {
    pub(super) fn new(queue: Arc<Queue>) -> Self {
        Packer { queue, batch: Batch::default(), since: now() }
    }

    /// Takes charge of an encoded piece that stands for this many records.
    pub(crate) fn add(&mut self, piece: &[u8], records: u64) {
        let (counters, limits) = (&self.queue.counters, self.queue.limits);
        counters.accept(records);
        if piece.len() > limits.record_bytes {
            counters.lose(DropReason::TooLarge, records);
            return;
        }
        if self.batch.bytes() + piece.len() > limits.batch_bytes {
            self.hand_on();
        }
        if self.batch.is_empty() {
            self.since = now();
        }
        self.batch.push(piece, records);
        if self.batch.records() >= limits.batch_records {
            self.hand_on();
        }
    }

    /// Hands on what is old.
    pub(super) fn hand_on_old(&mut self) {
        if !self.batch.is_empty()
            && now().saturating_duration_since(self.since) >= self.queue.limits.batch_age
        {
            self.hand_on();
        }
    }

    /// Puts what has been gathered into the queue.
    pub(super) fn hand_on(&mut self) {
        if !self.batch.is_empty() {
            self.queue.push(std::mem::take(&mut self.batch));
        }
    }

    #[cfg(test)]
    pub(super) fn gathered(&self) -> u64 {
        self.batch.records()
    }
}

/// What is left is the queue's to count.
impl Drop for Packer {
    fn drop(&mut self) {
        self.hand_on();
    }
}
