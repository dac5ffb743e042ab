//! What a thread carries: the scopes and guards that have brought something, or have hidden it, in the order in which they came.
//! The innermost of them says what is carried; with none of them the slot's pointer is null, which is all that a call looks at.
//!
//! Each knows the frame that it came in: the innermost call, poll or closure. Who leaves a frame takes with it whatever came in
//! there and was not left, be it forgotten or still held by somebody; a guard that is dropped afterwards finds nothing of its own.
//!
//! Invariant: the slot's pointer is null, or points into the last entry, or to what is never freed. None but the thread touches it.

use super::entered::Key;
use super::slot::ThreadSlot;
use super::{Carried, Context};
use std::cell::{Cell, UnsafeCell};
use std::ptr;
use std::sync::Arc;

/// Stands where something is hidden by nothing.
static NOTHING: Carried = Carried::NOTHING;

#[derive(Default)]
pub(super) struct Carrying {
    entries: UnsafeCell<Vec<Entry>>,
    last_key: Cell<u32>,
}

struct Entry {
    /// `None` for what the frame itself has brought.
    key: Option<Key>,
    frame: *const Context,
    carried: Option<Arc<Carried>>,
}

impl Carrying {
    /// Only the owning thread comes here, and no user's code runs meanwhile.
    #[allow(clippy::mut_from_ref, reason = "one thread, no reentrance")]
    fn entries(&self) -> &mut Vec<Entry> {
        // SAFETY: as said; no caller in this file lets a second reference be made while it uses the first.
        unsafe { &mut *self.entries.get() }
    }

    /// A key that no other guard of this thread has.
    fn new_key(&self) -> Key {
        self.last_key.set(self.last_key.get().wrapping_add(1));
        Key::guard(self.last_key.get())
    }

    fn innermost(&self) -> *const Carried {
        Entry::carried(self.entries().last())
    }
}

impl Entry {
    fn carried(last: Option<&Entry>) -> *const Carried {
        match last {
            None => ptr::null(),
            Some(Entry { carried: Some(carried), .. }) => Arc::as_ptr(carried),
            Some(_) => &NOTHING,
        }
    }
}

impl ThreadSlot {
    /// Whether anything is carried, or hidden: one load and a comparison.
    #[inline(always)]
    pub(crate) fn is_carrying(&self) -> bool {
        !self.carrying.get().is_null()
    }

    /// What is carried here.
    pub(crate) fn carried(&self) -> Option<Arc<Carried>> {
        self.all_carried.entries().last()?.carried.clone()
    }

    /// Shows the request id to `with`; `None` if there is none.
    #[cold]
    pub(crate) fn see_request_id<R>(&self, with: impl FnOnce(&str) -> R) -> Option<R> {
        // SAFETY: the module's invariant. `with` is one of ours, and neither enters nor leaves anything.
        let carried = unsafe { self.carrying.get().as_ref() }?;
        carried.request_id().map(|id| with(id))
    }

    /// Makes `context` the innermost one, or none, and carries `carried`, until [`ThreadSlot::detach`] is called with the key that this
    /// returns; `None` if there are too many.
    pub(crate) fn attach(&self, context: Context, carried: Option<&Arc<Carried>>) -> Option<Key> {
        let frame = self.entered.frame_below(self.settled());
        let key = self.all_carried.new_key();
        self.stay(key, context, frame).then(|| {
            self.carry(Some(key), frame, carried);
            key
        })
    }

    /// Ends what [`ThreadSlot::attach`] began, in whatever order.
    pub(crate) fn detach(&self, key: Key) {
        self.stay_no_more(key);
        self.carry_no_more(key);
    }

    /// Makes `context` the innermost one, or none, and carries `carried`, until [`ThreadSlot::leave_carrying`] is called with what this
    /// returns.
    ///
    /// # Safety
    /// That of [`ThreadSlot::enter`].
    pub(crate) unsafe fn enter_carrying(
        &self,
        context: *const Context,
        carried: Option<&Arc<Carried>>,
    ) -> *const Context {
        // SAFETY: the caller's promise.
        let previous = unsafe { self.enter(context) };
        self.carry(None, context, carried);
        previous
    }

    /// Carries `carried`, or nothing, until the frame whose context stands at `frame` is left, or the guard with this key.
    fn carry(&self, key: Option<Key>, frame: *const Context, carried: Option<&Arc<Carried>>) {
        if carried.is_some() || self.is_carrying() {
            self.all_carried.entries().push(Entry { key, frame, carried: carried.cloned() });
            self.carrying.set(self.all_carried.innermost());
        }
    }

    /// What the guard with this key has brought is no longer carried, whatever has come since.
    fn carry_no_more(&self, key: Key) {
        let found = self.all_carried.entries().iter().rposition(|entry| entry.key == Some(key));
        if let Some(index) = found {
            let gone = self.all_carried.entries().remove(index);
            self.carrying.set(self.all_carried.innermost());
            drop(gone);
        }
    }

    /// Leaves the frame whose context stands at `frame`, with everything that came in there; back to `previous`.
    #[inline(always)]
    pub(crate) fn leave(&self, frame: *const Context, previous: *const Context) {
        if self.is_carrying() {
            return self.leave_carrying(frame, previous);
        }
        self.restore(previous);
    }

    /// The same where guards may have been made in the frame, or something is carried, or hidden.
    #[cold]
    #[inline(never)]
    pub(crate) fn leave_carrying(&self, frame: *const Context, previous: *const Context) {
        self.restore(previous);
        self.entered.leave_frame(frame);
        let first = self.all_carried.entries().iter().position(|entry| ptr::eq(entry.frame, frame));
        if let Some(first) = first {
            self.carry_first(first);
        }
    }

    /// Nothing is carried on a thread that has ended.
    pub(super) fn carry_nothing(&self) {
        self.carry_first(0);
    }

    /// Keeps so many entries. The slot's pointer goes first: what it points to is still there.
    fn carry_first(&self, count: usize) {
        let entries = self.all_carried.entries();
        self.carrying.set(Entry::carried(entries.get(..count).and_then(<[Entry]>::last)));
        entries.truncate(count);
    }
}
