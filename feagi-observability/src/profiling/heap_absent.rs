//! Stands in for the heap profile where it is not compiled in: the allocator finds nothing to do, and a profile cannot be started.

use crate::config::ProfilingConfig;
use crate::profiling::{HeapProfile, ProfilingError};

/// A sampled block that its allocator is about to move: there is none.
#[derive(Clone, Copy)]
pub(in crate::profiling) enum Held {}

#[inline(always)]
pub(in crate::profiling) fn sample(_: *mut u8, _: usize) {}

#[inline(always)]
pub(in crate::profiling) fn take(_: *mut u8, _: usize) -> Option<Held> {
    None
}

#[inline(always)]
pub(in crate::profiling) fn put_back(held: Held, _: *mut u8, _: usize) {
    match held {}
}

/// A recorder that can be made, so that memory is sampled, and that starts nothing.
#[derive(Default)]
pub(in crate::profiling) struct HeapRecorder {
    _nothing: (),
}

impl HeapRecorder {
    pub(in crate::profiling) fn new(config: &ProfilingConfig) -> Result<Self, ProfilingError> {
        if config.heap_sample_bytes == 0 {
            return Err(ProfilingError::HeapSampleBytes);
        }
        Ok(HeapRecorder::default())
    }

    pub(in crate::profiling) fn start(&mut self) -> Result<(), ProfilingError> {
        let note = if cfg!(all(target_os = "linux", target_arch = "x86_64")) {
            ""
        } else {
            ", which needs Linux on x86_64"
        };
        Err(ProfilingError::MissingFeature { what: "the heap profile", feature: "profiling", note })
    }

    pub(in crate::profiling) fn stop(&mut self) -> Result<HeapProfile, ProfilingError> {
        Err(ProfilingError::HeapNotRunning)
    }

    pub(in crate::profiling) fn write(&mut self) -> Result<HeapProfile, ProfilingError> {
        Err(ProfilingError::HeapNotRunning)
    }

    pub(in crate::profiling) fn keep_up(&mut self) {}

    pub(in crate::profiling) fn is_running(&self) -> bool {
        false
    }
}
