//! What a [`MemoryProfiler`](crate::MemoryProfiler) says: samples, their peak, the heap profile that it has written, and whose figures they are.

use crate::context::compiled;
use crate::instrument::alloc::is_counting;
use chrono::{DateTime, Utc};
use std::fmt;
use std::path::PathBuf;

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

/// What a [`MemoryProfiler`](crate::MemoryProfiler) has seen so far.
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
