//! Keeps a write from killing the host: writing to a broken pipe raises `SIGPIPE`, past the size limit `SIGXFSZ`, and
//! the default action of both ends the process. Both are sent to the writing thread, so that thread holds them off.

/// While it lives, this thread gets neither signal; a write fails with an error instead.
///
/// Invariant: the thread's mask is as before afterwards, and a signal that was already pending stays so.
#[cfg(unix)]
pub(super) struct Shield {
    before: libc::sigset_t,
    pending: libc::sigset_t,
}

#[cfg(unix)]
const HELD: [libc::c_int; 2] = [libc::SIGPIPE, libc::SIGXFSZ];

#[cfg(unix)]
impl Shield {
    pub(super) fn raise() -> Self {
        let mut shield = Shield { before: empty(), pending: empty() };
        let mut held = empty();
        // SAFETY: all three sets are initialised and outlive the calls; the calls change this thread's mask only.
        unsafe {
            for signal in HELD {
                libc::sigaddset(&mut held, signal);
            }
            libc::sigpending(&mut shield.pending);
            libc::pthread_sigmask(libc::SIG_BLOCK, &held, &mut shield.before);
        }
        shield
    }
}

#[cfg(unix)]
impl Drop for Shield {
    fn drop(&mut self) {
        let mut now = empty();
        // SAFETY: the sets are initialised; `sigwait` is called only for a signal that is pending on this thread and
        // blocked, so it takes that signal and returns at once.
        unsafe {
            libc::sigpending(&mut now);
            for signal in HELD {
                let ours =
                    libc::sigismember(&now, signal) == 1 && libc::sigismember(&self.pending, signal) == 0;
                if ours {
                    let (mut one, mut taken) = (empty(), 0);
                    libc::sigaddset(&mut one, signal);
                    libc::sigwait(&one, &mut taken);
                }
            }
            libc::pthread_sigmask(libc::SIG_SETMASK, &self.before, std::ptr::null_mut());
        }
    }
}

#[cfg(unix)]
fn empty() -> libc::sigset_t {
    let mut set = std::mem::MaybeUninit::uninit();
    // SAFETY: `sigemptyset` initialises the set that it is given; it cannot fail for a valid pointer.
    unsafe {
        libc::sigemptyset(set.as_mut_ptr());
        set.assume_init()
    }
}

/// Elsewhere there are no such signals.
#[cfg(not(unix))]
pub(super) struct Shield;

#[cfg(not(unix))]
impl Shield {
    pub(super) fn raise() -> Self {
        Shield
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn blocked(signal: libc::c_int) -> bool {
        let mut mask = empty();
        // SAFETY: a null new mask only asks for the present one.
        unsafe {
            libc::pthread_sigmask(libc::SIG_BLOCK, std::ptr::null(), &mut mask);
            libc::sigismember(&mask, signal) == 1
        }
    }

    #[test]
    fn a_signal_raised_behind_the_shield_is_gone_afterwards_and_the_mask_is_as_before() {
        // SAFETY: the default action would end this test; the handler is set for the process and does nothing else.
        unsafe { libc::signal(libc::SIGXFSZ, libc::SIG_DFL) };
        let shield = Shield::raise();
        assert!(blocked(libc::SIGPIPE) && blocked(libc::SIGXFSZ));
        // SAFETY: sends the signal to this thread, which blocks it.
        unsafe { libc::pthread_kill(libc::pthread_self(), libc::SIGXFSZ) };
        drop(shield);
        assert!(!blocked(libc::SIGPIPE) && !blocked(libc::SIGXFSZ));
    }
}
