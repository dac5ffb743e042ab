//! Records that were never made: of threads that are ending, whose ring others may have by then.

use super::ring::{ByFlags, by_flags, lines_and_spans};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

static ENDING: ByFlags = [const { AtomicU64::new(0) }; 4];

/// Counts the record that these flags are of.
pub(super) fn count(flags: u8) {
    if let Some(count) = ENDING.get(by_flags(flags)) {
        count.fetch_add(1, Relaxed);
    }
}

/// Lines and spans that ending threads could not leave.
pub(crate) fn of_ending_threads() -> [u64; 2] {
    lines_and_spans(&ENDING)
}
