//! How many exit lines a second a site may write; the rest is counted, and the next line says how many.

use crate::instrument::Rate;

/// Limits lines by site index, in windows of a second, or of what a site says.
pub(crate) struct RateLimit {
    per_second: u32,
    windows: Vec<Window>,
}

#[derive(Clone, Copy, Default)]
struct Window {
    /// Its number since the epoch.
    number: u64,
    lines: u32,
    suppressed: u64,
}

impl RateLimit {
    /// 0 is no limit, but for sites that have one of their own.
    pub(crate) fn new(per_second: u32) -> Self {
        RateLimit { per_second, windows: Vec::new() }
    }

    /// `None` if this line is to be left out; else how many were left out since the last one.
    /// `time` is nanoseconds; records come merged by time within one look of the collector, so a window
    /// is reopened at most where two looks meet.
    pub(crate) fn admit(&mut self, site: usize, own: Option<Rate>, time: u64) -> Option<u64> {
        let rate = own.unwrap_or(Rate { lines: self.per_second, seconds: 1 });
        if rate.lines == 0 {
            return Some(0);
        }
        if self.windows.len() <= site {
            self.windows.resize(site + 1, Window::default());
        }
        let window = self.windows.get_mut(site)?;
        let number = time / 1_000_000_000 / u64::from(rate.seconds.max(1));
        if number != window.number {
            *window = Window { number, lines: 0, suppressed: window.suppressed };
        }
        if window.lines >= rate.lines {
            window.suppressed += 1;
            return None;
        }
        window.lines += 1;
        Some(std::mem::take(&mut window.suppressed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_beyond_the_limit_are_left_out_and_the_next_one_says_how_many() {
        let mut limit = RateLimit::new(2);
        let second = 1_000_000_000;
        let admitted: Vec<_> = (0..5).map(|n| limit.admit(3, None, second + n)).collect();
        assert_eq!(admitted, [Some(0), Some(0), None, None, None]);
        assert_eq!(limit.admit(3, None, 2 * second), Some(3));
        assert_eq!(limit.admit(0, None, 2 * second), Some(0), "each site has its own");
        assert_eq!(RateLimit::new(0).admit(9, None, 0), Some(0));
    }

    #[test]
    fn a_site_may_have_a_rate_of_its_own() {
        let hourly = Some(Rate { lines: 1, seconds: 3600 });
        let hour = 3600 * 1_000_000_000;
        let mut limit = RateLimit::new(0);
        let admitted = [hour, hour + 1, 2 * hour - 1, 2 * hour].map(|time| limit.admit(0, hourly, time));
        assert_eq!(admitted, [Some(0), None, None, Some(2)]);
    }
}
