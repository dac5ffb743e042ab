//! Memory over time: the resident set, sampled whenever the host asks.
//!
//! Invariant: [`FeagiAlloc`](crate::FeagiAlloc) counts for each thread and call, not for the process: `allocations` and `deallocations`
//! stay 0.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};

/// The samples that are kept, about 128 KiB of them; older ones give way. At one a second that is more than an hour.
const MAX_SAMPLES: usize = 4096;

/// Collects samples of the process's memory.
///
/// ```
/// use feagi_observability::MemoryProfiler;
///
/// let profiler = MemoryProfiler::new(true);
/// profiler.sample();
/// println!("peak: {} bytes", profiler.generate_report().peak_memory);
/// ```
#[derive(Debug)]
pub struct MemoryProfiler {
    enabled: bool,
    history: Mutex<History>,
}

#[derive(Debug, Default)]
struct History {
    samples: VecDeque<MemorySample>,
    peak: usize,
    dropped: usize,
}

/// The process's memory at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemorySample {
    /// When it was taken.
    pub timestamp: DateTime<Utc>,
    /// Resident bytes of the whole process, which is what Linux reports without the allocator's help: heap, stacks and the
    /// touched parts of the binary.
    pub heap_size: usize,
    /// Allocations since the process began; 0, because they are counted by call, not by process.
    pub allocations: usize,
    /// Deallocations since the process began; 0, because they are counted by call, not by process.
    pub deallocations: usize,
}

/// What a [`MemoryProfiler`] has seen so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemoryReport {
    /// The latest samples, oldest first, 4,096 at most.
    pub samples: Vec<MemorySample>,
    /// The largest `heap_size` of all samples, those dropped included, in bytes.
    pub peak_memory: usize,
    /// Allocations since the process began, as the last sample has it: the samples are cumulative, so a sum would count twice.
    pub total_allocations: usize,
    /// Samples that gave way to newer ones.
    pub dropped_samples: usize,
}

impl MemoryProfiler {
    /// A disabled profiler ignores [`sample`](Self::sample) and reports nothing.
    pub fn new(enabled: bool) -> Self {
        Self { enabled, history: Mutex::default() }
    }

    /// Takes one sample: a read of `/proc/self/statm`, some microseconds. Where there is no such file (macOS, a sandbox),
    /// no sample is recorded, rather than a wrong one.
    pub fn sample(&self) {
        if !self.enabled {
            return;
        }
        if let Some(heap_size) = resident_bytes() {
            let sample = MemorySample { timestamp: Utc::now(), heap_size, allocations: 0, deallocations: 0 };
            self.history().push(sample);
        }
    }

    /// A copy of all that is kept, with the peak over the whole time.
    pub fn generate_report(&self) -> MemoryReport {
        let history = self.history();
        MemoryReport {
            samples: history.samples.iter().cloned().collect(),
            peak_memory: history.peak,
            total_allocations: history.samples.back().map_or(0, |last| last.allocations),
            dropped_samples: history.dropped,
        }
    }

    fn history(&self) -> MutexGuard<'_, History> {
        self.history.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl History {
    fn push(&mut self, sample: MemorySample) {
        self.peak = self.peak.max(sample.heap_size);
        if self.samples.len() >= MAX_SAMPLES {
            self.samples.pop_front();
            self.dropped = self.dropped.saturating_add(1);
        }
        self.samples.push_back(sample);
    }
}

/// The second number of `/proc/self/statm` counts resident pages (proc(5)).
#[cfg(target_os = "linux")]
fn resident_bytes() -> Option<usize> {
    let statm = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: usize = statm.split_ascii_whitespace().nth(1)?.parse().ok()?;
    // SAFETY: sysconf takes no pointer and may be called from any thread.
    let page_size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    pages.checked_mul(usize::try_from(page_size).ok()?)
}

#[cfg(not(target_os = "linux"))]
fn resident_bytes() -> Option<usize> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_samples_give_way_but_their_peak_and_number_are_remembered() {
        let mut history = History::default();
        for size in (1..=MAX_SAMPLES + 3).rev() {
            let timestamp = DateTime::UNIX_EPOCH;
            history.push(MemorySample { timestamp, heap_size: size, allocations: 0, deallocations: 0 });
        }
        assert_eq!(history.samples.len(), MAX_SAMPLES);
        assert_eq!(history.peak, MAX_SAMPLES + 3);
        assert_eq!(history.dropped, 3);
    }
}
