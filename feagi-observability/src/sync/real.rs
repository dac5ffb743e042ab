//! The standard library's.

use std::ops::Range;
use std::time::Instant;

pub(crate) use std::sync::atomic::{AtomicBool, AtomicU64, fence};
pub(crate) use std::sync::{Condvar, Mutex, MutexGuard, mpsc};
pub(crate) use std::thread;

/// The present moment.
#[inline(always)]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Memory beside atomics, which are to put its readers and writers in order: a model checks that they do. Here it is nothing.
pub(crate) struct Tracked;

impl Tracked {
    #[inline(always)]
    pub(crate) fn new(_parts: u64) -> Self {
        Tracked
    }

    /// Said by who reads these parts.
    #[inline(always)]
    pub(crate) fn read(&self, _parts: Range<u64>) {}

    /// Said by who writes these parts.
    #[inline(always)]
    pub(crate) fn write(&self, _parts: Range<u64>) {}
}

/// A static that all threads share.
macro_rules! global {
    ($(#[$attribute:meta])* static $name:ident: $type:ty = $value:expr;) => {
        $(#[$attribute])*
        static $name: $type = $value;
    };
}

pub(crate) use global;
