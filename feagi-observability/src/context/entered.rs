//! Spans and captured contexts that a thread has entered by a guard that may be dropped in any order. Each stay has a copy of the
//! context, and the thread's slot points to that copy, so that the span itself may end, and its memory be used again, at any time.
//!
//! Whoever enters something later keeps a pointer to the stay and goes back to it. So a stay that is left while something
//! else is innermost is taken out of the chain where that is known to be another stay; where it may be a call, the stay is
//! marked, and whoever finds the marked stay innermost goes on to what was there before it.
//!
//! A guard may never be dropped. A captured context's ends with the closure or poll around it, and with the call if something rides with
//! contexts there; the others take a place each until there are too many.
//!
//! Invariant: a stay is never freed, and none but its thread touches it. A marked stay is used again only once the thread is in no
//! context at all, so that no call can go back to it.

use super::{Context, TraceId};
use std::cell::{Cell, UnsafeCell};
use std::ptr;

/// Guards that a thread may hold at once, marked stays included; what is entered beyond them is not seen.
const DEPTH: usize = 4096;

/// Whose stay it is: a foreign span's, which may have been entered several times, or a guard's of a captured context, for the one time
/// that it is attached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key(u64);

impl Key {
    /// What the keys of guards end in. The keys of spans end in the number of their place, of which there are some 65,000.
    const GUARD: u32 = u32::MAX - 1;

    #[inline(always)]
    pub(super) const fn span(key: u64) -> Self {
        Key(key)
    }

    /// The same number comes again after four thousand million guards of one thread.
    pub(super) const fn guard(number: u32) -> Self {
        Key((number as u64) << 32 | Key::GUARD as u64)
    }

    const fn span_key(self) -> Option<u64> {
        if self.0 as u32 == Key::GUARD { None } else { Some(self.0) }
    }
}

#[repr(C)]
pub(super) struct Stay {
    /// First, so that a pointer to it is one to the stay. Its trace id is invalid once it is marked, and where a guard has the thread be in no context.
    context: UnsafeCell<Context>,
    pub(super) previous: Cell<*const Context>,
    /// The call, closure or poll that it was entered in; null for a foreign span's.
    frame: Cell<*const Context>,
    key: Cell<Key>,
}

/// All stays that a thread has made.
#[derive(Default)]
pub(super) struct Entered {
    stays: UnsafeCell<Stays>,
}

#[derive(Default)]
struct Stays {
    /// In the order in which they were entered.
    live: Vec<&'static Stay>,
    marked: Vec<&'static Stay>,
    spare: Vec<&'static Stay>,
}

/// What has become of the innermost context.
pub(super) enum Left {
    /// The innermost one was left; this one is innermost now.
    Restore(*const Context),
    /// It stays as it is.
    Keep,
}

impl Entered {
    /// Only the owning thread comes here, and no user's code runs meanwhile.
    #[allow(clippy::mut_from_ref, reason = "one thread, no reentrance")]
    fn stays(&self) -> &mut Stays {
        // SAFETY: as said; no caller in this file lets a second reference be made while it uses the first.
        unsafe { &mut *self.stays.get() }
    }

    /// Makes a copy of `context` that stays where it is until `key` is left; `None` if there are too many.
    pub(super) fn push(
        &self,
        key: Key,
        context: Context,
        previous: *const Context,
        frame: *const Context,
    ) -> Option<*const Context> {
        let stays = self.stays();
        if previous.is_null() {
            let Stays { marked, spare, .. } = &mut *stays;
            spare.append(marked);
        }
        if stays.live.len() + stays.marked.len() >= DEPTH && !stays.give_up_forgotten(previous) {
            return None;
        }
        let stay = stays.spare.pop().unwrap_or_else(Stay::leaked);
        // SAFETY: a spare stay is pointed to by nobody.
        unsafe { stay.context.get().write(context) };
        stay.previous.set(previous);
        stay.frame.set(frame);
        stay.key.set(key);
        stays.live.push(stay);
        Some(stay.place())
    }

