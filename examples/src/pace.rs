//! When the next burst is due, and how long bursts take.

use std::time::{Duration, Instant};

/// Keeps bursts at a steady rate and notes how long they took.
#[derive(Debug, Clone)]
pub struct Pace {
    /// Nothing when bursts run as fast as they go.
    period: Option<Duration>,
    started: Instant,
    due: Instant,
    late: u64,
    busy: Duration,
    longest: Duration,
}

impl Pace {
    /// A pace of `hz` bursts a second that starts now; a rate of 0 is as fast as it goes.
    #[must_use]
    pub fn new(hz: f64) -> Self {
        Pace::starting(hz, Instant::now())
    }

    fn starting(hz: f64, now: Instant) -> Self {
        let period = (hz > 0.0).then(|| Duration::from_secs_f64(1.0 / hz));
        Pace { period, started: now, due: now, late: 0, busy: Duration::ZERO, longest: Duration::ZERO }
    }

    /// Sleeps until the next burst is due.
    pub fn wait(&mut self) {
        let early = self.next(Instant::now());
        // Even a sleep of nothing is a system call.
        if !early.is_zero() {
            std::thread::sleep(early);
        }
    }

    /// How long before the next burst it is, at `now`; makes the one after that the next.
    fn next(&mut self, now: Instant) -> Duration {
        let Some(period) = self.period else { return Duration::ZERO };
        // After a long burst the rhythm starts anew, so that missed bursts are not made up for in a rush.
        let start = self.due.max(now);
        self.due = start + period;
        start.duration_since(now)
    }

    /// Notes one burst that took `took`.
    pub fn done(&mut self, took: Duration) {
        self.busy += took;
        self.longest = self.longest.max(took);
        self.late += u64::from(self.period.is_some_and(|period| took > period));
    }

    /// Time since the start, waits included.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Bursts that took longer than their share of a second.
    #[must_use]
    pub fn late(&self) -> u64 {
        self.late
    }

    /// The longest burst.
    #[must_use]
    pub fn longest(&self) -> Duration {
        self.longest
    }

    /// Mean duration of `bursts` bursts, waits not included.
    #[must_use]
    pub fn mean(&self, bursts: u64) -> Duration {
        self.busy.div_f64(bursts.max(1) as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::Pace;
    use std::time::{Duration, Instant};

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn bursts_are_a_period_apart_however_short_they_are() {
        let start = Instant::now();
        let mut pace = Pace::starting(50.0, start);
        assert_eq!(pace.next(start), Duration::ZERO, "the first burst waits for nothing");
        assert_eq!(pace.next(start + 3 * MS), 17 * MS);
        assert_eq!(pace.next(start + 25 * MS), 15 * MS);
    }

    #[test]
    fn a_long_burst_moves_the_rhythm_instead_of_causing_a_rush() {
        let start = Instant::now();
        let mut pace = Pace::starting(50.0, start);
        pace.next(start);
        assert_eq!(pace.next(start + 110 * MS), Duration::ZERO);
        assert_eq!(pace.next(start + 111 * MS), 19 * MS);
    }

    #[test]
    fn without_a_rate_nothing_waits_and_nothing_is_late() {
        let start = Instant::now();
        let mut pace = Pace::starting(0.0, start);
        assert_eq!((pace.next(start), pace.next(start)), (Duration::ZERO, Duration::ZERO));
        pace.done(Duration::from_secs(9));
        assert_eq!(pace.late(), 0);
    }

    #[test]
    fn durations_are_summed_up_and_late_bursts_counted() {
        let mut pace = Pace::starting(100.0, Instant::now());
        for took in [2 * MS, 10 * MS, 18 * MS] {
            pace.done(took);
        }
        assert_eq!((pace.mean(3), pace.longest(), pace.late()), (10 * MS, 18 * MS, 1));
        assert_eq!(Pace::starting(100.0, Instant::now()).mean(0), Duration::ZERO);
    }
}
