//! A bounded list of records, the oldest first, in which those of a trace are found without a look at the others.
//!
//! Records are numbered as they come. The index knows the number of a trace's latest record, and each record that of the one before it in its
//! trace: so a trace is followed backwards. Only the oldest record ever goes. Where it was the latest of its trace the index forgets the trace;
//! where not, the way back ends at a number that is gone. So the index has as many traces as the list, and never more.

use super::super::decode::Raw;
use super::super::entry::Entry;
use crate::context::TraceId;
use crate::instrument::ThreadInfo;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

/// However many records are asked for, their fields take no more than this.
const MAX_BYTES: usize = 8 << 20;

/// One record.
pub(super) struct Kept {
    raw: Raw,
    bytes: Vec<u8>,
    thread: Arc<ThreadInfo>,
    /// The number of the one before it in its trace.
    previous: u64,
}

// SAFETY: the one pointer in it leads to a site or to `tracing` metadata: statics, which are shared by all threads.
unsafe impl Send for Kept {}

pub(super) struct Shelf {
    most: usize,
    records: VecDeque<Kept>,
    bytes: usize,
    /// The number of the oldest. Numbers begin at one: zero is before all of them.
    first: u64,
    /// The number of each trace's latest record.
    latest: HashMap<TraceId, u64>,
}

impl Shelf {
    pub(super) fn new(most: usize) -> Self {
        Shelf { most, records: VecDeque::new(), bytes: 0, first: 1, latest: HashMap::new() }
    }

    pub(super) fn keep(&mut self, raw: &Raw, fields: &[u8], thread: &Arc<ThreadInfo>) {
        let mut bytes = Vec::new();
        while self.records.len() >= self.most || self.bytes + fields.len() > MAX_BYTES {
            let Some(spare) = self.forget_oldest() else { break };
            bytes = spare;
        }
        bytes.clear();
        bytes.extend_from_slice(fields);
        self.bytes += bytes.len();
        let (trace_id, number) = (raw.header.trace_id, self.first + self.records.len() as u64);
        let previous = if trace_id.is_valid() { self.latest.insert(trace_id, number) } else { None };
        let (thread, previous) = (Arc::clone(thread), previous.unwrap_or_default());
        self.records.push_back(Kept { raw: raw.alone(), bytes, thread, previous });
    }

    /// The memory of its fields; `None` if there is no record.
    fn forget_oldest(&mut self) -> Option<Vec<u8>> {
        let oldest = self.records.pop_front()?;
        let trace_id = oldest.raw.header.trace_id;
        if self.latest.get(&trace_id) == Some(&self.first) {
            self.latest.remove(&trace_id);
        }
        self.first += 1;
        self.bytes -= oldest.bytes.len();
        Some(oldest.bytes)
    }

    /// All records, the latest first.
    pub(super) fn latest(&self) -> impl Iterator<Item = &Kept> {
        self.records.iter().rev()
    }

    /// Those of a trace, the latest first.
    pub(super) fn of_trace(&self, trace_id: TraceId) -> impl Iterator<Item = &Kept> {
        let at = |number: u64| self.records.get(usize::try_from(number.checked_sub(self.first)?).ok()?);
        let latest = self.latest.get(&trace_id).and_then(|number| at(*number));
        std::iter::successors(latest, move |kept| at(kept.previous))
    }

    pub(super) fn clear(&mut self) {
        self.first += self.records.len() as u64;
        self.records.clear();
        self.latest.clear();
        self.bytes = 0;
    }
}

impl Kept {
    pub(super) fn entry(&self) -> Entry<'_> {
        self.raw.entry(&self.bytes, &self.thread)
    }

    pub(super) fn is_span(&self) -> bool {
        self.raw.is_span()
    }

    pub(super) fn is_log(&self) -> bool {
        self.raw.is_log()
    }

    /// When it ended, nanoseconds since the Unix epoch.
    pub(super) fn end(&self) -> u64 {
        self.raw.end
    }
}

impl Clone for Kept {
    fn clone(&self) -> Self {
        let (bytes, thread) = (self.bytes.clone(), Arc::clone(&self.thread));
        Kept { raw: self.raw.alone(), bytes, thread, previous: self.previous }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::SpanId;
    use crate::instrument::Outcome;
    use crate::instrument::clock::WallClock;
    use crate::instrument::record::{Header, Kind, Mark};
    use std::ptr;

    /// One that is never decoded.
    fn raw(trace: u64, span: u64) -> Raw {
        let mark = Mark { kind: Kind::Call, outcome: Outcome::Ok, flags: 0 };
        let header = Header {
            bytes: 0,
            mark,
            origin: ptr::null(),
            trace_id: TraceId { high: 0, low: trace },
            span_id: SpanId(span),
            parent_id: SpanId::NONE,
            start: 0,
            duration: 0,
        };
        Raw::new(&header, 0..0, 0, &WallClock::new())
    }

    fn spans<'a>(kept: impl Iterator<Item = &'a Kept>) -> Vec<u64> {
        kept.map(|kept| kept.raw.header.span_id.0).collect()
    }

    /// What a look at all records would find.
    fn scanned(shelf: &Shelf, trace: u64) -> Vec<u64> {
        spans(shelf.latest().filter(|kept| kept.raw.header.trace_id.low == trace))
    }

    #[test]
    fn the_index_finds_what_a_look_at_all_records_finds_and_forgets_what_has_gone() {
        let (mut shelf, thread) = (Shelf::new(50), Arc::default());
        let mut random = 7_u64;
        for number in 0..5_000 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            // Zero is no trace.
            let trace = (random >> 33) % 20 * ((random >> 40) % 3);
            shelf.keep(&raw(trace, number), &[], &thread);
            if number == 3_000 {
                shelf.clear();
            }
            for trace in 1..40 {
                let found = spans(shelf.of_trace(TraceId { high: 0, low: trace }));
                assert_eq!(found, scanned(&shelf, trace), "trace {trace} after {number}");
            }
            let mut traces: Vec<u64> = shelf.latest().map(|kept| kept.raw.header.trace_id.low).collect();
            traces.retain(|trace| *trace != 0);
            traces.sort_unstable();
            traces.dedup();
            assert_eq!(shelf.latest.len(), traces.len());
        }
        assert_eq!(shelf.records.len(), 50);
        assert!(spans(shelf.of_trace(TraceId::NONE)).is_empty());
    }

    #[test]
    fn fields_take_no_more_than_their_room() {
        let (mut shelf, thread) = (Shelf::new(usize::MAX), Arc::default());
        let fields = vec![0; MAX_BYTES / 4 + 1];
        (1..=10).for_each(|number| shelf.keep(&raw(1, number), &fields, &thread));
        assert!(shelf.bytes <= MAX_BYTES);
        assert_eq!(spans(shelf.of_trace(TraceId { high: 0, low: 1 })), [10, 9, 8]);
    }
}
