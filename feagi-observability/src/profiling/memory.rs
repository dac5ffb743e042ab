//! Memory over time, sampled whenever the host asks: the heap where [`FeagiAlloc`](crate::FeagiAlloc) counts it, else the resident set.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};

use crate::context::compiled;
use crate::instrument::alloc::{is_counting, totals};

/// The samples that are kept, about 128 KiB of them; older ones give way. At one a second that is more than an hour.
const MAX_SAMPLES: usize = 4096;

/// Collects samples of the process's memory.
///
/// ```
/// use feagi_observability::{AllocatorStatus, FeagiAlloc, MemoryProfiler};
///
/// // Without this line the samples are the resident memory of the process, and the report says so.
/// #[global_allocator]
/// static ALLOC: FeagiAlloc = FeagiAlloc::new();
///
/// let profiler = MemoryProfiler::new(true);
/// profiler.sample();
/// let report = profiler.generate_report();
/// assert_eq!(report.allocator, AllocatorStatus::Counting);
/// println!("{} bytes at most, in {} allocations", report.peak_memory, report.total_allocations);
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
    /// Bytes that are allocated and not freed, where [`FeagiAlloc`](crate::FeagiAlloc) counts them. Else the resident bytes of the
    /// whole process: heap, stacks and the touched parts of the binary.
    pub heap_size: usize,
    /// Allocations since the process began; 0 where nobody counts them.
    pub allocations: usize,
    /// Deallocations since the process began; 0 where nobody counts them.
    pub deallocations: usize,
}

/// What a [`MemoryProfiler`] has seen so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemoryReport {
    /// The latest samples, oldest first, 4,096 at most.
    pub samples: Vec<MemorySample>,
    /// The largest `heap_size` of all samples, those dropped included, in bytes. Where [`FeagiAlloc`](crate::FeagiAlloc) counts, what
    /// was in use between samples, too: the most since the process began, to 64 KiB a thread.
    pub peak_memory: usize,
    /// Allocations since the process began, as the last sample has it: the samples are cumulative, so a sum would count twice.
    pub total_allocations: usize,
    /// Deallocations since the process began, as the last sample has it.
    pub total_deallocations: usize,
    /// Samples that gave way to newer ones.
    pub dropped_samples: usize,
    /// Whether the figures are the allocator's, and if not, why.
    pub allocator: AllocatorStatus,
}

/// Whether [`FeagiAlloc`](crate::FeagiAlloc) counts this program's heap.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum AllocatorStatus {
    /// It does.
    Counting,
    /// The program has another allocator: what is reported is the resident memory of the process.
    #[default]
    NotInstalled,
    /// Under `feagi_observability_off`, or without the feature `enabled`, it counts nothing.
    CompiledOut,
}

impl AllocatorStatus {
    pub(super) fn now() -> Self {
        if is_counting() {
            AllocatorStatus::Counting
        } else if compiled::PROFILE && cfg!(feature = "enabled") {
            AllocatorStatus::NotInstalled
        } else {
            AllocatorStatus::CompiledOut
        }
    }
}

impl fmt::Display for AllocatorStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            AllocatorStatus::Counting => "counting",
            AllocatorStatus::NotInstalled => {
                "not installed: these are figures of the system; write `#[global_allocator] static ALLOC: FeagiAlloc = FeagiAlloc::new();`"
            }
            AllocatorStatus::CompiledOut => "compiled out: these are figures of the system",
        })
    }
}

impl MemoryProfiler {
    /// A disabled profiler ignores [`sample`](Self::sample) and reports nothing.
    pub fn new(enabled: bool) -> Self {
        Self { enabled, history: Mutex::default() }
    }

    /// Takes one sample: the sums of all threads, or else a read of `/proc/self/statm`, some microseconds either. Where there is neither
    /// (macOS, a sandbox), no sample is recorded, rather than a wrong one.
    pub fn sample(&self) {
        if self.enabled {
            let sample = counted().or_else(resident);
            sample.into_iter().for_each(|sample| self.history().push(sample));
        }
    }

    /// A copy of all that is kept, with the peak over the whole time.
    pub fn generate_report(&self) -> MemoryReport {
        let history = self.history();
        let last = history.samples.back();
        MemoryReport {
            peak_memory: history.peak,
            total_allocations: last.map_or(0, |last| last.allocations),
            total_deallocations: last.map_or(0, |last| last.deallocations),
            dropped_samples: history.dropped,
            samples: history.samples.iter().cloned().collect(),
            allocator: AllocatorStatus::now(),
        }
    }

    fn history(&self) -> MutexGuard<'_, History> {
        self.history.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A sample, and the peak until then.
type Seen = (MemorySample, usize);

/// What the allocator says.
fn counted() -> Option<Seen> {
    let totals = is_counting().then(totals)?;
    let whole = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
    let sample = MemorySample {
        timestamp: Utc::now(),
        heap_size: whole(totals.live_bytes()),
        allocations: whole(totals.allocations),
        deallocations: whole(totals.deallocations),
    };
    Some((sample, whole(totals.peak_bytes)))
}

/// What the system says.
fn resident() -> Option<Seen> {
    let heap_size = resident_bytes()?;
    let sample = MemorySample { timestamp: Utc::now(), heap_size, allocations: 0, deallocations: 0 };
    Some((sample, heap_size))
}

impl History {
    fn push(&mut self, (sample, peak): Seen) {
        self.peak = self.peak.max(peak);
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
            let sample = MemorySample { timestamp, heap_size: size, allocations: 0, deallocations: 0 };
            history.push((sample, size));
        }
        assert_eq!(history.samples.len(), MAX_SAMPLES);
        assert_eq!(history.peak, MAX_SAMPLES + 3);
        assert_eq!(history.dropped, 3);
    }
}
