//! One call in flight: what `Scope` and `Observed` share, from the first clock read to the record.
//!
//! What does not depend on the function that is observed stands in functions that are not generic: each site adds few
//! instructions to its program, and those that all share stay in the cache.

use super::alloc::Allocated;
use super::clock;
use super::extras;
use super::frame::Running;
use super::judged::Judged;
use super::lost;
use super::outcome::Outcome;
use super::pace;
use super::polls;
use super::record::{Header, Kind, Mark, flags};
use super::site::{Site, State, signals};
use super::thread::{self, ThreadState};
use super::usdt;
use super::value::Written;
use crate::context::{Context, compiled};
use std::mem::MaybeUninit;
use std::ptr::{self, NonNull};

pub(super) struct Call {
    /// What the thread's slot points to while the call runs: must neither move nor change then.
    pub(super) context: Context,
    pub(super) previous: *const Context,
    /// Clock ticks.
    pub(super) start: u64,
    pub(super) state: State,
    pub(super) end: End,
    /// The number of its series; written for sites with extras alone.
    pub(super) series: MaybeUninit<u32>,
    /// Written for sites with extras alone; grows where those have `alloc`.
    pub(super) allocated: MaybeUninit<Allocated>,
    /// The poll that it is in: its site, and the clock's ticks; written where polls are recorded alone.
    pub(super) poll: MaybeUninit<(&'static Site, u64)>,
    /// Whether the thread was unwinding already when the call began.
    unwinding: bool,
}

/// What is known of a call's record before the call ends; as the record begins, so that it is copied as one word.
#[repr(C)]
pub(super) struct End {
    pub(super) bytes: u32,
    pub(super) mark: Mark,
}

impl Call {
    /// Writes all but the context, which has been written, and starts the clock.
    ///
    /// # Safety
    /// `place` is one for a call.
    #[inline(always)]
    unsafe fn write(place: *mut Call, previous: *const Context, state: State, fields: Written) {
        // SAFETY: the caller's promise. Piece by piece, as a context is.
        unsafe {
            let fate = (*place).context.fate;
            let mut flags = state.flags() | fate.marks();
            if !compiled::TRACE || !fate.is_sampled() {
                flags &= !flags::SPAN;
            }
            let mark = Mark { kind: Kind::Call, outcome: Outcome::Ok, flags: flags | fields.flags };
            (&raw mut (*place).end).write(End { bytes: fields.bytes, mark });
            (&raw mut (*place).previous).write(previous);
            (&raw mut (*place).state).write(state);
            (&raw mut (*place).unwinding).write(std::thread::panicking());
            (&raw mut (*place).start).write(clock::now());
        }
    }

    #[inline(always)]
    fn is_unwinding(&self) -> bool {
        std::thread::panicking() && !self.unwinding
    }
}

impl End {
    /// Of a call that leaves no record.
    #[inline(always)]
    pub(super) fn unrecorded() -> Self {
        End { bytes: 0, mark: Mark { kind: Kind::Call, outcome: Outcome::Ok, flags: 0 } }
    }

    /// It ends like this; a failure gets its line whatever the level of the site, and its span whatever was decided of its trace.
    #[inline]
    pub(super) fn set(&mut self, outcome: Outcome, state: State) {
        self.mark.outcome = outcome;
        if outcome.is_failure() {
            self.mark.flags |= if state.has(signals::ERROR_LINE) { flags::LINE } else { 0 };
            self.mark.flags |= if state.has(signals::SPAN) { flags::SPAN } else { 0 };
        }
    }
}

/// # Safety
/// `call` is a place for a call, which stays as it is until [`end_scope`].
#[inline(never)]
pub(super) unsafe fn begin_scope<'f>(
    call: NonNull<Call>,
    site: &'static Site,
    state: State,
    fields: Written,
) -> Running<'f> {
    let Some(thread) = thread::attached() else {
        // SAFETY: the caller's promise.
        return unsafe { begin_unattached(call, site, state, fields, begin_scope) };
    };
    let place = call.as_ptr();
    // SAFETY: the caller's promise. The context is entered where it stands.
    unsafe {
        let context = &raw mut (*place).context;
        thread.slot.write_child(context, &site.span_name);
        Call::write(place, thread.slot.innermost(), state, fields);
        if state.has(signals::THINNED) {
            pace::thin(place, site);
        }
        thread.slot.put(context);
        usdt::enter(&*context);
    }
    Running::new(call)
}

