//! What a signal handler may know of its own thread, which it has interrupted anywhere: also in the middle of a change.
//!
//! Only what stays whole at any time is followed: the innermost context, which is immutable while it is entered; what was before a stay
//! that nobody is in any more, a word; what is carried, which is dropped after the slot's pointer has left it.

use super::Carried;
use super::entered::Stay;
use super::labelled;
use super::slot::{Context, ThreadSlot, thread_slot};
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

/// Stays that nobody is in any more, one behind another; beyond that a sample goes without label.
const MOST_MARKED: usize = 64;

impl ThreadSlot {
    /// The innermost context that is one of a trace; null where there is none.
    pub(super) fn seen_by_handler(&self) -> *const Context {
        // Relaxed: what this thread has stored itself.
        let mut innermost: *const Context = self.current.load(Relaxed);
        for _ in 0..MOST_MARKED {
            // SAFETY: the slot's invariant; of a marked stay it is that which brings `settle` to what was before.
            match unsafe { innermost.as_ref() } {
                Some(context) if context.trace_id.is_valid() => return innermost,
                Some(context) if context.fate.is_marked() => {
                    // SAFETY: only stays are marked, and their context stands first in them. A word, read as a whole.
                    innermost = unsafe { (*innermost.cast::<Stay>()).previous.as_ptr().read_volatile() };
                }
                _ => break,
            }
        }
        ptr::null()
    }

    /// The caller's request id.
    ///
    /// # Safety
    /// Called by a handler on the slot's own thread; the result is of use until that returns.
    pub(super) unsafe fn request_id_seen_by_handler<'a>(&self) -> Option<&'a str> {
        // SAFETY: a word, read as a whole. `carrying` changes the pointer before it drops what it points to.
        let carried: Option<&'a Carried> = unsafe { self.carrying.as_ptr().read_volatile().as_ref() };
        carried?.request_id().map(Arc::as_ref)
    }
}

/// Shows what this thread is in, if samples of that trace are labelled: the innermost context, and the caller's request id. Fit for
/// allocators, which are asked in the middle of changes as well.
pub(crate) fn seen_here(with: impl FnOnce(&Context, Option<&str>)) {
    // SAFETY: slots are never freed, and the thread takes its own pointer away before its slot is given to another.
    let Some(slot) = (unsafe { thread_slot().as_ref() }) else { return };
    // SAFETY: entered by this thread, which does nothing else until this returns.
    let context = unsafe { slot.seen_by_handler().as_ref() };
    if let Some(context) = context.filter(|context| labelled::labels(context.trace_id)) {
        // SAFETY: as above.
        with(context, unsafe { slot.request_id_seen_by_handler() });
    }
}
