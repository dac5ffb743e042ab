//! The context that a thread is in: one pointer to an immutable record that the running call holds.
//!
//! Invariant: the pointer is null or points to a [`Context`] that outlives its stay here, because the call that stored
//! it restores the previous one before it gives its frame up.

use super::carrying::Carrying;
use super::entered::{Entered, Key, Left};
use super::fate::Fate;
use super::fresh::FreshIds;
use super::region::{self, Inheritance};
use super::{Carried, SpanId, SpanName, TraceId, compiled, sampling};
use std::cell::Cell;
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering::Relaxed, compiler_fence};

/// The ids that a thread works under. Never changed once it is entered.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Context {
    pub(crate) trace_id: TraceId,
    pub(crate) span_id: SpanId,
    /// The nearest call around it that has a span.
    pub(crate) parent_id: SpanId,
    /// For log lines.
    pub(crate) name: &'static SpanName,
    pub(crate) fate: Fate,
}

impl Context {
    /// In no trace; where it is innermost, the thread is in no context.
    pub(crate) const NONE: Context = {
        static NO_NAME: SpanName = SpanName::new();
        Context::none(&NO_NAME, false)
    };

    /// That of a thread which is ending: no ids.
    pub(crate) const fn none(name: &'static SpanName, is_sampled: bool) -> Context {
        let (trace_id, none) = (TraceId::NONE, SpanId::NONE);
        Context { trace_id, span_id: none, parent_id: none, name, fate: Fate::root(is_sampled) }
    }

    /// A span of another process, as the parent of what is done for it here; `None` if one of its ids is not valid.
    ///
    /// ```
    /// use feagi_observability::{CapturedContext, Context, SpanId, TraceId, current_context};
    ///
    /// let trace_id = TraceId::from_hex("4bf92f3577b34da6a3ce929d0e0e4736").unwrap();
    /// let caller = Context::remote(trace_id, SpanId::from_hex("00f067aa0ba902b7").unwrap(), true).unwrap();
    /// CapturedContext::from(caller).run(|| {
    ///     // What is observed in here stands below the caller's span.
    ///     assert_eq!(current_context().unwrap().trace_id(), trace_id);
    /// });
    /// ```
    pub fn remote(trace_id: TraceId, span_id: SpanId, is_sampled: bool) -> Option<Context> {
        let context = Context { trace_id, span_id, fate: Fate::remote(is_sampled), ..Context::NONE };
        (trace_id.is_valid() && span_id.is_valid()).then_some(context)
    }

    /// The parent of what begins below: itself if it has a span, else its own parent.
    #[inline(always)]
    fn kept(&self) -> SpanId {
        if self.fate.is_kept() { self.span_id } else { self.parent_id }
    }

    /// Whether its span, should it have one, is the outermost of its trace without being the first: those around it have none.
    pub(crate) fn is_partial(&self) -> bool {
        !self.parent_id.is_valid() && self.fate != Fate::root(true)
    }

    /// What is called from here in other processes has this parent: one that is exported, where there is one. Whether it is.
    pub(crate) fn parent_of_others(&self) -> (SpanId, bool) {
        let kept = self.kept();
        if self.fate.is_sampled() && kept.is_valid() { (kept, true) } else { (self.span_id, false) }
    }

    /// The trace.
    pub fn trace_id(&self) -> TraceId {
        self.trace_id
    }

    /// The span.
    pub fn span_id(&self) -> SpanId {
        self.span_id
    }

    /// Whether the trace is exported.
    pub fn is_sampled(&self) -> bool {
        self.fate.is_sampled()
    }

    /// Whether it is a guess that the thread works in this trace, as it is in a thread pool during a call with `#[observe(rayon)]`.
    ///
    /// ```
    /// use feagi_observability::{Context, SpanId, TraceId};
    ///
    /// let caller = Context::remote(TraceId::from_hex("4bf92f3577b34da6a3ce929d0e0e4736").unwrap(), SpanId::from_hex("00f067aa0ba902b7").unwrap(), true);
    /// assert!(!caller.unwrap().is_inferred());
    /// ```
    pub fn is_inferred(&self) -> bool {
        self.fate.is_inferred()
    }
}

/// What a thread has of its own on the way of a call; the first part of the thread's state.
#[repr(C)]
pub(crate) struct ThreadSlot {
    pub(super) current: AtomicPtr<Context>,
    /// What is carried beside the ids; null where nothing is, nor hidden.
    pub(super) carrying: Cell<*const Carried>,
    fresh: FreshIds,
    pub(super) entered: Entered,
    pub(super) all_carried: Carrying,
    /// What has begun here in no context while several regions were open. The owner alone counts.
    ambiguous: AtomicU64,
}

thread_local! {
    /// The one thread-local of this crate on the way of a call. No destructor: it can be read at any time.
    static SLOT: Cell<*const ThreadSlot> = const { Cell::new(ptr::null()) };
}

