//! The ring: a thread's own bounded byte queue, one writer (the thread), one reader (the collector).
//!
//! A record is a [`Header`] and its fields, padded to 8 bytes, never split: where the end of the buffer is too short, a
//! padding record fills it. The writer publishes `head` after each record; a full ring drops the record and counts it.
//! One comparison with `limit` tells whether a record can be written without a look at the reader.

use super::record::{Header, Kind, Prefix, flags};
use super::value::text_head;
use super::{RING_BYTES as CAPACITY, wake};
use crate::sync::{AtomicU64, Tracked};
use std::cell::Cell;
use std::mem::{MaybeUninit, size_of};
use std::ptr;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

/// Above this the collector is to come at once.
const HALF: u64 = CAPACITY / 2;
/// Above half, how many bytes are written between two looks at the reader.
const STRIDE: u64 = CAPACITY / 16;

/// Counts of records with a single writer, by what they are: neither (a poll), line, span, both.
pub(crate) type ByFlags = [AtomicU64; 4];

/// Exact counts of what one thread wrote.
#[derive(Default)]
pub(crate) struct RingCounts {
    pub(crate) emitted: ByFlags,
    pub(crate) dropped: ByFlags,
    pub(crate) truncated: AtomicU64,
}

/// The reader's position stands on a cache line of its own.
#[repr(align(128))]
struct Position(AtomicU64);

#[repr(C)]
pub(crate) struct Ring {
    /// Bytes ever written; the writer's.
    head: AtomicU64,
    /// How far `head` may come before the writer has to look: at the end of the buffer, or at the reader.
    limit: Cell<u64>,
    /// `CAPACITY` bytes, aligned to 8; not initialised, so that a page costs memory only once it is used.
    buffer: *mut u64,
    pub(crate) counts: RingCounts,
    /// Bytes ever read; the reader's.
    tail: Position,
    /// The buffer's words.
    memory: Tracked,
    /// What the writer has for itself: `limit`.
    own: Tracked,
}

// SAFETY: the buffer belongs to the ring alone.
unsafe impl Send for Ring {}
// SAFETY: `head`, `limit` and unread bytes are touched by the writing thread alone, `tail` by the reader alone; what passes
// between them is ordered by release and acquire on the two positions.
unsafe impl Sync for Ring {}

/// Adds to a counter that only this thread writes: no read-modify-write is needed.
#[inline(always)]
pub(crate) fn add(counter: &AtomicU64, by: u64) {
    counter.store(counter.load(Relaxed).wrapping_add(by), Relaxed);
}

/// Which of [`ByFlags`] a record counts into.
#[inline(always)]
pub(crate) fn by_flags(flags: u8) -> usize {
    usize::from(flags & (flags::LINE | flags::SPAN))
}

/// Those that are neither: polls.
pub(crate) fn polls(counts: &ByFlags) -> u64 {
    counts[0].load(Relaxed)
}

/// Lines and spans among them.
pub(crate) fn lines_and_spans(counts: &ByFlags) -> [u64; 2] {
    let [_, line, span, both] = counts.each_ref().map(|count| count.load(Relaxed));
    [line + both, span + both]
}

impl Ring {
    pub(crate) fn new() -> Self {
        Ring {
            head: AtomicU64::new(0),
            limit: Cell::new(HALF),
            buffer: Box::into_raw(Box::<[u64]>::new_uninit_slice(CAPACITY as usize / 8)).cast(),
            counts: RingCounts::default(),
            tail: Position(AtomicU64::new(0)),
            memory: Tracked::new(CAPACITY / 8),
            own: Tracked::new(1),
        }
    }

    #[inline(always)]
    fn at(&self, position: u64) -> *mut u8 {
        self.buffer.cast::<u8>().wrapping_add((position & (CAPACITY - 1)) as usize)
    }

    /// Writes one record with `bytes` of fields; the caller is the thread that owns the ring. `header` is asked for late, so that
    /// little has to be kept in registers meanwhile.
    ///
    /// # Safety
    /// At `fields` stand as many initialised bytes, and the header says so.
    #[inline(always)]
    pub(crate) unsafe fn push(
        &self,
        flags: u8,
        bytes: u32,
        fields: *const MaybeUninit<u8>,
        header: impl FnOnce() -> Header,
    ) {
        // SAFETY: the place has so many bytes; the fields are the caller's promise.
        let write = |place: *mut u8| unsafe {
            place.cast::<Header>().write(header());
            copy(fields.cast(), place.add(size_of::<Header>()), bytes as usize);
        };
        // SAFETY: as many bytes are written.
        unsafe { self.push_by(flags, bytes, write) };
    }

