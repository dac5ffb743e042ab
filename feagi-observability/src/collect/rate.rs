//! How many exit lines a second a site may write; the rest is counted, and the next line says how many.

/// Limits lines by site index, in windows of one second.
pub(crate) struct RateLimit {
    per_second: u32,
    windows: Vec<Window>,
}

#[derive(Clone, Copy, Default)]
struct Window {
    second: u64,
    lines: u32,
    suppressed: u64,
}

impl RateLimit {
    /// 0 is no limit.
    pub(crate) fn new(per_second: u32) -> Self {
        RateLimit { per_second, windows: Vec::new() }
    }

    /// `None` if this line is to be left out; else how many were left out since the last one.
    /// `time` is nanoseconds; records come merged by time within one look of the collector, so a window
    /// is reopened at most where two looks meet.
    pub(crate) fn admit(&mut self, site: usize, time: u64) -> Option<u64> {
        if self.per_second == 0 {
            return Some(0);
        }
        if self.windows.len() <= site {
            self.windows.resize(site + 1, Window::default());
        }
        let window = self.windows.get_mut(site)?;
        let second = time / 1_000_000_000;
        if second != window.second {
            *window = Window { second, lines: 0, suppressed: window.suppressed };
        }
        if window.lines >= self.per_second {
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
        let admitted: Vec<_> = (0..5).map(|n| limit.admit(3, second + n)).collect();
        assert_eq!(admitted, [Some(0), Some(0), None, None, None]);
        assert_eq!(limit.admit(3, 2 * second), Some(3));
        assert_eq!(limit.admit(0, 2 * second), Some(0), "each site has its own");
        assert_eq!(RateLimit::new(0).admit(9, 0), Some(0));
    }
}