/// # Safety
/// `call` is a place for a call.
#[inline(never)]
pub(super) unsafe fn begin_future<'f>(
    call: NonNull<Call>,
    site: &'static Site,
    state: State,
    fields: Written,
) -> Running<'f> {
    let Some(thread) = thread::attached() else {
        // SAFETY: the caller's promise.
        return unsafe { begin_unattached(call, site, state, fields, begin_future) };
    };
    let place = call.as_ptr();
    // SAFETY: the caller's promise.
    unsafe {
        let context = &raw mut (*place).context;
        thread.slot.write_child(context, &site.span_name);
        Call::write(place, ptr::null(), state, fields);
        if state.has(signals::THINNED) {
            pace::thin(place, site);
        }
        usdt::enter(&*context);
    }
    Running::new(call)
}

/// The same for both, below a parent of the caller's choice; a scope's context is entered, a future's by its polls.
///
/// # Safety
/// `call` is a place for a call, which stays as it is until [`end_scope`] if it is a scope's.
#[cold]
#[inline(never)]
pub(super) unsafe fn begin_below<'f>(
    call: NonNull<Call>,
    site: &'static Site,
    state: State,
    fields: Written,
    parent: Option<Context>,
) -> Running<'f> {
    let place = call.as_ptr();
    let Some(thread) = thread::attach() else {
        // SAFETY: the caller's promise.
        return unsafe { begin_ending(call, site, state, fields) };
    };
    // SAFETY: the caller's promise.
    unsafe {
        let context = &raw mut (*place).context;
        let previous = thread.slot.settled();
        context.write(thread.slot.child_of(parent, &site.span_name));
        Call::write(place, previous, state, fields);
        if state.has(signals::THINNED) {
            pace::thin(place, site);
        }
        if !site.facts.is_async {
            thread.slot.enter(context);
        }
        usdt::enter(&*context);
    }
    Running::new(call)
}

/// On a thread's first call; also on a thread that is ending, where nothing is entered.
///
/// # Safety
/// That of `again`.
#[cold]
#[inline(never)]
unsafe fn begin_unattached<'f>(
    call: NonNull<Call>,
    site: &'static Site,
    state: State,
    fields: Written,
    again: unsafe fn(NonNull<Call>, &'static Site, State, Written) -> Running<'f>,
) -> Running<'f> {
    // SAFETY: the caller's promise.
    unsafe {
        match thread::attach() {
            Some(_) => again(call, site, state, fields),
            None => begin_ending(call, site, state, fields),
        }
    }
}

/// On a thread that is ending: nothing is entered.
///
/// # Safety
/// `call` is a place for a call.
unsafe fn begin_ending<'f>(
    call: NonNull<Call>,
    site: &'static Site,
    state: State,
    fields: Written,
) -> Running<'f> {
    let place = call.as_ptr();
    // SAFETY: the caller's promise.
    unsafe {
        (&raw mut (*place).context).write(Context::none(&site.span_name, state.has(signals::SPAN)));
        Call::write(place, ptr::null(), state, fields);
    }
    Running::new(call)
}

/// # Safety
/// [`begin_scope`] has begun `call` on this thread, and nobody else has it.
#[cold]
#[inline(never)]
pub(super) unsafe fn end_scope(call: *mut Call, site: &'static Site) {
    // SAFETY: the caller's promise.
    unsafe {
        let Some(thread) = thread::attached() else { return end_unattached(call, site) };
        if thread.slot.is_carrying() {
            return end_scope_carrying(call, thread, site);
        }
        thread.slot.restore((*call).previous);
        if (*call).is_unwinding() {
            (*call).end.set(Outcome::Panic, (*call).state);
        }
        end::<false>(call, thread, site);
    }
}

/// The same where something rides with the context: it takes with it what came in the call and was not left.
///
/// # Safety
/// That of [`end_scope`].
#[cold]
#[inline(never)]
unsafe fn end_scope_carrying(call: *mut Call, thread: &ThreadState, site: &'static Site) {
    // SAFETY: the caller's promise.
    unsafe {
        thread.slot.leave_carrying(&raw const (*call).context, (*call).previous);
        if (*call).is_unwinding() {
            (*call).end.set(Outcome::Panic, (*call).state);
        }
        end::<true>(call, thread, site);
    }
}

/// # Safety
/// [`begin_future`] has begun `call`, no poll is under way, and nobody else has it.
#[cold]
#[inline(never)]
pub(super) unsafe fn end_future(call: *mut Call, site: &'static Site, is_dropped: bool) {
    // SAFETY: the caller's promise.
    unsafe {
        if is_dropped {
            let outcome = if (*call).is_unwinding() { Outcome::Panic } else { Outcome::Cancelled };
            (*call).end.set(outcome, (*call).state);
        }
        match thread::attach() {
            Some(thread) if thread.slot.is_carrying() => end_carrying(call, thread, site),
            Some(thread) => end::<false>(call, thread, site),
            None => end_unattached(call, site),
        }
    }
}

