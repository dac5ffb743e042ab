//! A timer on one thread's CPU clock, whose signal goes to that thread and leads to its desk.

use super::desk::Desk;
use std::io;
use std::mem::MaybeUninit;
use std::ptr;

/// Deleted when dropped.
pub(super) struct Timer(libc::timer_t);

// SAFETY: a timer's id is the process's.
unsafe impl Send for Timer {}

impl Timer {
    /// Ticks each `period` nanoseconds of the thread's CPU time, first after `first`.
    pub(super) fn arm(thread: u32, desk: &'static Desk, period: u64, first: u64) -> io::Result<Self> {
        // SAFETY: all zero is a valid `sigevent`.
        let mut event: libc::sigevent = unsafe { MaybeUninit::zeroed().assume_init() };
        event.sigev_notify = libc::SIGEV_THREAD_ID;
        event.sigev_signo = libc::SIGPROF;
        event.sigev_value.sival_ptr = ptr::from_ref(desk).cast_mut().cast();
        event.sigev_notify_thread_id = thread as libc::c_int;
        // The clock of a thread by its id: the complement, three bits that say which clock (2, scheduled time), and that it is a
        // thread's (4); see the kernel's include/linux/posix-timers_types.h.
        let clock = ((!thread << 3) | 6) as libc::clockid_t;
        let mut timer = MaybeUninit::<libc::timer_t>::uninit();
        // SAFETY: both places are valid for the call.
        if unsafe { libc::timer_create(clock, &mut event, timer.as_mut_ptr()) } != 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the call has written it.
        let timer = Timer(unsafe { timer.assume_init() });
        let times = libc::itimerspec { it_interval: timespec(period), it_value: timespec(first.max(1)) };
        // SAFETY: the timer is ours; nothing is asked back.
        match unsafe { libc::timer_settime(timer.0, 0, &times, ptr::null_mut()) } {
            0 => Ok(timer),
            _ => Err(io::Error::last_os_error()),
        }
    }

    /// Whether its thread lives. That of another thread with the same id is another's timer.
    pub(super) fn is_alive(&self) -> bool {
        let mut times = MaybeUninit::<libc::itimerspec>::zeroed();
        // SAFETY: the timer is ours, the place valid; all zero is a valid value, if nothing is written.
        let times = unsafe {
            libc::timer_gettime(self.0, times.as_mut_ptr());
            times.assume_init()
        };
        times.it_value.tv_sec != 0 || times.it_value.tv_nsec != 0
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        // SAFETY: ours, and deleted once.
        unsafe { libc::timer_delete(self.0) };
    }
}

fn timespec(nanos: u64) -> libc::timespec {
    libc::timespec {
        tv_sec: (nanos / 1_000_000_000) as libc::time_t,
        tv_nsec: (nanos % 1_000_000_000) as libc::c_long,
    }
}
