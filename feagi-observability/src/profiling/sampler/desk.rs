//! What the handler of a thread works with: a desk at each seat, in a static table, where `si_value` leads.
//!
//! Invariant: what lies on a desk, and what is [`Published`], is freed only when no handler is at work that may have seen it.

use super::ring::Ring;
use crate::context::seats::SEATS;
use crate::profiling::stack::{Cache, new_cache};
use std::cell::{Cell, UnsafeCell};
use std::ptr;
use std::sync::atomic::{
    AtomicBool, AtomicPtr,
    Ordering::{Release, SeqCst},
};
use std::time::{Duration, Instant};

pub(super) struct Desk {
    /// Whether its handler is at work.
    is_busy: AtomicBool,
    tools: AtomicPtr<Tools>,
}

/// What a thread has while it is sampled; kept for the next one.
pub(super) struct Tools {
    pub(super) ring: Ring,
    /// The handler's alone.
    pub(super) cache: UnsafeCell<Cache>,
    /// Where the thread's stack begins and ends, 0 while that is not known. The handler's, once they are on the desk.
    pub(super) stack: Cell<(u64, u64)>,
}

// SAFETY: `cache` and `stack` are touched by the handler of one thread alone, or by whoever owns the tools while they are on no desk.
unsafe impl Sync for Tools {}
// SAFETY: nothing in it belongs to a thread.
unsafe impl Send for Tools {}

static DESKS: [Desk; SEATS] =
    [const { Desk { is_busy: AtomicBool::new(false), tools: AtomicPtr::new(ptr::null_mut()) } }; SEATS];

/// The desk of a seat, and its address, by which a signal is known to be ours.
pub(super) fn desk(seat: usize) -> Option<&'static Desk> {
    DESKS.get(seat)
}

/// The seat whose desk stands at this address.
pub(super) fn seat_at(address: usize) -> Option<usize> {
    let offset = address.checked_sub(DESKS.as_ptr().addr())?;
    let is_one = offset.is_multiple_of(size_of::<Desk>()) && offset < size_of_val(&DESKS);
    is_one.then_some(offset / size_of::<Desk>())
}

impl Tools {
    pub(super) fn new() -> Box<Self> {
        let (ring, cache) = (Ring::new(), UnsafeCell::new(new_cache()));
        Box::new(Tools { ring, cache, stack: Cell::new((0, 0)) })
    }
}

impl Desk {
    /// Lets the handler work, if there is something to work with.
    pub(super) fn work(&self, with: impl FnOnce(&Tools)) {
        // SeqCst, here and below: either the handler finds what is new, or who waits for it finds it at work.
        self.is_busy.store(true, SeqCst);
        // SAFETY: the module's invariant.
        if let Some(tools) = unsafe { self.tools.load(SeqCst).as_ref() } {
            with(tools);
        }
        // Release: it is done with what it has seen.
        self.is_busy.store(false, Release);
    }

    pub(super) fn lay_out(&self, tools: Box<Tools>) {
        self.tools.store(Box::into_raw(tools), SeqCst);
    }

    /// What lies there, for whoever looks beside the handler.
    ///
    /// # Safety
    /// It was laid out by the caller, who has not cleared it since.
    pub(super) unsafe fn tools(&self) -> Option<&Tools> {
        // SAFETY: the caller's promise.
        unsafe { self.tools.load(SeqCst).as_ref() }
    }

    /// Takes away what lies there; `None` if the handler does not come to an end, and keeps it.
    pub(super) fn clear(&self) -> Option<Box<Tools>> {
        let tools = self.tools.swap(ptr::null_mut(), SeqCst);
        let is_done = self.wait();
        // SAFETY: from `lay_out`, and nobody sees it any more.
        (is_done && !tools.is_null()).then(|| unsafe { Box::from_raw(tools) })
    }

    /// Waits until its handler is done with what it began before; `false` if it never is, as in a child that was forked meanwhile.
    fn wait(&self) -> bool {
        let patience = Instant::now() + Duration::from_secs(1);
        while self.is_busy.load(SeqCst) {
            if Instant::now() > patience {
                return false;
            }
            std::thread::sleep(Duration::from_micros(20));
        }
        true
    }
}

/// Something that all handlers read.
pub(super) struct Published<T>(AtomicPtr<T>);

impl<T> Published<T> {
    pub(super) const fn nothing() -> Self {
        Published(AtomicPtr::new(ptr::null_mut()))
    }

    /// # Safety
    /// Asked from within [`Desk::work`]; of use until that ends.
    pub(super) unsafe fn get<'a>(&self) -> Option<&'a T> {
        // SAFETY: the module's invariant.
        unsafe { self.0.load(SeqCst).as_ref() }
    }

    /// Gives handlers something new, and frees what they had when the last of them is done with it.
    pub(super) fn replace(&self, new: Option<T>) {
        let new = new.map_or(ptr::null_mut(), |new| Box::into_raw(Box::new(new)));
        let old = self.0.swap(new, SeqCst);
        if !old.is_null() && DESKS.iter().all(Desk::wait) {
            // SAFETY: from a box of this function, and seen by nobody any more.
            drop(unsafe { Box::from_raw(old) });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_known_to_be_a_desk_or_not() {
        let third = ptr::from_ref(desk(3).unwrap()).addr();
        assert_eq!(seat_at(third), Some(3));
        assert_eq!(seat_at(third + 1), None);
        assert_eq!(seat_at(0), None);
        assert_eq!(seat_at(DESKS.as_ptr().addr() + size_of_val(&DESKS)), None);
    }

    #[test]
    fn what_lies_on_a_desk_is_found_by_the_handler_and_can_be_taken_away() {
        let desk = desk(SEATS - 1).unwrap();
        let mut found = 0;
        desk.work(|_| found += 1);
        desk.lay_out(Tools::new());
        desk.work(|_| found += 1);
        assert!(desk.clear().is_some() && desk.clear().is_none());
        desk.work(|_| found += 1);
        assert_eq!(found, 1);
    }
}
