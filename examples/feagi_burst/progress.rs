//! How far the run is, on standard error: one line that moves on a terminal, four lines anywhere else.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

const EVERY: Duration = Duration::from_millis(100);

/// Shows how far a run is.
pub(crate) struct Progress {
    bursts: u64,
    terminal: bool,
    shown: Option<Instant>,
    quarters: u64,
}

impl Progress {
    pub(crate) fn new(bursts: u64) -> Self {
        Progress { bursts, terminal: std::io::stderr().is_terminal(), shown: None, quarters: 0 }
    }

    /// Called after each burst; writes only when there is something new to see.
    pub(crate) fn update(&mut self, done: u64, fired: u64) {
        if self.terminal {
            let due = self.shown.is_none_or(|shown| shown.elapsed() >= EVERY);
            if due || done == self.bursts {
                self.shown = Some(Instant::now());
                let end = if done == self.bursts { "\n" } else { "" };
                self.write(&format!("\r\x1b[K{}{end}", self.line(done, fired)));
            }
            return;
        }
        let quarters = done.saturating_mul(4) / self.bursts;
        if quarters > self.quarters {
            self.quarters = quarters;
            self.write(&format!("{}\n", self.line(done, fired)));
        }
    }

    fn line(&self, done: u64, fired: u64) -> String {
        format!("burst {done} of {}, {fired} neurons fired", self.bursts)
    }

    /// A closed standard error must not stop the run.
    fn write(&self, text: &str) {
        let _ = std::io::stderr().write_all(text.as_bytes());
    }
}
