//! What kills signal-based profilers: unwinding, allocating, starting threads and processes, all at the highest frequency.
//!
//! A crash ends the test binary; that is the assertion which matters.

#![cfg(unix)]

mod profiling_support;

use std::hint::black_box;
use std::panic;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use feagi_observability::{CpuProfiler, ProfilingConfig};
use profiling_support::{Folder, Pprof, simulate_spiking_neurons, thread_cpu};

const FREQUENCY: u32 = 997;

#[inline(never)]
fn unwind_through_some_frames(depth: u32, number: u64) -> u64 {
    // Owns something, so that unwinding has a destructor to run in each frame.
    let owned = black_box(vec![number; 4]);
    if depth == 0 {
        panic!("a panic of the storm");
    }
    unwind_through_some_frames(depth - 1, number) + owned[0]
}

/// Panics and is caught until this thread has used that much CPU time; the number of panics.
fn panic_storm(budget: Duration) -> u64 {
    let end = thread_cpu() + budget;
    let mut caught = 0;
    while thread_cpu() < end {
        caught += u64::from(panic::catch_unwind(|| unwind_through_some_frames(20, caught)).is_err());
    }
    caught
}

/// Keeps the allocator and its locks busy.
fn allocation_storm(stop: &AtomicBool) -> usize {
    let mut kept = Vec::new();
    let mut total = 0;
    // Relaxed: the flag only ends the loop; nothing is read after it.
    while !stop.load(Ordering::Relaxed) {
        kept.extend((1..64_usize).map(|size| black_box(vec![0_u8; size * 37])));
        total += kept.len();
        kept.truncate(kept.len() / 2);
    }
    total
}

#[test]
fn panics_allocations_short_threads_and_child_processes_at_the_highest_frequency_do_no_harm() {
    panic::set_hook(Box::new(|_| ()));
    let folder = Folder::new("storm");
    let config =
        ProfilingConfig { output_dir: folder.join("p"), frequency_hz: FREQUENCY, ..Default::default() };
    let profiler = CpuProfiler::new(&config).expect("a valid configuration");
    let stop = AtomicBool::new(false);
    let path = std::thread::scope(|scope| {
        // Both run before the start: its first signal must not meet them.
        let allocating = scope.spawn(|| allocation_storm(&stop));
        profiler.start().expect("started");
        let panicking = scope.spawn(|| panic_storm(Duration::from_secs(1)));
        for _ in 0..30 {
            scope.spawn(|| simulate_spiking_neurons(Duration::from_millis(2)));
            assert!(Command::new("true").status().expect("spawned").success());
        }
        assert!(panicking.join().expect("no panic escapes") > 100);
        let path = profiler.stop().expect("stopped");
        // Relaxed: see the loop.
        stop.store(true, Ordering::Relaxed);
        assert!(allocating.join().expect("no panic") > 0);
        path
    });
    let pprof = Pprof::read(&path);
    let found =
        |name: &str| pprof.samples.iter().any(|s| s.stack.iter().any(|function| function.contains(name)));
    assert!(found("unwind_through_some_frames") && found("allocation_storm"), "{:?}", pprof.functions);
}

#[test]
fn starting_and_stopping_again_and_again_under_load_does_no_harm() {
    let folder = Folder::new("cycles");
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let allocating = scope.spawn(|| allocation_storm(&stop));
        let config =
            ProfilingConfig { output_dir: folder.join("p"), frequency_hz: FREQUENCY, ..Default::default() };
        for _ in 0..20 {
            let profiler = CpuProfiler::new(&config).expect("a valid configuration");
            start_when_free(&profiler);
            simulate_spiking_neurons(Duration::from_millis(5));
            // Every other one by Drop.
            drop(profiler);
        }
        stop.store(true, Ordering::Relaxed);
        assert!(allocating.join().expect("no panic") > 0);
    });
}

/// The other test of this file may be profiling.
fn start_when_free(profiler: &CpuProfiler) {
    while let Err(error) = profiler.start() {
        assert!(matches!(error, feagi_observability::ProfilingError::AlreadyRunning), "{error}");
        std::thread::yield_now();
    }
}
