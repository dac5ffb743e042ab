//! A filter that is changed while it is asked, by any number of threads and without a lock.

use super::Filter;
use std::fmt;
use std::sync::atomic::{AtomicPtr, Ordering::Acquire, Ordering::Release};
use std::sync::{Mutex, PoisonError};

/// The filter that holds now.
///
/// Invariant: a filter that was set is not freed before this is: somebody may still be asking it. Each change keeps some hundred bytes.
pub(crate) struct LiveFilter {
    current: AtomicPtr<Filter>,
    /// All that were ever set.
    #[allow(clippy::vec_box, reason = "they stay where they are while there come more")]
    all: Mutex<Vec<Box<Filter>>>,
}

impl LiveFilter {
    pub(crate) fn new(filter: Filter) -> Self {
        let live = LiveFilter { current: AtomicPtr::default(), all: Mutex::default() };
        live.set(filter);
        live
    }

    pub(crate) fn get(&self) -> &Filter {
        // SAFETY: never null, for `new` sets one; the invariant. Acquire: what it is made of was written before.
        unsafe { &*self.current.load(Acquire) }
    }

    pub(crate) fn set(&self, filter: Filter) {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        all.push(Box::new(filter));
        if let Some(last) = all.last_mut() {
            // Release: pairs with `get`.
            self.current.store(&raw mut **last, Release);
        }
    }
}

impl fmt::Debug for LiveFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instrument::Level;

    #[test]
    fn whoever_asks_meanwhile_gets_the_old_answer_or_the_new_one() {
        let parse = |level: &str| Filter::parse("logging.level", level).unwrap();
        let live = LiveFilter::new(parse("info"));
        let old = live.get();
        std::thread::scope(|scope| {
            scope
                .spawn(|| (0..1000).for_each(|n| live.set(parse(if n % 2 == 0 { "debug" } else { "warn" }))));
            for _ in 0..10_000 {
                assert!(live.get().enables("x", Level::Warn));
            }
        });
        assert!(!live.get().enables("x", Level::Info) && old.enables("x", Level::Info));
    }
}
