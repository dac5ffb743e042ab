//! How long to wait before a request is made again.

use super::limits::Limits;
use std::time::{Duration, SystemTime};

/// Waits that double, up to a limit.
pub(super) struct Backoff {
    next: Duration,
    limits: Limits,
}

impl Backoff {
    pub(super) fn new(limits: Limits) -> Self {
        Backoff { next: limits.first_backoff, limits }
    }

    /// The next wait. A collector that names a longer one is obeyed, within bounds; a shorter one would have it asked without pause.
    pub(super) fn next(&mut self, asked: Option<Duration>) -> Duration {
        let own = self.next;
        self.next = (own * 2).min(self.limits.longest_backoff);
        // Up to a quarter more, so that programs that lost a collector together do not come back together.
        let own = own + own / 4 * jitter() / 256;
        asked.map_or(own, |asked| asked.min(self.limits.longest_retry_after).max(own))
    }
}

/// 0 to 255, from the lowest bits of the clock; nothing depends on how random it is.
fn jitter() -> u32 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |age| age.subsec_nanos() / 100 % 256)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_limit() {
        let limits = Limits::default();
        let mut backoff = Backoff::new(limits);
        let mut expected = limits.first_backoff;
        for _ in 0..10 {
            let wait = backoff.next(None);
            assert!(wait >= expected && wait <= expected + expected / 4, "{wait:?} for {expected:?}");
            expected = (expected * 2).min(limits.longest_backoff);
        }
    }

    #[test]
    fn the_collectors_wish_is_obeyed_within_bounds_and_never_makes_the_wait_shorter() {
        let limits = Limits::default();
        let wait = |asked| Backoff::new(limits).next(Some(Duration::from_secs(asked)));
        assert_eq!(wait(2), Duration::from_secs(2));
        assert_eq!(wait(9999), limits.longest_retry_after);
        assert!(wait(0) >= limits.first_backoff);
    }
}
