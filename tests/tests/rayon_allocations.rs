//! `#[observe(rayon)]` neither allocates nor frees: not as the call begins and ends, not on the threads that inherit its context, nor on
//! those that find several.

use feagi_observability::{
    LogOutput, LoggingConfig, ObservabilityConfig, TelemetryConfig, current_context, init_observability,
    observe,
};
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::hint::black_box;

/// Counts what each thread asks of it.
struct Counting;

thread_local! {
    /// Allocations and frees. Without a destructor, so that it can be counted at any time.
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

// SAFETY: the system's allocator does the work.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.set(COUNT.get() + 1);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        COUNT.set(COUNT.get() + 1);
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(place, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn counted(work: impl FnOnce()) -> u64 {
    let before = COUNT.get();
    work();
    COUNT.get() - before
}

#[observe(name = "region", rayon)]
fn region<R>(work: impl FnOnce() -> R) -> R {
    work()
}

#[observe(name = "neuron", fields(n))]
fn neuron(n: u64) {
    black_box(n);
}

fn on_the_pool() {
    for n in 0..50 {
        neuron(n);
        tracing::info!(n, "fired");
        tracing::info_span!("step", n).in_scope(|| neuron(n));
    }
}

#[test]
fn a_region_and_what_inherits_from_it_allocate_nothing() {
    let config = ObservabilityConfig {
        logging: LoggingConfig { output: LogOutput::File("/dev/null".to_owned()), ..Default::default() },
        telemetry: TelemetryConfig { tracing_enabled: true, ..Default::default() },
        ..Default::default()
    };
    let _observability = init_observability(&config).unwrap();
    let pool = ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let inherits = |pool: &ThreadPool| pool.install(|| current_context().is_some());
    // The first call of a site on a thread makes room for it.
    region(|| pool.install(on_the_pool));
    assert_eq!(counted(|| (0..50).for_each(|n| _ = region(|| black_box(n)))), 0);
    assert_eq!(region(|| (inherits(&pool), pool.install(|| counted(on_the_pool)))), (true, 0));
    let two = || (inherits(&pool), pool.install(|| counted(on_the_pool)));
    assert_eq!(region(|| region(two)), (false, 0));
    assert!(counted(|| drop(black_box(Box::new(1)))) > 0, "the count would not notice");
}
