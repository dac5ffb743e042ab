//! The polls of async calls, each a record of its own where a trace file asks for them.
//!
//! Receives from a call's frame when a poll begins and ends; gives the record to the thread's ring.

use super::call::Call;
use super::clock;
use super::outcome::Outcome;
use super::record::{Header, Kind, Mark, flags};
use super::site::Site;
use super::thread::ThreadState;
use std::mem::MaybeUninit;
use std::ptr;

/// Notes when a poll begins.
///
/// # Safety
/// `call` has begun, at this site, and is in no other poll.
#[cold]
#[inline(never)]
pub(super) unsafe fn begin(call: *mut Call, site: &'static Site) {
    // SAFETY: the caller's promise.
    unsafe { (&raw mut (*call).poll).write(MaybeUninit::new((site, clock::now()))) };
}

/// Writes the record of a poll that ends now, and is not the last.
///
/// # Safety
/// That of [`begin`], which came before.
#[cold]
#[inline(never)]
pub(super) unsafe fn end(call: *const Call, thread: &ThreadState) {
    // SAFETY: the caller's promise.
    unsafe {
        let start = (*call).poll.assume_init().1;
        push(call, thread, clock::to_nanos(clock::now().saturating_sub(start)));
    }
}

/// Writes the record of a poll, if its call has a span.
///
/// # Safety
/// That of [`end`].
pub(super) unsafe fn push(call: *const Call, thread: &ThreadState, duration: u64) {
    // SAFETY: the caller's promise.
    let (context, (site, start)) = unsafe { (&(*call).context, (*call).poll.assume_init()) };
    // SAFETY: the caller's promise.
    let of_call = unsafe { (*call).end.mark.flags };
    if of_call & flags::SPAN == 0 {
        return;
    }
    // Nothing else of its call is true of it: the bits of lines and spans would count it among those.
    let flags = flags::SAMPLED | of_call & flags::INFERRED;
    let mark = Mark { kind: Kind::Poll, outcome: Outcome::Ok, flags };
    let header = || Header {
        bytes: 0,
        mark,
        origin: ptr::from_ref(site).cast(),
        trace_id: context.trace_id,
        span_id: context.span_id,
        parent_id: context.parent_id,
        start,
        duration,
    };
    // SAFETY: there are no fields.
    unsafe { thread.ring.push(mark.flags, 0, ptr::null(), header) };
}
