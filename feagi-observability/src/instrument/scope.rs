//! The scope of a synchronous call: a guard that begins it, keeps its context, and ends it when dropped.

use super::call::{Call, Frame, Judgement};
use super::site::Site;
use super::thread;
use super::value::Encoder;
use std::marker::PhantomData;

/// A call in progress; dropping it ends the call. Entered by the macros alone, which keep it and its frame in place.
#[must_use = "a scope that is dropped at once measures nothing"]
pub struct Scope<'f, const N: usize> {
    frame: Option<&'f mut Frame<N>>,
    site: &'static Site,
    /// Invariant: not `Send`. It restores the context of the thread that it was entered on.
    thread: PhantomData<*const ()>,
}

impl<'f, const N: usize> Scope<'f, N> {
    /// Begins a call: one relaxed load and a branch where the site is off.
    #[inline(always)]
    pub fn enter(
        site: &'static Site,
        frame: &'f mut Frame<N>,
        write: impl FnOnce(&mut Encoder<'_>),
    ) -> Scope<'f, N> {
        if site.state() == 0 {
            return Scope { frame: None, site, thread: PhantomData };
        }
        Self::enter_on(site, frame, write)
    }

    #[cold]
    #[inline(never)]
    fn enter_on(
        site: &'static Site,
        frame: &'f mut Frame<N>,
        write: impl FnOnce(&mut Encoder<'_>),
    ) -> Scope<'f, N> {
        let Some(call) = Call::begin(site) else { return Scope { frame: None, site, thread: PhantomData } };
        let call = frame.call.write(call);
        // Before the context is entered: a `Debug` that unwinds leaves nothing behind.
        if N > 0 && call.wants_fields() {
            let mut encoder = Encoder::new(&mut frame.bytes);
            write(&mut encoder);
            call.set_fields(encoder.finish());
        }
        if let Some(thread) = thread::attach() {
            // SAFETY: the context stands in the frame, which the scope borrows and so keeps in place until its drop restores.
            call.previous = unsafe { thread.slot.enter(&call.context) };
        }
        call.start_clock();
        Scope { frame: Some(frame), site, thread: PhantomData }
    }

    /// Whether the call is observed.
    #[inline(always)]
    pub fn is_on(&self) -> bool {
        self.frame.is_some()
    }

    /// Lets `judge` say how the call ended; not called when the site is off.
    #[inline(always)]
    pub fn judge(&mut self, judge: impl FnOnce(&mut Judgement<'_>)) {
        if let Some(frame) = &mut self.frame {
            // SAFETY: a scope with a frame was made by `enter_on`, which has written the call.
            let call = unsafe { frame.call.assume_init_mut() };
            judge(&mut call.judge(&mut frame.bytes));
        }
    }
}

impl<const N: usize> Drop for Scope<'_, N> {
    #[inline(always)]
    fn drop(&mut self) {
        if let Some(frame) = self.frame.take() {
            leave(self.site, frame);
        }
    }
}

#[cold]
#[inline(never)]
fn leave<const N: usize>(site: &'static Site, frame: &mut Frame<N>) {
    // SAFETY: as in `judge`.
    let call = unsafe { frame.call.assume_init_mut() };
    if let Some(thread) = thread::attach() {
        thread.slot.restore(call.previous);
    }
    call.mark_unwinding();
    call.end(site, false, &frame.bytes);
}