/// This thread's slot; null before its first call and after its end.
#[inline(always)]
pub(crate) fn thread_slot() -> *const ThreadSlot {
    SLOT.get()
}

pub(crate) fn set_thread_slot(slot: *const ThreadSlot) {
    SLOT.set(slot);
}

impl ThreadSlot {
    pub(crate) fn new(seed: [u64; 3]) -> Self {
        ThreadSlot {
            current: AtomicPtr::new(ptr::null_mut()),
            carrying: Cell::new(ptr::null()),
            fresh: FreshIds::new(seed),
            entered: Entered::default(),
            all_carried: Carrying::default(),
            ambiguous: AtomicU64::new(0),
        }
    }

    /// The innermost context, copied. Not for signal handlers, which may have come in the middle of a change.
    #[inline(always)]
    pub(crate) fn current(&self) -> Option<Context> {
        // SAFETY: the module's invariant; the pointer was stored by this thread.
        unsafe { self.parent().as_ref() }.copied()
    }

    /// What something stands in that happens now: the innermost context, or one that is inherited.
    #[inline(always)]
    pub(crate) fn around(&self) -> Option<Context> {
        let innermost = self.parent();
        if innermost.is_null() && region::is_any_open() {
            return self.inherited();
        }
        // SAFETY: as in `current`.
        unsafe { innermost.as_ref() }.copied()
    }

    /// That of the one region that is open, in no context on a thread of a pool; with several open it is counted that there was one to ask
    /// for. A context that is none on purpose was carried here, and counts as one.
    #[cold]
    #[inline(never)]
    fn inherited(&self) -> Option<Context> {
        if !self.innermost().is_null() {
            return None;
        }
        match region::inheritance() {
            Inheritance::Nothing => None,
            Inheritance::One(context) => Some(context),
            Inheritance::Ambiguous => {
                // Relaxed: a count that one thread writes.
                self.ambiguous.store(self.ambiguous.load(Relaxed).wrapping_add(1), Relaxed);
                None
            }
        }
    }

    /// How often several regions were open when one was asked for here.
    pub(crate) fn ambiguous(&self) -> u64 {
        self.ambiguous.load(Relaxed)
    }

    /// Where the innermost context stands; null where nothing has been entered.
    #[inline(always)]
    pub(crate) fn settled(&self) -> *const Context {
        self.parent();
        self.innermost()
    }

    /// What a call begins below; null for a root. A guard that was dropped out of order may have left a context that has no trace: then
    /// what was there before it takes its place. One may also have been entered on purpose: then the thread is in none.
    #[inline(always)]
    fn parent(&self) -> *const Context {
        let innermost = self.innermost();
        // SAFETY: as in `current`.
        match unsafe { innermost.as_ref() } {
            // Hardly ever is this half of a real id zero; then it is found not to be marked.
            Some(context) if context.trace_id.low == 0 => self.settle(innermost),
            _ => innermost,
        }
    }

    #[cold]
    #[inline(never)]
    fn settle(&self, mut innermost: *const Context) -> *const Context {
        while let Some(previous) = self.entered.before_marked(innermost) {
            innermost = previous;
            self.restore(previous);
        }
        // SAFETY: as in `current`.
        let is_trace = unsafe { innermost.as_ref() }.is_some_and(|context| context.trace_id.is_valid());
        if is_trace { innermost } else { ptr::null() }
    }

    /// The context of what begins now under `parent`; without one a root, of a trace that is kept if the ratio says so.
    pub(crate) fn child_of(&self, parent: Option<Context>, name: &'static SpanName) -> Context {
        let span_id = self.fresh.span_id();
        match parent {
            Some(parent) => {
                let (trace_id, parent_id, fate) = (parent.trace_id, parent.kept(), parent.fate.of_child());
                Context { trace_id, span_id, parent_id, name, fate }
            }
            None => {
                let (trace_id, parent_id) = (self.fresh.trace_id(), SpanId::NONE);
                let fate = Fate::root(sampling::keeps(trace_id));
                Context { trace_id, span_id, parent_id, name, fate }
            }
        }
    }

    /// Makes a copy of `context` the innermost one until [`ThreadSlot::leave_span`] is called with the same key.
    pub(crate) fn enter_span(&self, key: u64, context: Context) {
        self.stay(Key::span(key), context, ptr::null());
    }

    /// Whether there was room.
    #[inline(always)]
    pub(super) fn stay(&self, key: Key, context: Context, frame: *const Context) -> bool {
        let place = self.entered.push(key, context, self.settled(), frame);
        if let Some(place) = place {
            // SAFETY: the copy stays unchanged as long as anything may point to it.
            unsafe { self.enter(place) };
        }
        place.is_some()
    }

    /// Leaves the span that was entered last under this key, in whatever order; nothing if there is none.
    pub(crate) fn leave_span(&self, key: u64) {
        self.stay_no_more(Key::span(key));
    }

