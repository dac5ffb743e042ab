//! Memory samples and their report.

#![cfg(target_os = "linux")]

use std::hint::black_box;

use feagi_observability::{AllocatorStatus, MemoryProfiler, ProfilingConfig, ProfilingError};

#[test]
fn a_sample_counts_the_memory_that_is_in_use_and_the_peak_outlives_it() {
    const BLOCK: usize = 64 << 20;
    let profiler = MemoryProfiler::new(true);
    let begin = chrono::Utc::now();
    profiler.sample();
    let block = black_box(vec![1_u8; BLOCK]);
    profiler.sample();
    drop(block);
    profiler.sample();
    let report = profiler.generate_report();
    let [before, during, after] = report.samples.as_slice() else { panic!("three samples: {report:?}") };
    // Half of it is margin enough for the kernel's batched page counters.
    assert!(during.heap_size >= before.heap_size + BLOCK / 2, "{report:?}");
    assert!(after.heap_size + BLOCK / 2 <= during.heap_size, "{report:?}");
    assert_eq!(report.peak_memory, during.heap_size);
    assert!(begin <= before.timestamp && before.timestamp <= after.timestamp);
}

#[test]
fn without_the_allocator_the_report_says_so_and_there_is_no_heap_profile() {
    let profiler = MemoryProfiler::new(true);
    profiler.sample();
    let report = profiler.generate_report();
    assert_eq!(report.allocator, AllocatorStatus::NotInstalled);
    assert!(report.allocator.to_string().contains("not installed"), "{}", report.allocator);
    assert!(report.samples.iter().all(|sample| sample.heap_size > 0 && sample.allocations == 0));
    assert!(matches!(profiler.start(), Err(ProfilingError::AllocatorNotInstalled)));
    assert!(matches!(profiler.stop(), Err(ProfilingError::HeapNotRunning)));
    assert!(matches!(profiler.write(), Err(ProfilingError::HeapNotRunning)));
}

#[test]
fn a_mean_of_nothing_is_refused() {
    let refused =
        MemoryProfiler::with_config(&ProfilingConfig { heap_sample_bytes: 0, ..Default::default() });
    let error = refused.expect_err("no samples are no bytes apart");
    assert!(error.to_string().contains("heap_sample_bytes"), "{error}");
}

#[test]
fn a_disabled_profiler_reports_nothing() {
    let profiler = MemoryProfiler::new(false);
    profiler.sample();
    assert_eq!(profiler.generate_report(), Default::default());
}

#[test]
fn no_more_than_the_documented_number_of_samples_is_kept_and_the_rest_is_counted() {
    let profiler = MemoryProfiler::new(true);
    (0..4100).for_each(|_| profiler.sample());
    let report = profiler.generate_report();
    assert_eq!((report.samples.len(), report.dropped_samples), (4096, 4));
    assert_eq!(report.total_allocations, 0);
}
