//! Heartbeats: a site with `heartbeat = "1s"` that nobody has called for so long makes its health check degrade.
//!
//! Calls pay nothing for it: their counts are compared by the collector whenever it looks at the rings, and when somebody asks how
//! the program is. So a silence is known to about 50 ms.

use super::health::{Health, HealthCheck};
use crate::instrument::{MetricFacts, Site, SiteLive, registry};
use std::collections::BTreeMap;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// When the calls of each site were last seen to have become more.
#[derive(Default)]
pub(super) struct Heartbeats {
    seen: Mutex<BTreeMap<usize, Beat>>,
}

struct Beat {
    calls: u64,
    at: Instant,
}

impl Heartbeats {
    /// Looks at all sites that promise to be called, and tells `health`.
    pub(super) fn check(&self, health: &Health) {
        if !registry::has_heartbeats() {
            return;
        }
        let now = Instant::now();
        for (site, live, shards) in registry::sites() {
            if site.facts.heartbeat == 0 {
                continue;
            }
            let ended = shards.iter().flat_map(|shard| shard.series()).flat_map(|cells| &cells.outcomes);
            let calls = ended.fold(0u64, |calls, cell| calls.wrapping_add(cell.load(Relaxed)));
            let silence = self.silence(live.index, calls, now);
            health.update(verdict(site, live, silence));
        }
    }

    /// How long ago the number of calls was last seen to change.
    fn silence(&self, site: usize, calls: u64, now: Instant) -> Duration {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let beat = seen.entry(site).or_insert(Beat { calls, at: now });
        if beat.calls != calls {
            *beat = Beat { calls, at: now };
        }
        now.saturating_duration_since(beat.at)
    }
}

fn verdict(site: &Site, live: &SiteLive, silence: Duration) -> HealthCheck {
    let expected = Duration::from_nanos(site.facts.heartbeat);
    let name = match site.facts.metric {
        MetricFacts::Named(name) => name,
        _ => live.name,
    };
    let (status, message) = if silence > expected {
        let silence = Duration::from_millis(u64::try_from(silence.as_millis()).unwrap_or(u64::MAX));
        ("degraded", format!("not called for {silence:?}; expected every {expected:?}"))
    } else {
        ("healthy", format!("called at least every {expected:?}"))
    };
    HealthCheck { name: name.to_owned(), status: status.to_owned(), message }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_lasts_until_the_count_changes() {
        let beats = Heartbeats::default();
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        assert_eq!(beats.silence(0, 1, at(0)), Duration::ZERO);
        assert_eq!(beats.silence(0, 1, at(3)), Duration::from_secs(3));
        assert_eq!(beats.silence(0, 2, at(4)), Duration::ZERO);
        assert_eq!(beats.silence(1, 1, at(9)), Duration::ZERO, "each site has its own");
        assert_eq!(beats.silence(0, 2, at(9)), Duration::from_secs(5));
    }
}
