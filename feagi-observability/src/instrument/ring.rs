//! The ring: a thread's own bounded byte queue, one writer (the thread), one reader (the collector).
//!
//! A record is a [`Header`] and its fields, padded to 8 bytes, never split: where the end of the buffer is too short, a
//! padding record fills it. The writer publishes `head` after each record; a full ring drops the record and counts it.

use super::record::{Header, Kind, flags};
use std::cell::Cell;
use std::mem::{MaybeUninit, size_of};
use std::ptr;
use std::sync::atomic::{
    AtomicU64,
    Ordering::{Acquire, Relaxed, Release},
};

/// Bytes a thread can have waiting: about 2,500 calls with one field. A power of two.
pub(crate) const CAPACITY: usize = 256 * 1024;

/// Exact counts of what one thread wrote, each with a single writer.
#[derive(Default)]
pub(crate) struct RingCounts {
    pub(crate) lines: AtomicU64,
    pub(crate) spans: AtomicU64,
    pub(crate) dropped_lines: AtomicU64,
    pub(crate) dropped_spans: AtomicU64,
    pub(crate) truncated: AtomicU64,
}

/// Reader's and writer's positions stand on cache lines of their own.
#[repr(align(128))]
struct Position(AtomicU64);

pub(crate) struct Ring {
    /// `CAPACITY` bytes, aligned to 8; not initialised, so that a page costs memory only once it is used.
    buffer: *mut u64,
    /// Bytes ever written; the writer's.
    head: Position,
    /// Bytes ever read; the reader's.
    tail: Position,
    /// The writer's last look at `tail`.
    seen_tail: Cell<u64>,
    pub(crate) counts: RingCounts,
}

// SAFETY: the buffer belongs to the ring alone.
unsafe impl Send for Ring {}
// SAFETY: `head`, `seen_tail` and unread bytes are touched by the writing thread alone, `tail` by the reader alone; what passes
// between them is ordered by release and acquire on the two positions.
unsafe impl Sync for Ring {}

/// Adds to a counter that only this thread writes: no read-modify-write is needed.
#[inline(always)]
pub(crate) fn add(counter: &AtomicU64, by: u64) {
    counter.store(counter.load(Relaxed).wrapping_add(by), Relaxed);
}

/// Whether the ring has just come to hold so much that the collector should look now.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fill {
    Low,
    High,
}

impl Ring {
    pub(crate) fn new() -> Self {
        Ring {
            buffer: Box::into_raw(Box::<[u64]>::new_uninit_slice(CAPACITY / 8)).cast(),
            head: Position(AtomicU64::new(0)),
            tail: Position(AtomicU64::new(0)),
            seen_tail: Cell::new(0),
            counts: RingCounts::default(),
        }
    }

    fn at(&self, position: u64) -> *mut u8 {
        let word = (position as usize & (CAPACITY - 1)) / 8;
        self.buffer.wrapping_add(word).cast()
    }

    /// Writes one record; the caller is the thread that owns the ring. `header.length` is set here.
    #[inline]
    pub(crate) fn push(&self, mut header: Header, fields: &[MaybeUninit<u8>]) -> Fill {
        let line = u64::from(header.flags & flags::LINE != 0);
        let span = u64::from(header.flags & flags::SPAN != 0);
        add(&self.counts.lines, line);
        add(&self.counts.spans, span);
        if header.flags & flags::TRUNCATED != 0 {
            add(&self.counts.truncated, 1);
        }
        let length = (size_of::<Header>() + fields.len()).next_multiple_of(8);
        let Some(at) = self.make_room(length) else {
            add(&self.counts.dropped_lines, line);
            add(&self.counts.dropped_spans, span);
            return Fill::High;
        };
        header.length = length as u32;
        header.field_bytes = fields.len() as u32;
        let place = self.at(at);
        // SAFETY: `make_room` has found `length` bytes from `at` on that the reader has given back, without a wrap among them.
        unsafe {
            place.cast::<Header>().write(header);
            ptr::copy_nonoverlapping(
                fields.as_ptr().cast::<u8>(),
                place.add(size_of::<Header>()),
                fields.len(),
            );
        }
        // Release: the reader that sees the new head sees the record.
        self.head.0.store(at + length as u64, Release);
        self.fill(at + length as u64)
    }