    /// Ends the last stay of `key`, wherever it stands.
    pub(super) fn leave(&self, key: Key, innermost: *const Context) -> Left {
        let stays = self.stays();
        let Some(index) = stays.live.iter().rposition(|stay| stay.key.get() == key) else {
            return Left::Keep;
        };
        let stay = stays.live.remove(index);
        let place = stay.place();
        if ptr::eq(place, innermost) {
            stays.spare.push(stay);
            return Left::Restore(stay.previous.get());
        }
        if stays.leads_to(innermost, place) {
            stays.release(stay);
        } else {
            stays.mark(stay);
        }
        Left::Keep
    }

    /// Ends the stays of guards that were made in this frame and are not dropped. The frame has been left.
    pub(super) fn leave_frame(&self, frame: *const Context) {
        let stays = self.stays();
        while let Some(index) = stays.live.iter().rposition(|stay| ptr::eq(stay.frame.get(), frame)) {
            let stay = stays.live.remove(index);
            stays.release(stay);
        }
    }

    /// What was innermost before a marked stay; `None` for every other context.
    pub(super) fn before_marked(&self, context: *const Context) -> Option<*const Context> {
        let marked = self.stays().marked.iter().find(|stay| ptr::eq(stay.context.get(), context))?;
        Some(marked.previous.get())
    }

    /// The frame below the stays that lead to `innermost`: the context of a call, or one like it; null if there is none.
    pub(super) fn frame_below(&self, mut innermost: *const Context) -> *const Context {
        let stays = self.stays();
        while let Some(stay) = stays.at(innermost) {
            innermost = stay.previous.get();
        }
        innermost
    }

    /// The key of the last span that was entered and not left.
    pub(super) fn last_span(&self) -> Option<u64> {
        self.stays().live.iter().rev().find_map(|stay| stay.key.get().span_key())
    }

    /// Ends all stays; the thread's slot is empty.
    pub(super) fn clear(&self) {
        let Stays { live, marked, spare } = self.stays();
        spare.extend(live.drain(..).chain(marked.drain(..)));
    }
}

impl Stays {
    fn mark(&mut self, stay: &'static Stay) {
        // SAFETY: not innermost, so nobody reads it before it is; the pointers to it are not followed until then.
        unsafe {
            (*stay.context.get()).trace_id = TraceId::NONE;
            (*stay.context.get()).fate = (*stay.context.get()).fate.marked();
        }
        self.marked.push(stay);
    }

    fn at(&self, place: *const Context) -> Option<&'static Stay> {
        self.live.iter().chain(&self.marked).find(|stay| ptr::eq(stay.context.get(), place)).copied()
    }

    /// Whether the way back from `innermost` comes to `place` before it comes to a frame.
    fn leads_to(&self, mut innermost: *const Context, place: *const Context) -> bool {
        while let Some(stay) = self.at(innermost) {
            innermost = stay.previous.get();
            if ptr::eq(innermost, place) {
                return true;
            }
        }
        false
    }

    /// Takes a stay that is not live any more out of the chain. There may be others behind it that nobody comes back from.
    fn release(&mut self, stay: &'static Stay) {
        let place: *const Context = stay.context.get();
        for later in self.live.iter().chain(&self.marked).filter(|later| ptr::eq(later.previous.get(), place))
        {
            later.previous.set(stay.previous.get());
        }
        self.spare.push(stay);
    }

    /// Takes back stays whose guards have been forgotten: all of them where the thread is in no context any more, else those that were
    /// entered from where it is again now. Whether there were any. A guard that is dropped after all finds nothing to leave.
    #[cold]
    fn give_up_forgotten(&mut self, innermost: *const Context) -> bool {
        let before = self.live.len();
        if innermost.is_null() {
            self.spare.append(&mut self.live);
        }
        while let Some(index) = self.live.iter().rposition(|stay| ptr::eq(stay.previous.get(), innermost)) {
            let stay = self.live.remove(index);
            self.release(stay);
        }
        self.live.len() < before
    }
}

impl Stay {
    /// Where its context stands, and with it the stay.
    fn place(&'static self) -> *const Context {
        ptr::from_ref(self).cast()
    }

    fn leaked() -> &'static Stay {
        Box::leak(Box::new(Stay {
            context: UnsafeCell::new(Context::NONE),
            previous: Cell::new(ptr::null()),
            frame: Cell::new(ptr::null()),
            key: Cell::new(Key::guard(0)),
        }))
    }
}
