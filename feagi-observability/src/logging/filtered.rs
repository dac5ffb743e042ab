//! An output with a level of its own.

use super::LiveFilter;
use crate::collect::{Entry, Sink, SinkCounters};
use std::sync::Arc;
use std::time::Instant;

/// Hands on what its filter wants.
pub(crate) struct Filtered {
    filter: Arc<LiveFilter>,
    sink: Box<dyn Sink>,
}

impl Filtered {
    pub(crate) fn new(filter: Arc<LiveFilter>, sink: Box<dyn Sink>) -> Self {
        Filtered { filter, sink }
    }
}

impl Sink for Filtered {
    fn name(&self) -> &'static str {
        self.sink.name()
    }

    fn counters(&self) -> Arc<SinkCounters> {
        self.sink.counters()
    }

    fn write(&mut self, entry: &Entry<'_>) {
        if self.filter.get().enables(entry.target, entry.level) {
            self.sink.write(entry);
        }
    }

    fn flush(&mut self) {
        self.sink.flush();
    }

    fn closing(&mut self, deadline: Instant) {
        self.sink.closing(deadline);
    }

    fn close(&mut self, deadline: Instant) {
        self.sink.close(deadline);
    }
}
