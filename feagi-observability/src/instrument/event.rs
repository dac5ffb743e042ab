//! One of our events: a line, a span without duration, counters and gauges, written at once.

use super::clock;
use super::frame::Frame;
use super::lost;
use super::measure::Measure;
use super::outcome::Outcome;
use super::record::{Header, Kind, Mark, flags};
use super::registry;
use super::shard::Shard;
use super::site::{Site, State, signals};
use super::thread::{self, ThreadState};
use super::value::{Encoder, Written};
use crate::context::Context;
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::atomic::Ordering::Relaxed;

/// An event that is being put together; the macros open, fill and emit it.
pub struct Event<'f, const N: usize> {
    head: Head,
    frame: &'f mut Frame<N>,
    fields: Written,
}

/// What does not depend on the frame, so that it is compiled once.
struct Head {
    site: &'static Site,
    state: State,
    /// `None` when the thread is ending.
    thread: Option<&'static ThreadState>,
    /// Where its counters stand; `None` without metrics.
    shard: Option<&'static Shard>,
}

impl<'f, const N: usize> Event<'f, N> {
    /// Begins an event; `None`, after one relaxed load, if the site is off.
    #[inline(always)]
    pub fn open(site: &'static Site, frame: &'f mut Frame<N>) -> Option<Event<'f, N>> {
        let state = site.state();
        if state == State::OFF {
            return None;
        }
        Some(Event { head: Head::open(site, state)?, frame, fields: Written::default() })
    }

    /// Writes the fields and the message.
    #[inline(always)]
    pub fn write(&mut self, write: impl FnOnce(&mut Encoder<'_>)) {
        self.fields = self.frame.write_fields(self.head.state, write);
    }

    /// Adds to a counter of the site.
    #[inline(always)]
    pub fn count<M: Measure + ?Sized>(&mut self, instrument: usize, by: &M) {
        self.head.count(instrument, by.count());
    }

    /// Sets a gauge of the site.
    #[inline(always)]
    pub fn gauge<M: Measure + ?Sized>(&mut self, instrument: usize, value: &M) {
        self.head.gauge(instrument, value.gauge());
    }

    /// Writes the record.
    #[inline(always)]
    pub fn emit(self) {
        // SAFETY: the fields were written into these bytes.
        unsafe { self.head.emit(self.fields, self.frame.bytes()) };
    }
}

impl Head {
    #[cold]
    #[inline(never)]
    fn open(site: &'static Site, mut state: State) -> Option<Head> {
        if state.has(signals::UNREGISTERED) {
            state = registry::first_state(site, &[]);
            if state == State::OFF {
                return None;
            }
        }
        let thread = thread::attach();
        let shard = state.has(signals::METRICS).then(|| match thread {
            Some(thread) => thread.shard(state.index(), site),
            None => &site.live().shared,
        });
        Some(Head { site, state, thread, shard })
    }

    #[inline(always)]
    fn count(&self, instrument: usize, by: u64) {
        let Some(counter) = self.shard.and_then(|shard| shard.counters.get(instrument)) else { return };
        match self.thread {
            // A count never shrinks a counter, however large what it is fed.
            Some(_) => counter.store(counter.load(Relaxed).saturating_add(by), Relaxed),
            // Several ending threads may write the shared one.
            None => drop(counter.fetch_add(by, Relaxed)),
        }
    }

    #[inline(always)]
    fn gauge(&self, instrument: usize, value: f64) {
        if self.shard.is_some()
            && let Some(gauge) = self.site.live().gauges.get(instrument)
        {
            gauge.store(value.gauge().to_bits(), Relaxed);
        }
    }

    /// # Safety
    /// As many of `bytes` as the fields take are initialised.
    #[inline(never)]
    unsafe fn emit(&self, fields: Written, bytes: *const MaybeUninit<u8>) {
        let mut flags = self.state.flags();
        let Some(thread) = self.thread else { return lost::count(flags) };
        let mut context = MaybeUninit::uninit();
        // SAFETY: a place for a context, which is then written.
        let context: Context = unsafe {
            let samples_root = self.state.has(signals::SPAN);
            thread.slot.write_child(context.as_mut_ptr(), &self.site.span_name, samples_root);
            context.assume_init()
        };
        if context.sampled {
            flags |= flags::SAMPLED;
        } else {
            flags &= !flags::SPAN;
        }
        if flags & (flags::LINE | flags::SPAN) == 0 {
            return;
        }
        let mark = Mark { kind: Kind::Event, outcome: Outcome::Ok, flags: flags | fields.flags };
        let header = || Header {
            bytes: fields.bytes,
            mark,
            origin: ptr::from_ref(self.site).cast(),
            trace_id: context.trace_id,
            span_id: context.span_id,
            parent_id: context.parent_id,
            start: clock::now(),
            duration: 0,
        };
        // SAFETY: the caller's promise.
        unsafe { thread.ring.push(mark.flags, fields.bytes, bytes, header) };
    }
}
