//! The scope of a synchronous call: a guard that begins it, keeps its context, and ends it when dropped.

use super::allocating::Allocations;
use super::frame::{Frame, Running};
use super::judgement::Judgement;
use super::opening::Opening;
use super::site::Site;
use super::thread;
use crate::context::Region;
use std::marker::PhantomData;

/// A call in progress; dropping it ends the call. Made, opened and begun by the macros alone, which keep it and its frame in place.
#[must_use = "a scope that is dropped at once measures nothing"]
pub struct Scope<'f, const N: usize> {
    /// `None` where the site is off.
    call: Option<Running<'f>>,
    site: &'static Site,
    /// Invariant: not `Send`. It restores the context of the thread that it was entered on.
    thread: PhantomData<*const ()>,
}

impl<'f, const N: usize> Scope<'f, N> {
    /// One that measures nothing until it is begun.
    #[inline]
    pub fn new(site: &'static Site) -> Self {
        Scope { call: None, site, thread: PhantomData }
    }

    /// What the call takes in before it begins: `None`, after one relaxed load and a branch, where the site is off.
    #[inline]
    pub fn open(&self, frame: &'f mut Frame<N>) -> Option<Opening<'f>> {
        frame.open(self.site)
    }

    /// The same for a site that has labels.
    #[inline]
    pub fn open_unregistered(&self, frame: &'f mut Frame<N>) -> Option<Opening<'f>> {
        frame.open_unregistered(self.site)
    }

    /// Begins the call.
    #[inline]
    pub fn begin(&mut self, opening: Opening<'f>) {
        // SAFETY: the scope borrows the frame and so keeps it in place, until its drop ends the call.
        self.call = Some(unsafe { opening.begin_scope() });
    }

    /// The call, which whoever has it ends.
    #[inline]
    pub(super) fn into_call(mut self) -> Option<Running<'f>> {
        self.call.take()
    }

    /// Charges the call with what this thread allocates while the guard lives.
    #[inline]
    pub fn count_allocations(&self) -> Allocations<'_> {
        // SAFETY: the call has begun, and the guard borrows the scope, which keeps the frame.
        unsafe { Allocations::of(self.call.as_ref().map(Running::place)) }
    }

    /// What comes before the end of a block, which may have been suspended: unless its context is innermost, and all blocks since have
    /// ended in order, it goes back to nothing.
    #[inline(always)]
    pub(super) fn leave_in_order(&mut self, disorder: u32) {
        if let (Some(call), Some(thread)) = (&mut self.call, thread::attached()) {
            let is_innermost = call.is_innermost(thread);
            if !is_innermost {
                thread.disorder.set(thread.disorder.get().wrapping_add(1));
            }
            if !is_innermost || thread.disorder.get() != disorder {
                call.forget_previous();
            }
        }
    }

    /// Has threads of a pool inherit the call's context while the guard lives and no other region is open.
    #[inline]
    pub fn open_region(&self) -> Region<'_> {
        // SAFETY: the call has begun; nobody changes its context.
        Region::open(self.call.as_ref().map(|call| unsafe { call.context().read() }))
    }

    /// Where it is said how the call ended; `None` where the site is off.
    #[inline]
    pub fn judgement(&mut self) -> Option<Judgement<'_>> {
        // SAFETY: the call's frame is one of this type.
        self.call.as_mut().map(|call| unsafe { call.judgement::<N>() })
    }
}

impl<const N: usize> Drop for Scope<'_, N> {
    #[inline]
    fn drop(&mut self) {
        if let Some(call) = &mut self.call {
            // SAFETY: it has begun on this thread, for a scope is not `Send`.
            unsafe { call.end_scope(self.site) };
        }
    }
}
