//! One of our events: a line, a span without duration, counters, gauges and histograms, written at once.

use super::clock;
use super::frame::Frame;
use super::label::LabelPart;
use super::lost;
use super::measure::Measure;
use super::outcome::Outcome;
use super::pace;
use super::record::{Header, Kind, Mark, flags};
use super::registry;
use super::shard::{Shard, series_of};
use super::site::{Site, State, signals};
use super::thread::{self, ThreadState};
use super::value::{Encoder, Written};
use crate::context::{Context, compiled};
use crate::sync;
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

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
    cells: Cells,
}

/// Where the metrics of one series stand, by instrument; nothing without metrics.
#[derive(Clone, Copy, Default)]
struct Cells {
    counters: &'static [sync::AtomicU64],
    gauges: &'static [&'static AtomicU64],
    /// The series' first cell in its shard, where histograms are looked up: most events have none.
    first: usize,
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

    /// The same of an event with labels, which say in which series it is counted.
    #[inline(always)]
    pub fn open_series<const L: usize>(
        site: &'static Site,
        frame: &'f mut Frame<N>,
        labels: [LabelPart; L],
    ) -> Option<Event<'f, N>> {
        Some(Event { head: Head::open_series(site, &labels)?, frame, fields: Written::default() })
    }

    /// Writes the fields and the message.
    #[inline(always)]
    pub fn write(&mut self, write: impl FnOnce(&mut Encoder<'_>)) {
        self.fields = self.frame.write_fields(self.head.state, write);
    }

    /// Adds to a counter of the site.
    #[inline(always)]
    pub fn count<M: Measure + ?Sized>(&mut self, instrument: usize, by: &M) {
        if compiled::METRICS {
            self.head.count(instrument, by.count());
        }
    }

    /// Sets a gauge of the site.
    #[inline(always)]
    pub fn gauge<M: Measure + ?Sized>(&mut self, instrument: usize, value: &M) {
        if compiled::METRICS {
            self.head.gauge(instrument, value.gauge());
        }
    }

    /// Sorts into a histogram of the site.
    #[inline(always)]
    pub fn histogram<M: Measure + ?Sized>(&mut self, instrument: usize, value: &M) {
        if compiled::METRICS {
            self.head.histogram(instrument, value.histogram());
        }
    }

    /// Writes the record.
    #[inline(always)]
    pub fn emit(self) {
        if compiled::RECORDS {
            // SAFETY: the fields were written into these bytes.
            unsafe { self.head.emit(self.fields, self.frame.bytes()) };
        }
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
        Some(Head { site, state, thread, cells: Cells::of(site, state, thread, None) })
    }

    #[inline(never)]
    fn open_series(site: &'static Site, labels: &[LabelPart]) -> Option<Head> {
        let mut state = site.state();
        if state.has(signals::UNREGISTERED) {
            state = first_of_series(site, labels);
        }
        if state == State::OFF {
            return None;
        }
        let thread = thread::attach();
        let known = &site.live().labels;
        let series = if fit(labels, known) { number_of(labels) } else { usize::MAX };
        let series = series.min(series_of(known) - 1);
        Some(Head { site, state, thread, cells: Cells::of(site, state, thread, Some(series)) })
    }

    #[inline(always)]
    fn count(&self, instrument: usize, by: u64) {
        let Some(counter) = self.cells.counters.get(instrument) else { return };
        match self.thread {
            // A count never shrinks a counter, however large what it is fed.
            Some(_) => counter.store(counter.load(Relaxed).saturating_add(by), Relaxed),
            // Several ending threads may write the shared one.
            None => drop(counter.fetch_add(by, Relaxed)),
        }
    }

    #[inline(always)]
    fn gauge(&self, instrument: usize, value: f64) {
        if let Some(gauge) = self.cells.gauges.get(instrument) {
            gauge.store(value.to_bits(), Relaxed);
        }
    }

    #[inline(never)]
    fn histogram(&self, instrument: usize, value: f64) {
        if self.cells.counters.is_empty() {
            return;
        }
        let shard = shard(self.site, self.state, self.thread);
        let Some(Some(histogram)) = shard.histograms.get(self.cells.first + instrument) else { return };
        match self.thread {
            Some(_) => histogram.record(value),
            None => histogram.record_shared(value),
        }
    }

    /// # Safety
    /// As many of `bytes` as the fields take are initialised.
    #[inline(never)]
    unsafe fn emit(&self, fields: Written, bytes: *const MaybeUninit<u8>) {
        let Some(thread) = self.thread else { return lost::count(self.state.flags()) };
        // SAFETY: the caller's promise.
        unsafe {
            if thread.slot.is_carrying() {
                return self.emit_carrying(thread, fields, bytes);
            }
            self.emit_on::<false>(thread, fields, bytes);
        }
    }

    /// # Safety
    /// That of [`Head::emit`].
    #[cold]
    #[inline(never)]
    unsafe fn emit_carrying(&self, thread: &ThreadState, fields: Written, bytes: *const MaybeUninit<u8>) {
        // SAFETY: the caller's promise.
        unsafe { self.emit_on::<true>(thread, fields, bytes) };
    }

    /// # Safety
    /// That of [`Head::emit`].
    #[inline(always)]
    unsafe fn emit_on<const CARRYING: bool>(
        &self,
        thread: &ThreadState,
        fields: Written,
        bytes: *const MaybeUninit<u8>,
    ) {
        let mut context = MaybeUninit::uninit();
        // Not moved out: some compilations copy it then. SAFETY: a place for a context, which is then written.
        let context: &Context = unsafe {
            thread.slot.write_child(context.as_mut_ptr(), &self.site.span_name);
            context.assume_init_ref()
        };
        let mut flags = self.state.flags() | context.fate.marks();
        if compiled::TRACE && context.fate.is_sampled() {
            if self.state.has(signals::THINNED) {
                flags = pace::thin_event(context, self.site, flags);
            }
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
        unsafe {
            if CARRYING && thread.push_with_request_id(header(), bytes) {
                return;
            }
            thread.ring.push(mark.flags, fields.bytes, bytes, header);
        }
    }
}

impl Cells {
    /// Those of a series; of a site without labels the only one.
    #[inline(always)]
    fn of(
        site: &'static Site,
        state: State,
        thread: Option<&'static ThreadState>,
        series: Option<usize>,
    ) -> Cells {
        if !state.has(signals::METRICS) {
            return Cells::default();
        }
        let counters = &shard(site, state, thread).counters;
        let all = Cells { counters, gauges: &site.live().gauges, first: 0 };
        series.map_or(all, |series| all.behind(series * site.facts.instruments.len()))
    }

    /// Without so many cells at the start.
    fn behind(self, first: usize) -> Cells {
        Cells {
            counters: self.counters.get(first..).unwrap_or_default(),
            gauges: self.gauges.get(first..).unwrap_or_default(),
            first,
        }
    }
}

/// Where the thread counts; on a thread that is ending all such threads count together.
#[inline(always)]
fn shard(site: &'static Site, state: State, thread: Option<&'static ThreadState>) -> &'static Shard {
    match thread {
        Some(thread) => thread.shard(state.index(), site),
        None => &site.live().shared,
    }
}

/// Registers a site whose labels are known now.
#[cold]
#[inline(never)]
fn first_of_series(site: &'static Site, labels: &[LabelPart]) -> State {
    let values: Vec<&'static [&'static str]> = labels.iter().map(|label| label.values).collect();
    registry::first_state(site, &values)
}

/// Whether these are labels as the site has them. In a generic function they may be of other types than those that came first.
fn fit(labels: &[LabelPart], known: &[&'static [&'static str]]) -> bool {
    let fits = |(label, known): (&LabelPart, &&'static [&'static str])| {
        ptr::eq(label.values, *known) || label.values == *known
    };
    labels.len() == known.len() && labels.iter().zip(known).all(fits)
}

/// The number of the series: the last label counts up first. One that does not exist is the last one.
fn number_of(labels: &[LabelPart]) -> usize {
    let digit = |series: usize, label: &LabelPart| {
        series.saturating_mul(label.values.len()).saturating_add(label.index)
    };
    labels.iter().fold(0, digit)
}
