//! Records that were never made: of threads that are ending, whose ring others may have by then, and of foreign spans that there
//! was no room for.

use super::ring::{ByFlags, by_flags, lines_and_spans};
use crate::sync::{AtomicU64, global};
use std::sync::atomic::Ordering::Relaxed;

global! {
    static LOST: ByFlags = [AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0)];
}

/// Counts the record that these flags are of.
pub(super) fn count(flags: u8) {
    if let Some(count) = LOST.get(by_flags(flags)) {
        count.fetch_add(1, Relaxed);
    }
}

/// Lines and spans that were never made.
pub(crate) fn counts() -> [u64; 2] {
    lines_and_spans(&LOST)
}
