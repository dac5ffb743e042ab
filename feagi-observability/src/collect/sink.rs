//! What the collector hands records to.

use super::accounting::SinkCounters;
use super::entry::Entry;
use std::sync::Arc;
use std::time::Instant;

/// Takes decoded records on the collector's thread: log lines, spans, or both.
///
/// Invariant: no method waits for a network; a sink that talks to one has a bounded queue and a thread of its own.
pub(crate) trait Sink: Send {
    /// The name in counters: `file`, `stdout`, `otlp`, `chrome`.
    fn name(&self) -> &'static str;

    /// What it counts into; exact, and still readable when the sink is gone.
    fn counters(&self) -> Arc<SinkCounters>;

    /// Takes one record, or passes over it if it is not of its kind. Lost records are counted, never reported.
    fn write(&mut self, entry: &Entry<'_>);

    /// The same of what is no span but happens within spans: foreign log records, and the polls of async calls where they are asked for.
    /// Offered to outputs of spans alone.
    fn note(&mut self, _entry: &Entry<'_>) {}

    /// Called after each batch, and at least ten times a second: hand on what is buffered.
    fn flush(&mut self);

    /// Said to all sinks before the first is closed: begin to hand on everything, without waiting, so that those that take long do so at the
    /// same time.
    fn closing(&mut self, _deadline: Instant) {}

    /// Hand on everything, until `deadline`; what is left then is counted as lost.
    fn close(&mut self, deadline: Instant);
}
