//! The signal handler never allocates: it may have interrupted the allocator, which would then wait for itself.

#![cfg(unix)]

mod profiling_support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Barrier;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use feagi_observability::{CpuProfiler, ProfilingConfig};
use profiling_support::{Folder, Pprof, simulate_spiking_neurons};

thread_local! {
    /// Set while this thread runs code that allocates nothing. What is then allocated on it, a handler allocates.
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

static IN_HANDLER: AtomicU64 = AtomicU64::new(0);

struct Watched;

impl Watched {
    fn note() {
        // Relaxed: only the sum matters, and it is read after the threads have been joined.
        IN_HANDLER.fetch_add(u64::from(QUIET.get()), Ordering::Relaxed);
    }
}

// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Watched {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Self::note();
        // SAFETY: the caller's promise, passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        Self::note();
        // SAFETY: the caller's promise, passed on.
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Watched = Watched;

#[test]
fn no_signal_makes_an_interrupted_thread_allocate_not_even_the_first_one() {
    let folder = Folder::new("handler");
    let config = ProfilingConfig { output_dir: folder.join("p"), frequency_hz: 997, ..Default::default() };
    let profiler = CpuProfiler::new(&config).expect("a valid configuration");
    let begin = Barrier::new(3);
    let path = std::thread::scope(|scope| {
        let quiet = || {
            begin.wait();
            QUIET.set(true);
            simulate_spiking_neurons(Duration::from_millis(700));
            QUIET.set(false);
        };
        let threads = [scope.spawn(quiet), scope.spawn(quiet)];
        begin.wait();
        profiler.start().expect("started");
        for thread in threads {
            thread.join().expect("no panic");
        }
        profiler.stop().expect("stopped")
    });
    let busy = |name: &String| name.contains("simulate_spiking_neurons");
    let pprof = Pprof::read(&path);
    let samples: u64 = pprof.samples.iter().filter(|s| s.stack.iter().any(busy)).map(|s| s.values[0]).sum();
    assert!(samples > 20, "only {samples} signals have met the threads");
    assert_eq!(IN_HANDLER.load(Ordering::Relaxed), 0, "of {samples} signals");
}
