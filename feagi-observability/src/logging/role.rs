//! Which of several layers works. A host may put in more than one, or one where another is already; each event is recorded once.

use super::intake::Intake;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering::Relaxed};

/// It has not seen its subscriber: it is in none yet, or `reload` has put it in.
const HIDDEN: u8 = 0;
const WORKS: u8 = 1;
/// Another of its subscriber works.
const IDLE: u8 = 2;

/// What one layer is there for.
pub(super) struct Role {
    intake: Arc<Intake>,
    number: usize,
    state: AtomicU8,
}

/// The layers that are in subscribers.
#[derive(Default)]
pub(super) struct Installed {
    /// How many have seen their subscriber and work.
    shown: AtomicUsize,
    /// The number of the one that works without; 0 if there is none.
    hidden: AtomicUsize,
}

impl Installed {
    pub(super) fn any(&self) -> bool {
        self.shown.load(Relaxed) > 0 || self.hidden.load(Relaxed) > 0
    }
}

impl Role {
    pub(super) fn new(intake: Arc<Intake>) -> Self {
        static NUMBERS: AtomicUsize = AtomicUsize::new(1);
        Role { intake, number: NUMBERS.fetch_add(1, Relaxed), state: AtomicU8::new(HIDDEN) }
    }

    /// It has seen its subscriber, and is the first layer of ours in it or not.
    pub(super) fn show(&self, is_first: bool) {
        let before = self.state.swap(if is_first { WORKS } else { IDLE }, Relaxed);
        let shown = &self.intake.installed.shown;
        if is_first && before != WORKS {
            shown.fetch_add(1, Relaxed);
        } else if !is_first && before == WORKS {
            shown.fetch_sub(1, Relaxed);
        }
    }

    #[inline]
    pub(super) fn is_active(&self) -> bool {
        match self.state.load(Relaxed) {
            HIDDEN => self.is_the_hidden_one(),
            state => state == WORKS,
        }
    }

    /// A hidden layer cannot know what else is in its subscriber: it works if none works that has seen one, and no other hidden one was
    /// earlier.
    #[cold]
    fn is_the_hidden_one(&self) -> bool {
        let Installed { shown, hidden } = &self.intake.installed;
        if shown.load(Relaxed) > 0 {
            return false;
        }
        let taken = hidden.compare_exchange(0, self.number, Relaxed, Relaxed);
        taken.is_ok() || taken == Err(self.number)
    }
}

impl Drop for Role {
    fn drop(&mut self) {
        let Installed { shown, hidden } = &self.intake.installed;
        if *self.state.get_mut() == WORKS {
            shown.fetch_sub(1, Relaxed);
        }
        let _ = hidden.compare_exchange(self.number, 0, Relaxed, Relaxed);
    }
}