    /// The same with a text behind the fields, of which the header does not know. Out of line: few records have one.
    ///
    /// # Safety
    /// That of [`Ring::push`].
    #[cold]
    #[inline(never)]
    pub(crate) unsafe fn push_with_text(
        &self,
        mut header: Header,
        fields: *const MaybeUninit<u8>,
        key: u8,
        text: &str,
    ) {
        let Ok(length) = u16::try_from(text.len()) else { return };
        let head = text_head(key, length);
        let bytes = header.bytes;
        header.bytes += (head.len() + text.len()) as u32;
        // SAFETY: the place has so many bytes; the fields are the caller's promise.
        let write = |place: *mut u8| unsafe {
            place.cast::<Header>().write(header);
            let place = place.add(size_of::<Header>());
            ptr::copy_nonoverlapping(fields.cast(), place, bytes as usize);
            let place = place.add(bytes as usize);
            ptr::copy_nonoverlapping(head.as_ptr(), place, head.len());
            ptr::copy_nonoverlapping(text.as_ptr(), place.add(head.len()), text.len());
        };
        // SAFETY: as many bytes are written.
        unsafe { self.push_by(header.mark.flags, header.bytes, write) };
    }

    /// Counts a record with `bytes` of fields, and lets `write` write it if there is room.
    ///
    /// # Safety
    /// `write` initialises the header and as many bytes behind it.
    #[inline(always)]
    unsafe fn push_by(&self, flags: u8, bytes: u32, write: impl FnOnce(*mut u8)) {
        let by_flags = by_flags(flags);
        add(&self.counts.emitted[by_flags], 1);
        if flags & flags::TRUNCATED != 0 {
            add(&self.counts.truncated, 1);
        }
        let length = length_of(bytes);
        self.own.write(0..1);
        let mut at = self.head.load(Relaxed);
        if at + length > self.limit.get() {
            match self.make_room(at, length) {
                Some(place) => at = place,
                None => return add(&self.counts.dropped[by_flags], 1),
            }
        }
        // `length` bytes from `at` on have been given back by the reader, without a wrap among them: `make_room` has looked, now or
        // when it set the limit.
        self.memory.write(at / 8..(at + length) / 8);
        write(self.at(at));
        // Release: the reader that sees the new head sees the record.
        self.head.store(at + length, Release);
    }

    /// The position where `length` bytes in a row are free, padding written if need be; `None` when there is no room.
    /// Sets the limit anew, and calls the collector when the ring is more than half full.
    #[cold]
    #[inline(never)]
    fn make_room(&self, head: u64, length: u64) -> Option<u64> {
        // Acquire: the reader is done with what lies before the tail.
        let tail = self.tail.0.load(Acquire);
        let to_end = CAPACITY - (head & (CAPACITY - 1));
        let padding = if to_end < length { to_end } else { 0 };
        let start = head + padding;
        let held = start + length - tail;
        if held > HALF {
            wake::wake();
        }
        if held > CAPACITY {
            return None;
        }
        if padding > 0 {
            self.memory.write(head / 8..head / 8 + 1);
            // SAFETY: the bytes up to the end are free, and there are at least 8 of them: records are multiples of 8.
            unsafe {
                self.at(head).cast::<Prefix>().write(Prefix { bytes: padding as u32, kind: Kind::Padding })
            };
        }
        let end_of_buffer = start - (start & (CAPACITY - 1)) + CAPACITY;
        let next_look =
            if held > HALF { (start + length + STRIDE).min(tail + CAPACITY) } else { tail + HALF };
        self.limit.set(end_of_buffer.min(next_look));
        Some(start)
    }

    /// Hands every waiting record to `each`, in order; the caller is the one reader.
    pub(crate) fn drain(&self, mut each: impl FnMut(&Header, &[u8])) {
        // Acquire: what the writer published before this head is visible.
        let head = self.head.load(Acquire);
        let mut tail = self.tail.0.load(Relaxed);
        while tail < head {
            let place = self.at(tail);
            self.memory.read(tail / 8..tail / 8 + 1);
            // SAFETY: between tail and head stand whole records.
            let Prefix { bytes, kind } = unsafe { place.cast::<Prefix>().read() };
            if kind == Kind::Padding {
                tail += u64::from(bytes);
                continue;
            }
            self.memory.read(tail / 8..(tail + length_of(bytes)) / 8);
            // SAFETY: as above; the header is followed by as many initialised bytes as it says.
            unsafe {
                let fields = std::slice::from_raw_parts(place.add(size_of::<Header>()), bytes as usize);
                each(&*place.cast::<Header>(), fields);
            }
            tail += length_of(bytes);
        }
        // Release: the writer that sees the new tail may overwrite what lies before it.
        self.tail.0.store(tail, Release);
    }

    /// Whether so much waits that the collector is to come at once.
    pub(crate) fn is_past_half(&self) -> bool {
        self.head.load(Relaxed).saturating_sub(self.tail.0.load(Relaxed)) > HALF
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.head.load(Acquire) == self.tail.0.load(Acquire)
    }
}

