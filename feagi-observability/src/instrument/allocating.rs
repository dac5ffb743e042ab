//! What a call allocates: a guard over the stretches in which its body runs, and a future that has one on every poll.
//!
//! Made by the macros for sites with `profile(alloc)` alone; all others have no trace of it. The body's thread is asked last before
//! it runs and first after, so that beginning and ending the call is not charged to it.

use super::alloc::{self, Allocated};
use super::call::Call;
use super::site::{Site, signals};
use super::value::replace_first;
use std::future::Future;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::pin::Pin;
use std::ptr::NonNull;
use std::task::{Context, Poll};

/// While it lives, what the thread allocates is the call's.
#[must_use = "what is dropped at once counts nothing"]
pub struct Allocations<'c> {
    /// Invariant: a pointer, so not `Send`: it asks the same thread twice.
    call: Option<NonNull<Call>>,
    scope: PhantomData<&'c ()>,
}

impl Allocations<'_> {
    /// # Safety
    /// The call has begun, and its frame stays until the guard is gone.
    #[inline]
    pub(super) unsafe fn of(call: Option<NonNull<Call>>) -> Self {
        // SAFETY: the caller's promise.
        let call = call.filter(|call| unsafe { (*call.as_ptr()).state }.has(signals::EXTRAS));
        if let Some(call) = call {
            // SAFETY: the caller's promise.
            unsafe { charge(call, |charged| charged.minus(alloc::so_far())) };
        }
        Allocations { call, scope: PhantomData }
    }
}

impl Drop for Allocations<'_> {
    #[inline]
    fn drop(&mut self) {
        if let Some(call) = self.call {
            let so_far = alloc::so_far();
            // SAFETY: the promise made to `of`.
            unsafe { charge(call, |charged| charged.plus(so_far)) };
        }
    }
}

/// # Safety
/// The call is one with extras, which write its sum as it begins; its frame is still there.
#[inline]
unsafe fn charge(call: NonNull<Call>, change: impl FnOnce(Allocated) -> Allocated) {
    // SAFETY: the caller's promise. The place is nobody else's while the body runs.
    unsafe {
        let place = (&raw mut (*call.as_ptr()).allocated).cast::<Allocated>();
        place.write(change(place.read()));
    }
}

/// A future whose polls and whose drop are charged to its call.
#[must_use = "futures do nothing unless they are polled"]
pub struct Allocating<F> {
    future: ManuallyDrop<F>,
    call: Option<NonNull<Call>>,
}

// SAFETY: the call moves with the future, and is touched by its polls alone.
unsafe impl<F: Send> Send for Allocating<F> {}
// SAFETY: a shared reference gives access to the future at most.
unsafe impl<F: Sync> Sync for Allocating<F> {}

impl<F> Allocating<F> {
    /// # Safety
    /// The call has begun, and its frame outlives the future.
    pub(super) unsafe fn new(future: F, call: Option<NonNull<Call>>) -> Self {
        Allocating { future: ManuallyDrop::new(future), call }
    }
}

impl<F: Future> Future for Allocating<F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<F::Output> {
        // SAFETY: nothing is moved out; `future` is only ever seen pinned, and dropped in place.
        let this = unsafe { self.get_unchecked_mut() };
        // SAFETY: the promise made to `new`.
        let _charged = unsafe { Allocations::of(this.call) };
        // SAFETY: structural pinning of `future`.
        unsafe { Pin::new_unchecked(&mut *this.future) }.poll(task)
    }
}

impl<F> Drop for Allocating<F> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: the promise made to `new`. A call that has ended has still its place.
        let _charged = unsafe { Allocations::of(self.call) };
        // SAFETY: dropped once, here, in place.
        unsafe { ManuallyDrop::drop(&mut self.future) };
    }
}

/// Writes the sum into the two fields that [`Opening::alloc`](super::opening::Opening::alloc) has put first; nothing where it has
/// not, because nobody counts.
pub(super) fn fill_fields(fields: &mut [u8], site: &'static Site, allocated: Allocated) {
    let Some(key) = site.facts.keys.len().checked_sub(KEYS) else { return };
    let key = key as u8;
    if let Some(rest) = replace_first(fields, key, allocated.bytes) {
        replace_first(rest, key.wrapping_add(1), allocated.count);
    }
}

/// The keys that such a site has for it, its last ones: bytes, then allocations.
const KEYS: usize = 2;
