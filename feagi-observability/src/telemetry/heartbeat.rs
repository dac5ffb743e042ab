//! Heartbeats: a site with `heartbeat = "1s"` that nobody has called for so long makes its health check degrade, also one that nobody
//! has ever called since init, where the linker lists it.
//!
//! Calls pay nothing for it: their counts are compared by the collector whenever it looks at the rings, and when somebody asks how
//! the program is. So a silence is known to about 50 ms.

use super::health::{Health, HealthCheck};
use crate::context::compiled;
use crate::instrument::{MetricFacts, Site, listed_sites, registry};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// When the calls of each site were last seen to have become more.
#[derive(Default)]
pub(super) struct Heartbeats {
    awaited: Option<Awaited>,
    seen: Mutex<BTreeMap<usize, Beat>>,
}

/// The sites that promise to be called, from this moment on.
struct Awaited {
    sites: Vec<&'static Site>,
    since: Instant,
}

struct Beat {
    calls: u64,
    at: Instant,
}

impl Heartbeats {
    /// Those of a program that begins now: also what is never called is missed.
    pub(super) fn from_now() -> Self {
        // Who is not counted is not missed.
        let promised = |site: &&Site| compiled::METRICS && site.facts.heartbeat > 0;
        let sites: Vec<_> = listed_sites().filter(promised).collect();
        let awaited = (!sites.is_empty()).then(|| Awaited { sites, since: Instant::now() });
        Heartbeats { awaited, ..Heartbeats::default() }
    }

    /// Looks at all sites that promise to be called, and tells `health`.
    pub(super) fn check(&self, health: &Health) {
        let now = Instant::now();
        let mut silences = BTreeMap::new();
        if let Some(awaited) = &self.awaited {
            let waited = now.saturating_duration_since(awaited.since);
            // All others speak for themselves.
            for site in awaited.sites.iter().filter(|site| site.live_if_registered().is_none()) {
                note(&mut silences, site, waited);
            }
        }
        if registry::has_heartbeats() {
            self.note_called(&mut silences, now);
        }
        for (name, silence) in silences {
            health.update(silence.verdict(name.into_owned()));
        }
    }

    fn note_called(&self, silences: &mut Silences, now: Instant) {
        for (site, live, shards) in registry::sites() {
            if site.facts.heartbeat == 0 {
                continue;
            }
            let ended = shards.iter().flat_map(|shard| shard.series()).flat_map(|cells| &cells.outcomes);
            let calls = ended.fold(0u64, |calls, cell| calls.wrapping_add(cell.load(Relaxed)));
            note(silences, site, self.silence(live.index, calls, now));
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

/// How long each health check has heard nothing.
type Silences = BTreeMap<Cow<'static, str>, Silence>;

struct Silence {
    lasted: Duration,
    expected: Duration,
}

/// Several sites may share a name, such as the backends of one thing, of which a program uses one: the liveliest speaks for all.
fn note(silences: &mut Silences, site: &Site, lasted: Duration) {
    let name = match site.facts.metric {
        MetricFacts::Named(name) => name.into(),
        _ => site.name(),
    };
    let silence = Silence { lasted, expected: Duration::from_nanos(site.facts.heartbeat) };
    let kept = silences.entry(name).or_insert(Silence { lasted: Duration::MAX, expected: Duration::ZERO });
    if silence.overdue() <= kept.overdue() {
        *kept = silence;
    }
}

impl Silence {
    fn overdue(&self) -> Duration {
        self.lasted.saturating_sub(self.expected)
    }

    fn verdict(&self, name: String) -> HealthCheck {
        let expected = self.expected;
        let (status, message) = if self.lasted > expected {
            let lasted = Duration::from_millis(u64::try_from(self.lasted.as_millis()).unwrap_or(u64::MAX));
            ("degraded", format!("not called for {lasted:?}; expected every {expected:?}"))
        } else {
            ("healthy", format!("expected every {expected:?}"))
        };
        HealthCheck { name, status: status.to_owned(), message }
    }
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