impl Drop for Ring {
    fn drop(&mut self) {
        let words = self.buffer.cast::<MaybeUninit<u64>>();
        let slice = ptr::slice_from_raw_parts_mut(words, CAPACITY as usize / 8);
        // SAFETY: made by `Box::into_raw` in `new` with this length, and nobody else has it.
        drop(unsafe { Box::from_raw(slice) });
    }
}

/// Bytes that a record with so many bytes of fields takes up.
#[inline(always)]
fn length_of(fields: u32) -> u64 {
    (size_of::<Header>() as u64 + u64::from(fields) + 7) & !7
}

/// Copies the fields. Few and short ones, the usual case, by two moves that overlap: a call of `memcpy` would cost as much as
/// all else that a record takes.
///
/// # Safety
/// Both sides have `len` bytes.
#[inline(always)]
unsafe fn copy(from: *const u8, to: *mut u8, len: usize) {
    // SAFETY: both moves lie within the first `len` bytes.
    unsafe {
        match len {
            0 => {}
            8..=16 => {
                ptr::copy_nonoverlapping(from, to, 8);
                ptr::copy_nonoverlapping(from.add(len - 8), to.add(len - 8), 8);
            }
            17..=32 => {
                ptr::copy_nonoverlapping(from, to, 16);
                ptr::copy_nonoverlapping(from.add(len - 16), to.add(len - 16), 16);
            }
            33..=64 => {
                ptr::copy_nonoverlapping(from, to, 32);
                ptr::copy_nonoverlapping(from.add(len - 32), to.add(len - 32), 32);
            }
            _ => copy_long(from, to, len),
        }
    }
}

/// Out of line: a call in the middle of a call's end would have it save registers that it can do without.
///
/// # Safety
/// As [`copy`].
#[cold]
#[inline(never)]
unsafe fn copy_long(from: *const u8, to: *mut u8, len: usize) {
    // SAFETY: the caller's promise; a ring and a frame do not overlap.
    unsafe { ptr::copy_nonoverlapping(from, to, len) };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::{SpanId, TraceId};
    use crate::instrument::Outcome;
    use crate::instrument::record::Mark;

    fn push(ring: &Ring, start: u64, fields: &[u8]) {
        let mark = Mark { kind: Kind::Log, outcome: Outcome::Ok, flags: flags::LINE };
        let (trace_id, span_id) = (TraceId::NONE, SpanId::NONE);
        let (origin, bytes) = (ptr::null(), fields.len() as u32);
        let header =
            Header { bytes, mark, origin, trace_id, span_id, parent_id: span_id, start, duration: 0 };
        // SAFETY: the slice is initialised.
        unsafe { ring.push(mark.flags, bytes, fields.as_ptr().cast(), || header) };
    }

    #[test]
    fn records_of_every_length_come_out_whole_and_in_order_over_many_wraps() {
        let ring = Ring::new();
        let (mut written, mut read) = (0u64, 0u64);
        for round in 0..2_000u64 {
            for _ in 0..(round % 7) {
                push(&ring, written, &vec![(written % 251) as u8; (written * 37 % 900) as usize]);
                written += 1;
            }
            ring.drain(|header, fields| {
                assert_eq!(header.start, read);
                assert_eq!(fields.len() as u64, read * 37 % 900);
                assert!(fields.iter().all(|b| u64::from(*b) == read % 251));
                read += 1;
            });
        }
        assert_eq!(written, read);
        assert!(ring.is_empty());
        assert_eq!(lines_and_spans(&ring.counts.dropped), [0, 0]);
    }

    #[test]
    fn a_full_ring_drops_and_counts_and_goes_on_after_a_drain() {
        let ring = Ring::new();
        for n in 0..10_000 {
            push(&ring, n, &[7; 100]);
        }
        let mut kept = 0;
        ring.drain(|_, _| kept += 1);
        let [dropped, _] = lines_and_spans(&ring.counts.dropped);
        assert!(dropped > 0 && kept > 0);
        assert_eq!(kept + dropped, lines_and_spans(&ring.counts.emitted)[0]);
        push(&ring, 7, &[]);
        ring.drain(|header, _| assert_eq!(header.start, 7));
        assert_eq!(lines_and_spans(&ring.counts.dropped), [dropped, 0]);
    }

    #[test]
    fn a_reader_on_another_thread_sees_every_record_once() {
        let ring = Ring::new();
        let (mut seen, total) = (0u64, 200_000u64);
        std::thread::scope(|scope| {
            let writer = scope.spawn(|| {
                for n in 0..total {
                    push(&ring, n, &n.to_le_bytes());
                }
            });
            let mut last = None;
            loop {
                let finished = writer.is_finished();
                ring.drain(|header, fields| {
                    assert!(last.is_none_or(|last| header.start > last), "in order");
                    assert_eq!(fields, header.start.to_le_bytes());
                    last = Some(header.start);
                    seen += 1;
                });
                if finished {
                    break;
                }
            }
        });
        assert_eq!(seen + lines_and_spans(&ring.counts.dropped)[0], total);
    }
}
