//! When the next burst is due, and how long bursts take.

use std::time::{Duration, Instant};

/// Keeps bursts at a steady rate and notes how long they took.
pub(crate) struct Pace {
    /// Nothing when bursts run as fast as they go.
    period: Option<Duration>,
    started: Instant,
    due: Instant,
    pub(crate) late: u64,
    busy: Duration,
    pub(crate) longest: Duration,
}

impl Pace {
    /// A rate of 0 is as fast as it goes.
    pub(crate) fn new(hz: f64) -> Self {
        let period = (hz > 0.0).then(|| Duration::from_secs_f64(1.0 / hz));
        let now = Instant::now();
        Pace { period, started: now, due: now, late: 0, busy: Duration::ZERO, longest: Duration::ZERO }
    }

    /// Waits until the next burst is due.
    pub(crate) fn wait(&mut self) {
        let Some(period) = self.period else { return };
        let now = Instant::now();
        match self.due.checked_duration_since(now) {
            Some(early) => std::thread::sleep(early),
            // After a long burst the rhythm starts anew, so that missed bursts are not made up for in a rush.
            None => self.due = now,
        }
        self.due += period;
    }

    /// Notes one burst, which began at `start` and is over now.
    pub(crate) fn done(&mut self, start: Instant) {
        let took = start.elapsed();
        self.busy += took;
        self.longest = self.longest.max(took);
        self.late += u64::from(self.period.is_some_and(|period| took > period));
    }

    /// Time since the start, waits included.
    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Mean duration of `bursts` bursts, waits not included.
    pub(crate) fn mean(&self, bursts: u64) -> Duration {
        self.busy.div_f64(bursts.max(1) as f64)
    }
}
