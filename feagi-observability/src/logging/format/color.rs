//! Colours for terminals: the level by its weight, what is always there dimmed.

use crate::instrument::Level;

/// The escape sequences of one output; all empty where lines are not for a terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Palette {
    is_on: bool,
}

impl Palette {
    pub(super) fn new(is_on: bool) -> Self {
        Palette { is_on }
    }

    /// Begins a level's colour.
    pub(super) fn level(self, level: Level, out: &mut Vec<u8>) {
        self.write(
            match level {
                Level::Error => b"\x1b[31m",
                Level::Warn => b"\x1b[33m",
                Level::Info => b"\x1b[32m",
                Level::Debug => b"\x1b[34m",
                Level::Trace => b"\x1b[35m",
            },
            out,
        );
    }

    /// Begins what is there in every line.
    pub(super) fn dim(self, out: &mut Vec<u8>) {
        self.write(b"\x1b[2m", out);
    }

    /// Ends either.
    pub(super) fn plain(self, out: &mut Vec<u8>) {
        self.write(b"\x1b[0m", out);
    }

    fn write(self, sequence: &[u8], out: &mut Vec<u8>) {
        if self.is_on {
            out.extend_from_slice(sequence);
        }
    }
}