    /// The position where `length` bytes in a row are free, padding written if need be; `None` when there is no room.
    #[inline]
    fn make_room(&self, length: usize) -> Option<u64> {
        let head = self.head.0.load(Relaxed);
        let to_end = CAPACITY - (head as usize & (CAPACITY - 1));
        let padding = if to_end < length { to_end } else { 0 };
        let after = head + (padding + length) as u64;
        if after - self.seen_tail.get() > CAPACITY as u64 {
            // Acquire: the reader is done with what lies before the tail.
            self.seen_tail.set(self.tail.0.load(Acquire));
            if after - self.seen_tail.get() > CAPACITY as u64 {
                return None;
            }
        }
        if padding > 0 {
            // SAFETY: the bytes up to the end are free, and there are at least 8 of them: records are multiples of 8.
            unsafe { self.at(head).cast::<[u32; 2]>().write([padding as u32, Kind::Padding as u32]) };
        }
        Some(head + padding as u64)
    }

    #[inline]
    fn fill(&self, head: u64) -> Fill {
        if head - self.seen_tail.get() <= CAPACITY as u64 / 2 {
            return Fill::Low;
        }
        self.seen_tail.set(self.tail.0.load(Acquire));
        if head - self.seen_tail.get() > CAPACITY as u64 / 2 { Fill::High } else { Fill::Low }
    }

    /// Hands every waiting record to `each`, in order; the caller is the one reader.
    pub(crate) fn drain(&self, mut each: impl FnMut(&Header, &[u8])) {
        // Acquire: what the writer published before this head is visible.
        let head = self.head.0.load(Acquire);
        let mut tail = self.tail.0.load(Relaxed);
        while tail < head {
            let place = self.at(tail);
            // SAFETY: between tail and head stand whole records, each begun by its length and kind.
            let [length, kind] = unsafe { place.cast::<[u32; 2]>().read() };
            if kind & 0xff != Kind::Padding as u32 {
                // SAFETY: as above; the header is followed by as many initialised bytes as it says.
                unsafe {
                    let header = &*place.cast::<Header>();
                    let fields = std::slice::from_raw_parts(
                        place.add(size_of::<Header>()),
                        header.field_bytes as usize,
                    );
                    each(header, fields);
                }
            }
            tail += u64::from(length);
        }
        // Release: the writer that sees the new tail may overwrite what lies before it.
        self.tail.0.store(tail, Release);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.head.0.load(Acquire) == self.tail.0.load(Acquire)
    }
}

impl Drop for Ring {
    fn drop(&mut self) {
        let slice = std::ptr::slice_from_raw_parts_mut(self.buffer.cast::<MaybeUninit<u64>>(), CAPACITY / 8);
        // SAFETY: made by `Box::into_raw` in `new` with this length, and nobody else has it.
        drop(unsafe { Box::from_raw(slice) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(text: &[u8]) -> Vec<MaybeUninit<u8>> {
        text.iter().map(|b| MaybeUninit::new(*b)).collect()
    }

    fn header(start: u64) -> Header {
        Header { start, flags: flags::LINE, ..Header::new(Kind::Log) }
    }

    #[test]
    fn records_of_every_length_come_out_whole_and_in_order_over_many_wraps() {
        let ring = Ring::new();
        let (mut written, mut read) = (0u64, 0u64);
        for round in 0..2_000u64 {
            for _ in 0..(round % 7) {
                let fields = bytes(&vec![(written % 251) as u8; (written * 37 % 900) as usize]);
                ring.push(header(written), &fields);
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
        assert_eq!(ring.counts.dropped_lines.load(Relaxed), 0);
    }

    #[test]
    fn a_full_ring_drops_and_counts_and_goes_on_after_a_drain() {
        let ring = Ring::new();
        for n in 0..10_000 {
            ring.push(header(n), &bytes(&[7; 100]));
        }
        let mut kept = 0;
        ring.drain(|_, _| kept += 1);
        let dropped = ring.counts.dropped_lines.load(Relaxed);
        assert!(dropped > 0 && kept > 0);
        assert_eq!(kept + dropped, ring.counts.lines.load(Relaxed));
        assert!(ring.push(header(0), &[]) == Fill::Low);
    }

    #[test]
    fn a_reader_on_another_thread_sees_every_record_once() {
        let ring = Ring::new();
        let (mut seen, total) = (0u64, 200_000u64);
        std::thread::scope(|scope| {
            let writer = scope.spawn(|| {
                for n in 0..total {
                    ring.push(header(n), &bytes(&n.to_le_bytes()));
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
        assert_eq!(seen + ring.counts.dropped_lines.load(Relaxed), total);
    }
}