    #[inline(always)]
    pub(super) fn stay_no_more(&self, key: Key) {
        if let Left::Restore(previous) = self.entered.leave(key, self.settled()) {
            self.restore(previous);
        }
    }

    /// The key of the last [`ThreadSlot::enter_span`] that was not left.
    pub(crate) fn last_span(&self) -> Option<u64> {
        self.entered.last_span()
    }

    /// Leaves everything, as a thread does that ends.
    pub(crate) fn clear(&self) {
        self.restore(ptr::null());
        self.entered.clear();
        self.carry_nothing();
    }

    /// Writes the context of what begins now to `place`: below the innermost one, which is settled then, or one that is inherited. Without
    /// one it is a root, of a trace that is kept if the ratio says so.
    ///
    /// # Safety
    /// `place` is one for a context.
    #[inline(always)]
    pub(crate) unsafe fn write_child(&self, place: *mut Context, name: &'static SpanName) {
        if !compiled::IDS {
            // SAFETY: the caller's promise.
            return unsafe { place.write(Context::none(name, false)) };
        }
        let parent = self.parent();
        let span_id = self.fresh.span_id();
        // SAFETY: of the parent as in `current`; of the place by the caller's promise. Written piece by piece: a context does not
        // fit into registers beside what the caller has there.
        unsafe {
            (&raw mut (*place).span_id).write(span_id);
            (&raw mut (*place).name).write(name);
            let (trace_id, parent_id, fate) = match parent.as_ref() {
                Some(parent) => (parent.trace_id, parent.kept(), parent.fate.of_child()),
                None if region::is_any_open() && self.write_inherited(place) => return,
                None => {
                    let trace_id = self.fresh.trace_id();
                    (trace_id, SpanId::NONE, Fate::root(sampling::keeps(trace_id)))
                }
            };
            (&raw mut (*place).trace_id).write(trace_id);
            (&raw mut (*place).parent_id).write(parent_id);
            (&raw mut (*place).fate).write(fate);
        }
    }

    /// Writes what an inherited context says to `place`, if there is one.
    ///
    /// # Safety
    /// `place` is one for a context.
    #[cold]
    #[inline(never)]
    unsafe fn write_inherited(&self, place: *mut Context) -> bool {
        let Some(region) = self.inherited() else { return false };
        // SAFETY: the caller's promise.
        unsafe {
            (&raw mut (*place).trace_id).write(region.trace_id);
            (&raw mut (*place).parent_id).write(region.kept());
            (&raw mut (*place).fate).write(region.fate.of_child());
        }
        true
    }

    /// Makes `context` the innermost one and returns what was, for [`ThreadSlot::restore`].
    /// A signal handler on this thread sees either the old or the new one, whole: the fence keeps the compiler from moving the
    /// context's parts behind the store, and of a thread's own stores a handler on it sees no other order.
    ///
    /// # Safety
    /// `context` must stay where it is, unchanged, until `restore` is called.
    #[inline(always)]
    pub(crate) unsafe fn enter(&self, context: *const Context) -> *const Context {
        let previous = self.innermost();
        // SAFETY: the caller's promise.
        unsafe { self.put(context) };
        previous
    }

    /// The same for who has asked for the innermost one before.
    ///
    /// # Safety
    /// That of [`ThreadSlot::enter`].
    #[inline(always)]
    pub(crate) unsafe fn put(&self, context: *const Context) {
        if compiled::IDS {
            compiler_fence(std::sync::atomic::Ordering::Release);
            self.current.store(context.cast_mut(), Relaxed);
        }
    }

    /// What [`ThreadSlot::enter`] would return.
    #[inline(always)]
    pub(crate) fn innermost(&self) -> *const Context {
        self.current.load(Relaxed)
    }

    #[inline(always)]
    pub(crate) fn restore(&self, previous: *const Context) {
        if !compiled::IDS {
            return;
        }
        self.current.store(previous.cast_mut(), Relaxed);
        compiler_fence(std::sync::atomic::Ordering::Release);
    }
}

/// The context of the innermost observed call on this thread. On a thread of a pool that is in none it is that of the one call with
/// `#[observe(rayon)]` that is running, if there is exactly one; see [`Context::is_inferred`].
///
/// ```
/// // Outside of any observed call there is none.
/// assert!(feagi_observability::current_context().is_none());
/// ```
pub fn current_context() -> Option<Context> {
    // SAFETY: slots are never freed, and the thread takes its own pointer away before its slot is given to another.
    let slot = unsafe { thread_slot().as_ref() };
    let current = slot.and_then(ThreadSlot::current);
    if current.is_some() || !region::is_any_open() || slot.is_some_and(|slot| !slot.innermost().is_null()) {
        return current;
    }
    match region::inheritance() {
        Inheritance::One(context) => Some(context),
        Inheritance::Nothing | Inheritance::Ambiguous => None,
    }
}
