//! Samples on their way from a thread's signal handler to the sampler's thread: a fixed number of places, one writer, one reader.

use crate::context::{SpanId, SpanName, TraceId};
use std::cell::UnsafeCell;
use std::sync::atomic::{
    AtomicU64, AtomicUsize,
    Ordering::{Acquire, Relaxed, Release},
};

/// Samples of one thread that may wait; the kernel's tick brings 5 to 50 of them between two looks.
const PLACES: usize = 64;
/// Functions of a stack that are kept, from the leaf on.
pub(super) const DEPTH: usize = 128;
/// Bytes of a request id, which is never longer.
const REQUEST_ID: usize = 128;

/// One sample as the handler leaves it. All zero is a valid one.
#[repr(C)]
pub(super) struct Raw {
    /// Nanoseconds of the monotonic clock.
    pub(super) at: u64,
    pub(super) trace_id: TraceId,
    pub(super) span_id: SpanId,
    /// `None` outside of observed calls, and in those of traces that are not labelled.
    pub(super) name: Option<&'static SpanName>,
    /// How many periods it stands for.
    pub(super) weight: u32,
    /// Which tables the stack was walked by.
    pub(super) epoch: u32,
    pub(super) depth: u16,
    pub(super) is_cut: bool,
    /// The thread was in an observed call of a trace that is not labelled.
    pub(super) is_thinned: bool,
    request_id_length: u8,
    request_id: [u8; REQUEST_ID],
    pub(super) addresses: [u64; DEPTH],
}

impl Raw {
    pub(super) fn set_request_id(&mut self, id: Option<&str>) {
        let id = id.map_or(&[][..], str::as_bytes);
        let length = id.len().min(REQUEST_ID);
        if let (Some(place), Some(id)) = (self.request_id.get_mut(..length), id.get(..length)) {
            place.copy_from_slice(id);
        }
        self.request_id_length = length as u8;
    }

    pub(super) fn request_id(&self) -> Option<&str> {
        let id = self.request_id.get(..usize::from(self.request_id_length))?;
        std::str::from_utf8(id).ok().filter(|id| !id.is_empty())
    }

    pub(super) fn stack(&self) -> &[u64] {
        self.addresses.get(..usize::from(self.depth)).unwrap_or_default()
    }
}

pub(super) struct Ring {
    places: Box<[UnsafeCell<Raw>]>,
    /// Samples written and read so far.
    written: AtomicUsize,
    read: AtomicUsize,
    /// Samples, and what they stood for, that found no place.
    lost: AtomicU64,
}

// SAFETY: a place is the writer's until `written` has passed it, then the reader's until `read` has.
unsafe impl Sync for Ring {}

impl Ring {
    /// About 80 KB, of which the system gives what is used.
    pub(super) fn new() -> Self {
        // SAFETY: all zero is a valid `Raw`, and so a valid cell of one.
        let places = unsafe { Box::<[UnsafeCell<Raw>]>::new_zeroed_slice(PLACES).assume_init() };
        Ring { places, written: AtomicUsize::new(0), read: AtomicUsize::new(0), lost: AtomicU64::new(0) }
    }

    /// Lets `write` fill the next place, if there is one.
    ///
    /// # Safety
    /// One writer at a time.
    pub(super) unsafe fn write(&self, write: impl FnOnce(&mut Raw)) {
        let written = self.written.load(Relaxed);
        // Acquire: what was read from the place was read before it is written anew.
        let is_full = written.wrapping_sub(self.read.load(Acquire)) >= PLACES;
        let Some(place) = self.places.get(written % PLACES).filter(|_| !is_full) else {
            self.lost.fetch_add(1, Relaxed);
            return;
        };
        // SAFETY: the one writer, at a place that the reader has left.
        write(unsafe { &mut *place.get() });
        // Release: the reader finds it whole.
        self.written.store(written.wrapping_add(1), Release);
    }

    /// Shows everything that was written to `read`; how many samples were lost since the last time.
    ///
    /// # Safety
    /// One reader at a time.
    pub(super) unsafe fn drain(&self, mut read: impl FnMut(&Raw)) -> u64 {
        // Acquire: with the Release of the writer.
        let written = self.written.load(Acquire);
        let mut next = self.read.load(Relaxed);
        while next != written {
            if let Some(place) = self.places.get(next % PLACES) {
                // SAFETY: written, and not given back yet.
                read(unsafe { &*place.get() });
            }
            next = next.wrapping_add(1);
            // Release: the writer comes back to the place when it was read.
            self.read.store(next, Release);
        }
        self.lost.swap(0, Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_come_out_in_order_and_those_that_find_no_place_are_counted() {
        let ring = Ring::new();
        for at in 0..PLACES as u64 + 5 {
            // SAFETY: one thread.
            unsafe { ring.write(|raw| raw.at = at) };
        }
        let mut times = Vec::new();
        // SAFETY: one thread.
        let lost = unsafe { ring.drain(|raw| times.push(raw.at)) };
        assert_eq!(lost, 5);
        assert!(times.iter().copied().eq(0..PLACES as u64));
        // SAFETY: one thread.
        assert_eq!(unsafe { ring.drain(|_| panic!("read twice")) }, 0);
    }

    #[test]
    fn a_request_id_is_kept_as_far_as_it_goes() {
        let ring = Ring::new();
        // SAFETY: one thread.
        unsafe {
            ring.write(|raw| raw.set_request_id(Some("r-7")));
            ring.write(|raw| raw.set_request_id(None));
            let mut ids = Vec::new();
            ring.drain(|raw| ids.push(raw.request_id().map(str::to_owned)));
            assert_eq!(ids, [Some("r-7".to_owned()), None]);
        }
    }
}
