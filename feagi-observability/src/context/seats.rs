//! Seats: one for each thread, in a static table, where a signal handler finds the thread's slot without asking a thread-local for it.
//!
//! Receives threads from `instrument` on their first call, and those that make none from the CPU sampler; gives the sampler's handler
//! what its thread is in. A seat is taken under a lock, on cold ways only; reading one takes a load.
//!
//! Invariant: a seat's slot is null, or that of the living thread whose seat it is; the thread takes it away before its state is given
//! on. Whoever reads it does so on that thread, in a signal handler.

use super::slot::{Context, ThreadSlot};
use std::ptr;
use std::sync::atomic::{
    AtomicPtr,
    Ordering::{Acquire, Relaxed, Release},
};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

/// Threads that can be told apart at once; those beyond them are not sampled.
pub(crate) const SEATS: usize = 4096;

struct Seat {
    slot: AtomicPtr<ThreadSlot>,
}

static SEATED: [Seat; SEATS] = [const { Seat { slot: AtomicPtr::new(ptr::null_mut()) } }; SEATS];

static BOOK: Mutex<Book> = Mutex::new(Book { holders: Vec::new(), process: 0 });

/// Told of each thread that has made its first call.
static ARRIVAL: OnceLock<fn(Arrival)> = OnceLock::new();

/// Who has which seat.
struct Book {
    holders: Vec<Holder>,
    /// The process that has written it: in a forked child all others are gone.
    process: u32,
}

/// Free where nobody holds it.
#[derive(Clone, Copy, Default)]
struct Holder {
    thread: u32,
    /// The thread has a slot here.
    sits: bool,
    /// The sampler has a timer for it.
    is_watched: bool,
}

/// A thread that has made its first call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arrival {
    pub(crate) thread: u32,
    pub(crate) seat: usize,
}

/// Has `hook` called on each thread that makes its first call, by that thread. The first hook stays.
pub(crate) fn on_arrival(hook: fn(Arrival)) {
    ARRIVAL.get_or_init(|| hook);
}

/// Seats the calling thread with its slot; `None` if all seats are taken.
pub(crate) fn sit(slot: &'static ThreadSlot) -> Option<usize> {
    let thread = current_thread();
    let seat = book().find(thread, |holder| holder.sits = true)?;
    // Release: what the slot holds was written before.
    SEATED.get(seat)?.slot.store(ptr::from_ref(slot).cast_mut(), Release);
    if let Some(hook) = ARRIVAL.get() {
        hook(Arrival { thread, seat });
    }
    Some(seat)
}

/// The calling thread ends: its handler finds nothing any more.
pub(crate) fn rise(seat: usize) {
    if let Some(place) = SEATED.get(seat) {
        place.slot.store(ptr::null_mut(), Release);
    }
    book().leave(seat, |holder| holder.sits = false);
}

/// A seat for a thread that a sampler watches: the one that it has, or a free one.
pub(crate) fn watch(thread: u32) -> Option<usize> {
    book().find(thread, |holder| holder.is_watched = true)
}

/// It is not watched any more.
pub(crate) fn watch_no_more(seat: usize) {
    book().leave(seat, |holder| holder.is_watched = false);
}

/// Shows what the thread of this seat is in: its innermost context, if it is one of a trace, and the caller's request id. For signal
/// handlers that run on that thread.
///
/// # Safety
/// The calling thread is the one whose seat it is.
pub(crate) unsafe fn see<R>(seat: usize, with: impl FnOnce(Option<(&Context, Option<&str>)>) -> R) -> R {
    // Acquire: the slot is whole.
    let slot = SEATED.get(seat).map_or(ptr::null_mut(), |seat| seat.slot.load(Acquire));
    // SAFETY: the module's invariant; slots are never freed.
    let Some(slot) = (unsafe { slot.as_ref() }) else { return with(None) };
    // SAFETY: the caller's promise. What either points to stays as it is until the handler returns.
    match unsafe { slot.seen_by_handler().as_ref() } {
        // SAFETY: as above.
        Some(context) => with(Some((context, unsafe { slot.request_id_seen_by_handler() }))),
        None => with(None),
    }
}

/// The operating system's id of this thread.
pub(crate) fn current_thread() -> u32 {
    // SAFETY: no arguments, cannot fail.
    unsafe { libc::gettid() }.unsigned_abs()
}

fn book() -> MutexGuard<'static, Book> {
    let mut book = BOOK.lock().unwrap_or_else(PoisonError::into_inner);
    let process = std::process::id();
    if book.process != process {
        book.process = process;
        book.forget_all();
    }
    book
}

impl Book {
    fn find(&mut self, thread: u32, change: impl FnOnce(&mut Holder)) -> Option<usize> {
        let theirs = self.holders.iter().position(|holder| holder.is_held() && holder.thread == thread);
        let seat = theirs.or_else(|| self.holders.iter().position(|holder| !holder.is_held()));
        let seat = seat.unwrap_or(self.holders.len());
        if seat >= SEATS {
            return None;
        }
        if seat == self.holders.len() {
            self.holders.push(Holder::default());
        }
        let holder = self.holders.get_mut(seat)?;
        holder.thread = thread;
        change(holder);
        Some(seat)
    }

    fn leave(&mut self, seat: usize, change: impl FnOnce(&mut Holder)) {
        if let Some(holder) = self.holders.get_mut(seat) {
            change(holder);
        }
    }

    fn forget_all(&mut self) {
        self.holders.clear();
        for seat in &SEATED {
            // Most were never used: the pages of those are not to be touched for nothing.
            if !seat.slot.load(Relaxed).is_null() {
                seat.slot.store(ptr::null_mut(), Relaxed);
            }
        }
    }
}

impl Holder {
    fn is_held(self) -> bool {
        self.sits || self.is_watched
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_keeps_its_seat_until_nobody_holds_it() {
        let mut book = Book { holders: Vec::new(), process: 0 };
        let seat = book.find(7, |holder| holder.sits = true);
        assert_eq!(book.find(7, |holder| holder.is_watched = true), seat);
        assert_ne!(book.find(8, |holder| holder.is_watched = true), seat);
        book.leave(seat.unwrap(), |holder| holder.sits = false);
        assert_eq!(book.find(7, |holder| holder.is_watched = true), seat, "it is watched");
        book.leave(seat.unwrap(), |holder| holder.is_watched = false);
        assert_eq!(book.find(9, |holder| holder.sits = true), seat, "it is free again");
    }

    #[test]
    fn there_are_so_many_seats_and_no_more() {
        let mut book = Book { holders: Vec::new(), process: 0 };
        let seated = (1..=SEATS as u32 + 3).filter_map(|thread| book.find(thread, |h| h.sits = true)).count();
        assert_eq!(seated, SEATS);
    }
}
