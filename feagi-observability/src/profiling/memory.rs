//! Memory over time, sampled whenever the host asks: the heap where [`FeagiAlloc`](crate::FeagiAlloc) counts it, else the resident set.
//!
//! And where the heap profile is started and stopped, see [`heap`](super::heap).

use std::collections::VecDeque;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};

use super::ProfilingError;
use super::heap::HeapRecorder;
use crate::config::ProfilingConfig;
use crate::context::compiled;
use crate::instrument::alloc::{is_counting, totals};

/// The samples that are kept, about 128 KiB of them; older ones give way. At one a second that is more than an hour.
const MAX_SAMPLES: usize = 4096;

/// Collects samples of the process's memory, and takes the heap profile.
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
///
/// The heap profile says which functions and which observed calls have allocated what is in use; `FeagiAlloc` and the feature
/// `profiling` are needed for it, and Linux on x86_64:
///
/// ```no_run
/// use feagi_observability::{MemoryProfiler, ProfilingConfig};
///
/// let profiler = MemoryProfiler::with_config(&ProfilingConfig::default())?;
/// profiler.start()?;
/// // … the work to look at …
/// let profile = profiler.stop()?; // ./profiles/heap.pb.gz, with ./profiles/heap.svg beside it
/// # Ok::<(), feagi_observability::ProfilingError>(())
/// ```
///
/// Read it with `go tool pprof -top heap.pb.gz`: `-sample_index` chooses between `alloc_objects`, `alloc_space`, `inuse_objects` and
/// `inuse_space`, `-tags` shows traces, observed functions and threads, `-tagfocus=trace_id=…` what one trace has allocated. Only
/// what was allocated since the start is in it. Dropping the profiler ends a profile that runs, and writes nothing.
pub struct MemoryProfiler {
    enabled: bool,
    history: Mutex<History>,
    recorder: Mutex<HeapRecorder>,
}

#[derive(Debug, Default)]
struct History {
    samples: VecDeque<MemorySample>,
    peak: usize,
    dropped: usize,
    heap_profile: Option<HeapProfile>,
    heap_profile_error: Option<String>,
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
    /// The heap profile that was written last.
    pub heap_profile: Option<HeapProfile>,
    /// Why the last one could not be written.
    pub heap_profile_error: Option<String>,
}

/// A heap profile that was written, and what is missing in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct HeapProfile {
    /// The pprof file.
    pub path: PathBuf,
    /// The flamegraph of the memory in use; none where nothing is.
    pub flamegraph: Option<PathBuf>,
    /// Samples for which there was no room: they are nowhere.
    pub lost: u64,
    /// Samples that count as freed, because there was no room to remember their blocks.
    pub untracked: u64,
    /// Samples that have the function and the thread, but not the ids of their call, because there were too many calls.
    pub without_ids: u64,
    /// Samples without a stack, because it could not be walked or there were too many of them.
    pub without_stack: u64,
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
    /// With the defaults of [`ProfilingConfig`]. A disabled profiler ignores [`sample`](Self::sample) and [`start`](Self::start), and reports
    /// nothing.
    pub fn new(enabled: bool) -> Self {
        let (history, recorder) = (Mutex::default(), Mutex::new(HeapRecorder::default()));
        Self { enabled, history, recorder }
    }

    /// An enabled one. Checks the configuration; starts nothing and touches no file.
    ///
    /// # Errors
    /// [`ProfilingError::HeapSampleBytes`] where `heap_sample_bytes` is 0.
    pub fn with_config(config: &ProfilingConfig) -> Result<Self, ProfilingError> {
        let recorder = Mutex::new(HeapRecorder::new(config)?);
        Ok(Self { enabled: true, history: Mutex::default(), recorder })
    }

    /// Takes one sample: the sums of all threads, or else a read of `/proc/self/statm`, some microseconds either. Where there is neither
    /// (macOS, a sandbox), no sample is recorded, rather than a wrong one.
    pub fn sample(&self) {
        if self.enabled {
            let sample = counted().or_else(resident);
            sample.into_iter().for_each(|sample| self.history().push(sample));
            self.recorder().keep_up();
        }
    }

    /// Begins the heap profile, and creates the output folder.
    ///
    /// # Errors
    /// [`ProfilingError::AllocatorNotInstalled`], [`ProfilingError::HeapAlreadyRunning`], [`ProfilingError::MissingFeature`] without the
    /// feature `profiling` or on another system, [`ProfilingError::CompiledOut`], or what the folder refuses.
    pub fn start(&self) -> Result<(), ProfilingError> {
        if !compiled::PROFILE {
            return Err(ProfilingError::CompiledOut);
        }
        if self.enabled { self.recorder().start() } else { Ok(()) }
    }

    /// Ends the heap profile, writes `heap.pb.gz` and `heap.svg` into the output folder, over those of the run before, and returns the
    /// path of the former. A profile of nothing is written too, but has no flamegraph.
    ///
    /// # Errors
    /// [`ProfilingError::HeapNotRunning`], or what the file system refuses; the profile has ended in either case.
    pub fn stop(&self) -> Result<PathBuf, ProfilingError> {
        let written = self.recorder().stop();
        self.remember(written)
    }

    /// Writes the files of [`stop`](Self::stop) as they would be now; the profile goes on.
    ///
    /// # Errors
    /// [`ProfilingError::HeapNotRunning`], or what the file system refuses.
    pub fn write(&self) -> Result<PathBuf, ProfilingError> {
        let written = self.recorder().write();
        self.remember(written)
    }

    /// A copy of all that is kept, with the peak over the whole time. Where a heap profile is running, it is [written](Self::write) as well.
    pub fn generate_report(&self) -> MemoryReport {
        if self.recorder().is_running() {
            // What became of it is in the report.
            let _ = self.write();
        }
        let history = self.history();
        let last = history.samples.back();
        MemoryReport {
            peak_memory: history.peak,
            total_allocations: last.map_or(0, |last| last.allocations),
            total_deallocations: last.map_or(0, |last| last.deallocations),
            dropped_samples: history.dropped,
            samples: history.samples.iter().cloned().collect(),
            allocator: AllocatorStatus::now(),
            heap_profile: history.heap_profile.clone(),
            heap_profile_error: history.heap_profile_error.clone(),
        }
    }

    fn remember(&self, written: Result<HeapProfile, ProfilingError>) -> Result<PathBuf, ProfilingError> {
        let mut history = self.history();
        history.heap_profile_error = written.as_ref().err().map(ToString::to_string);
        let profile = written?;
        let path = profile.path.clone();
        history.heap_profile = Some(profile);
        Ok(path)
    }

    fn history(&self) -> MutexGuard<'_, History> {
        self.history.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn recorder(&self) -> MutexGuard<'_, HeapRecorder> {
        // A panic elsewhere leaves the recorder as it was: every method of it ends in a valid state.
        self.recorder.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for MemoryProfiler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryProfiler").field("enabled", &self.enabled).finish_non_exhaustive()
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