/// # Safety
/// That of [`end`].
#[cold]
#[inline(never)]
unsafe fn end_carrying(call: *mut Call, thread: &ThreadState, site: &'static Site) {
    // SAFETY: the caller's promise.
    unsafe { end::<true>(call, thread, site) };
}

/// Counts the call and writes its record. The context has been left; if it is `CARRYING`, something may ride with the one around it.
///
/// # Safety
/// `call` stands in a frame and has begun.
#[inline(always)]
unsafe fn end<const CARRYING: bool>(call: *mut Call, thread: &ThreadState, site: &'static Site) {
    // SAFETY: the caller's promise.
    let Call { context, start, state, end: End { mark, .. }, .. } = unsafe { &*call };
    let duration = clock::to_nanos(clock::now().saturating_sub(*start));
    usdt::exit(context, mark.outcome, duration);
    if state.has(signals::EXTRAS | signals::POLLS) {
        // SAFETY: the caller's promise.
        return unsafe { end_with_more::<CARRYING>(call, thread, site, duration) };
    }
    if state.has(signals::METRICS) {
        thread.shard(state.index(), site).record_call(mark.outcome, duration);
    }
    // SAFETY: the caller's promise.
    unsafe { push::<CARRYING>(call, thread, site, duration) };
}

/// # Safety
/// That of [`end`].
#[cold]
#[inline(never)]
unsafe fn end_with_more<const CARRYING: bool>(
    call: *mut Call,
    thread: &ThreadState,
    site: &'static Site,
    duration: u64,
) {
    // SAFETY: the caller's promise.
    unsafe {
        let state = (*call).state;
        if state.has(signals::POLLS) {
            // Each way to here leads through the last poll, or through the drop in its place.
            let before = clock::to_nanos((*call).poll.assume_init().1.saturating_sub((*call).start));
            // Moments are rounded down: by one nanosecond the poll could seem to end after its call, and would be read after it.
            polls::push(call, thread, duration.saturating_sub(before + 1));
        }
        if state.has(signals::EXTRAS) {
            (*call).end.mark.flags |= extras::end(&Judged::new(call, site, duration), thread, site);
        } else if state.has(signals::METRICS) {
            thread.shard(state.index(), site).record_call((*call).end.mark.outcome, duration);
        }
        push::<CARRYING>(call, thread, site, duration);
    }
}

/// Writes the record, if the call is to leave one.
///
/// # Safety
/// That of [`end`].
#[inline(always)]
unsafe fn push<const CARRYING: bool>(
    call: *const Call,
    thread: &ThreadState,
    site: &'static Site,
    duration: u64,
) {
    // SAFETY: the caller's promise.
    let Call { context, start, end: End { bytes, mark }, .. } = unsafe { &*call };
    if !compiled::RECORDS || mark.flags & (flags::LINE | flags::SPAN) == 0 {
        return;
    }
    let header = || Header {
        bytes: *bytes,
        mark: *mark,
        origin: ptr::from_ref(site).cast(),
        trace_id: context.trace_id,
        span_id: context.span_id,
        parent_id: context.parent_id,
        start: *start,
        duration,
    };
    // SAFETY: the fields were written to the bytes behind the call.
    unsafe {
        let fields = call.add(1).cast();
        if CARRYING && thread.push_with_request_id(header(), fields) {
            return;
        }
        thread.ring.push(mark.flags, *bytes, fields, header);
    }
}

/// On a thread that is ending: counted where all may write, as is the record that it cannot leave.
///
/// # Safety
/// The call has begun.
#[cold]
#[inline(never)]
unsafe fn end_unattached(call: *mut Call, site: &'static Site) {
    // SAFETY: the caller's promise.
    let (state, mut mark, nanos) = unsafe {
        if (*call).is_unwinding() {
            (*call).end.set(Outcome::Panic, (*call).state);
        }
        ((*call).state, (*call).end.mark, clock::to_nanos(clock::now().saturating_sub((*call).start)))
    };
    if state.has(signals::EXTRAS) {
        // SAFETY: the caller's promise; the state tells of the extras.
        mark.flags |= extras::end_shared(&unsafe { Judged::new(call, site, nanos) }, site);
    } else if state.has(signals::METRICS) {
        site.live().shared.call.record_shared(mark.outcome, nanos, &[]);
    }
    lost::count(mark.flags);
}
