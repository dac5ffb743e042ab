//! What kills signal-based profilers: unwinding, allocating, starting threads and processes, all at the highest frequency.
//!
//! A crash ends the test binary; that is the assertion which matters.

#![cfg(unix)]

mod profiling_support;

use std::hint::black_box;
use std::panic;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use feagi_observability::{CpuProfiler, ProfilingConfig};
use profiling_support::{Folder, Pprof, simulate_spiking_neurons, thread_cpu};

/// What the storm panics with.
const STORM: &str = "a panic of the storm";

#[inline(never)]
fn unwind_through_some_frames(depth: u32, number: u64) -> u64 {
    // Owns something, so that unwinding has a destructor to run in each frame.
    let owned = black_box(vec![number; 4]);
    if depth == 0 {
        panic::panic_any(STORM);
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

/// Ends the allocations also when an assertion fails; the scope would wait for them for ever.
struct StopOnDrop<'a>(&'a AtomicBool);

impl Drop for StopOnDrop<'_> {
    fn drop(&mut self) {
        // Relaxed: see the loop.
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A process takes one profile at a time, but the test harness runs its tests side by side.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn profiler(folder: &Folder) -> CpuProfiler {
    let config = ProfilingConfig { output_dir: folder.join("p"), frequency_hz: 997, ..Default::default() };
    CpuProfiler::new(&config).expect("a valid configuration")
}

/// Keeps the panics of the storm, thousands of them, off the console, and no other.
fn silence_the_storm() {
    let report = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        if panic.payload_as_str() != Some(STORM) {
            report(panic);
        }
    }));
}

#[test]
fn panics_allocations_short_threads_and_child_processes_at_the_highest_frequency_do_no_harm() {
    let _alone = alone();
    silence_the_storm();
    let folder = Folder::new("storm");
    let profiler = profiler(&folder);
    let stop = AtomicBool::new(false);
    let path = std::thread::scope(|scope| {
        let stop_allocating = StopOnDrop(&stop);
        // Runs before the start, as the first signal must not meet it.
        let allocating = scope.spawn(|| allocation_storm(&stop));
        profiler.start().expect("started");
        let panicking = scope.spawn(|| panic_storm(Duration::from_secs(1)));
        for _ in 0..30 {
            scope.spawn(|| simulate_spiking_neurons(Duration::from_millis(2)));
            assert!(Command::new("true").status().expect("spawned").success());
        }
        assert!(panicking.join().expect("no panic escapes") > 100);
        let path = profiler.stop().expect("stopped");
        drop(stop_allocating);
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
    let _alone = alone();
    let folder = Folder::new("cycles");
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let stop_allocating = StopOnDrop(&stop);
        let allocating = scope.spawn(|| allocation_storm(&stop));
        for cycle in 0..20 {
            let profiler = profiler(&folder);
            profiler.start().expect("started");
            simulate_spiking_neurons(Duration::from_millis(5));
            if cycle % 2 == 0 {
                profiler.stop().expect("stopped");
            }
            // Every other one is stopped by Drop.
        }
        drop(stop_allocating);
        assert!(allocating.join().expect("no panic") > 0);
    });
}
