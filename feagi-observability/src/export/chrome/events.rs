//! Trace events that are being put together: each by itself, none larger than the file takes.

use super::file::MAX_EVENT;

/// How much an event tells.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Detail {
    /// All that is known.
    Full,
    /// What fits whatever it is: ids, and the beginnings of texts.
    Brief,
}

/// Bytes of a text that a brief event holds: times six where all of them are escaped, and still four of them fit.
const BRIEF_TEXT: usize = 128;

impl Detail {
    /// As much of a text as the event is to hold.
    pub(super) fn cut(self, text: &str) -> &str {
        match self {
            Detail::Full => text,
            Detail::Brief => text.get(..text.floor_char_boundary(BRIEF_TEXT)).unwrap_or_default(),
        }
    }
}

/// The events of one record; kept for their memory.
#[derive(Default)]
pub(super) struct Events {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Events {
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }

    /// Adds an event as `write` writes it: once more, and briefly, where it has become too large.
    pub(super) fn add(&mut self, write: impl Fn(Detail, &mut Vec<u8>)) {
        let start = self.bytes.len();
        write(Detail::Full, &mut self.bytes);
        if self.bytes.len() - start > MAX_EVENT {
            self.bytes.truncate(start);
            write(Detail::Brief, &mut self.bytes);
        }
        self.ends.push(self.bytes.len());
    }

    /// The events one by one.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(&0).chain(&self.ends);
        starts.zip(&self.ends).map(|(start, end)| self.bytes.get(*start..*end).unwrap_or_default())
    }

    pub(super) fn lengths(&self) -> impl Iterator<Item = usize> {
        self.iter().map(<[u8]>::len)
    }
}
