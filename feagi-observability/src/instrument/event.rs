//! One of our events: a line, a span without duration, counters and gauges, written at once.

use super::call::{Frame, child_context, push};
use super::clock;
use super::measure::Measure;
use super::record::{Header, Kind, flags};
use super::registry;
use super::ring::add;
use super::site::{Site, signals};
use super::thread::{self, ThreadState};
use super::value::Encoder;
use std::ptr;
use std::sync::atomic::Ordering::Relaxed;

/// An event that is being put together; the macros open, fill and emit it.
pub struct Event<'f, const N: usize> {
    site: &'static Site,
    thread: Option<&'static ThreadState>,
    state: u32,
    frame: &'f mut Frame<N>,
    fields: (usize, bool),
}

impl<'f, const N: usize> Event<'f, N> {
    /// Begins an event; `None`, after one relaxed load, if the site is off.
    #[inline(always)]
    pub fn open(site: &'static Site, frame: &'f mut Frame<N>) -> Option<Event<'f, N>> {
        if site.state() == 0 {
            return None;
        }
        Self::open_on(site, frame)
    }

    #[cold]
    #[inline(never)]
    fn open_on(site: &'static Site, frame: &'f mut Frame<N>) -> Option<Event<'f, N>> {
        let mut state = site.state();
        if state & signals::UNREGISTERED != 0 {
            state = registry::first_state(site);
        }
        let thread = thread::attach();
        (state != 0).then_some(Event { site, thread, state, frame, fields: (0, false) })
    }

    /// Writes the fields and the message.
    pub fn write(&mut self, write: impl FnOnce(&mut Encoder<'_>)) {
        if self.state & signals::RECORD != 0 {
            let mut encoder = Encoder::new(&mut self.frame.bytes);
            write(&mut encoder);
            self.fields = encoder.finish();
        }
    }

    /// Adds to a counter of the site.
    pub fn count<M: Measure + ?Sized>(&mut self, instrument: usize, by: &M) {
        if self.state & signals::METRICS == 0 {
            return;
        }
        match self.thread {
            Some(thread) => {
                if let Some(counter) = thread.shard(self.site).counters.get(instrument) {
                    add(counter, by.count());
                }
            }
            None => {
                if let Some(counter) = self.site.live().shared.counters.get(instrument) {
                    counter.fetch_add(by.count(), Relaxed);
                }
            }
        }
    }

    /// Sets a gauge of the site.
    pub fn gauge<M: Measure + ?Sized>(&mut self, instrument: usize, value: &M) {
        if self.state & signals::METRICS != 0
            && let Some(gauge) = self.site.live().gauges.get(instrument)
        {
            gauge.store(value.gauge().to_bits(), Relaxed);
        }
    }

    /// Writes the record.
    pub fn emit(self) {
        let Some(thread) = self.thread else { return };
        let context = child_context(self.site, Some(thread), self.state);
        let mut flags = 0;
        if self.state & signals::LINE != 0 {
            flags |= flags::LINE;
        }
        if self.state & signals::SPAN != 0 && context.sampled {
            flags |= flags::SPAN | flags::SAMPLED;
        }
        if flags == 0 {
            return;
        }
        let (len, truncated) = self.fields;
        flags |= if truncated { flags::TRUNCATED } else { 0 };
        let header = Header {
            flags,
            level: self.site.facts.level as u8,
            origin: ptr::from_ref(self.site).cast(),
            trace_id: context.trace_id,
            span_id: context.span_id,
            parent_id: context.parent_id,
            start: clock::now(),
            ..Header::new(Kind::Event)
        };
        push(thread, header, self.frame.bytes.get(..len).unwrap_or_default());
    }
}
