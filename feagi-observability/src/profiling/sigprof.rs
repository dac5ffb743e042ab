//! The process's SIGPROF disposition: who has it, how to put it back, and a signal to ourselves.
//!
//! For the sampler of the `pprof` crate, which shares the signal with nobody.

use std::mem::MaybeUninit;
use std::ptr;
use std::time::Duration;

use super::ProfilingError;

/// What SIGPROF does while nobody profiles.
pub(super) struct Disposition(libc::sigaction);

impl Disposition {
    /// Refuses when it is somebody's handler: to take it over would stop another profiler's samples silently.
    pub(super) fn unless_taken() -> Result<Self, ProfilingError> {
        let mut action = MaybeUninit::<libc::sigaction>::zeroed();
        // SAFETY: a null new action only queries; the old one is written to a live, correctly typed place.
        let answer = unsafe { libc::sigaction(libc::SIGPROF, ptr::null(), action.as_mut_ptr()) };
        // SAFETY: an all-zero `sigaction` is a valid one (the default action), and the call above may have replaced it.
        let action = unsafe { action.assume_init() };
        let is_free = matches!(action.sa_sigaction, libc::SIG_DFL | libc::SIG_IGN);
        if answer == 0 && is_free { Ok(Self(action)) } else { Err(ProfilingError::SignalTaken) }
    }

    /// To be called only by whoever has a sampler at work, so that no other's signal is touched; hold the result beside it.
    pub(super) fn restored_on_drop(self) -> Restore {
        Restore(self.0)
    }
}

/// Puts SIGPROF back when dropped, which must come after the sampler's end.
pub(super) struct Restore(libc::sigaction);

impl Drop for Restore {
    fn drop(&mut self) {
        // By now the sampler has disarmed its timer and has had the signal ignored, which discards what was pending. So the
        // default action, which ends the process, meets no late tick. Left at "ignored", it would be inherited by programs
        // that the host starts.
        // SAFETY: the action is the one that the kernel gave us; it names no function, so none can be gone.
        unsafe { libc::sigaction(libc::SIGPROF, &self.0, ptr::null_mut()) };
    }
}

/// Sends SIGPROF to the calling thread and returns when its handler has run, even if the thread had the signal blocked.
pub(super) fn signal_own_thread() {
    let mut unblocked = MaybeUninit::<libc::sigset_t>::zeroed();
    let mut before = MaybeUninit::<libc::sigset_t>::zeroed();
    // SAFETY: both sets live until the end of the block and are initialised by `sigemptyset` and `pthread_sigmask` before they
    // are read; a failed call leaves the zeroed set, which is a valid empty one. `raise` only needs a handler, and the caller
    // has installed one.
    unsafe {
        libc::sigemptyset(unblocked.as_mut_ptr());
        libc::sigaddset(unblocked.as_mut_ptr(), libc::SIGPROF);
        libc::pthread_sigmask(libc::SIG_UNBLOCK, unblocked.as_ptr(), before.as_mut_ptr());
        libc::raise(libc::SIGPROF);
        libc::pthread_sigmask(libc::SIG_SETMASK, before.as_ptr(), ptr::null_mut());
    }
}

/// The CPU time of all threads of this process so far.
pub(super) fn process_cpu_time() -> Duration {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the clock exists on every unix system we build for, and the result is written to a live timespec.
    unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut now) };
    Duration::new(u64::try_from(now.tv_sec).unwrap_or(0), u32::try_from(now.tv_nsec).unwrap_or(0))
}
