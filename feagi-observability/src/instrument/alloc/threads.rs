//! Which threads of this process live, as the kernel knows it.

/// A thread's number and its process's, 22 bits each: the kernel has no more (proc(5), `pid_max`).
pub(super) const ID_BITS: u32 = 2 * NUMBER_BITS;

const NUMBER_BITS: u32 = 22;

/// This thread's id; never 0.
pub(super) fn own_id() -> u64 {
    // SAFETY: no arguments, cannot fail.
    let (process, thread) = unsafe { (libc::getpid(), libc::gettid()) };
    u64::from(process.unsigned_abs()) << NUMBER_BITS | u64::from(thread.unsigned_abs())
}

/// Whether a thread has this id: maybe another than the one that had it before. Of other processes nothing is known.
pub(super) fn may_live(id: u64) -> bool {
    // SAFETY: no arguments, cannot fail.
    let process = unsafe { libc::getpid() };
    if id >> NUMBER_BITS != u64::from(process.unsigned_abs()) {
        return true;
    }
    let thread = id & ((1 << NUMBER_BITS) - 1);
    // SAFETY: signal 0 is none: the call only tells whether there is such a thread in this process (tgkill(2)).
    let answer = unsafe { libc::syscall(libc::SYS_tgkill, process, thread as libc::pid_t, 0) };
    answer == 0 || Errno::now() != libc::ESRCH
}

/// Puts `errno` back when dropped: whoever allocates between a failed call and the question why is to get the right answer.
pub(crate) struct Errno(libc::c_int);

impl Errno {
    pub(crate) fn kept() -> Self {
        Errno(Errno::now())
    }

    fn now() -> libc::c_int {
        // SAFETY: the thread's own, for as long as it lives.
        unsafe { *libc::__errno_location() }
    }
}

impl Drop for Errno {
    fn drop(&mut self) {
        // SAFETY: as above.
        unsafe { *libc::__errno_location() = self.0 };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_thread_lives_and_one_that_was_joined_does_not() {
        assert!(may_live(own_id()));
        let gone = std::thread::spawn(own_id).join().unwrap();
        // The kernel tells the joiner first and takes the thread off its list then.
        while may_live(gone) {
            std::thread::yield_now();
        }
        assert!(may_live(gone ^ 1 << NUMBER_BITS), "another process's");
    }

    #[test]
    fn asking_leaves_no_trace() {
        let before = Errno::now();
        {
            let _kept = Errno::kept();
            may_live(own_id() | 0x3f_ffff);
        }
        assert_eq!(Errno::now(), before);
    }
}
