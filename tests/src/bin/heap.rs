//! A program with the counting allocator on top of one that knows the truth.
//!
//! usage: heap exact | together | churn | fork
//!
//! Ends with an error, which says what was wrong, if the library's figures are not the truth.

use feagi_observability::{AllocatorStatus, FeagiAlloc, MemoryProfiler, MemorySample};
use std::alloc::{GlobalAlloc, Layout, System};
use std::collections::BTreeMap;
use std::error::Error;
use std::hint::black_box;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::{Barrier, mpsc};
use std::thread;

/// Counts for all threads in one place, the slow and simple way.
struct Truth {
    allocations: AtomicU64,
    deallocations: AtomicU64,
    live_bytes: AtomicU64,
}

impl Truth {
    fn come(&self, place: *mut u8, bytes: usize) -> *mut u8 {
        if !place.is_null() {
            self.allocations.fetch_add(1, SeqCst);
            self.live_bytes.fetch_add(bytes as u64, SeqCst);
        }
        place
    }

    fn go(&self, bytes: usize) {
        self.deallocations.fetch_add(1, SeqCst);
        self.live_bytes.fetch_sub(bytes as u64, SeqCst);
    }
}

/// What there is to compare: allocations, deallocations, live bytes.
type Figures = [u64; 3];

static TRUTH: Truth =
    Truth { allocations: AtomicU64::new(0), deallocations: AtomicU64::new(0), live_bytes: AtomicU64::new(0) };

struct Known;

// SAFETY: the system's allocator does the work.
unsafe impl GlobalAlloc for Known {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise.
        TRUTH.come(unsafe { System.alloc(layout) }, layout.size())
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        TRUTH.go(layout.size());
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise.
        TRUTH.come(unsafe { System.alloc_zeroed(layout) }, layout.size())
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller's promise.
        let new = unsafe { System.realloc(place, layout, size) };
        if !new.is_null() && size > layout.size() {
            TRUTH.go(layout.size());
            TRUTH.come(new, size);
        } else if !new.is_null() {
            TRUTH.live_bytes.fetch_sub((layout.size() - size) as u64, SeqCst);
        }
        new
    }
}

#[global_allocator]
static ALLOC: FeagiAlloc<Known> = FeagiAlloc::with(Known);

/// Allocates when its thread ends, after whatever was allocated there before.
struct Last(Vec<u8>);

impl Drop for Last {
    fn drop(&mut self) {
        self.0 = black_box(vec![1; 300]);
        drop(black_box(Box::new([0_u64; 9])));
    }
}

thread_local! {
    static LAST: Last = const { Last(Vec::new()) };
}

/// Runs before `main`, and before the library knows of anything.
#[used]
#[unsafe(link_section = ".init_array")]
static EARLY: extern "C" fn() = {
    extern "C" fn early() {
        drop(black_box(vec![0_u8; 1000]));
    }
    early
};

/// Compares the library's figures with the truth, while all other threads rest.
fn compare(profiler: &MemoryProfiler) -> Result<Figures, Box<dyn Error>> {
    let truth = [&TRUTH.allocations, &TRUTH.deallocations, &TRUTH.live_bytes].map(|sum| sum.load(SeqCst));
    profiler.sample();
    let report = profiler.generate_report();
    let Some(MemorySample { heap_size, allocations, deallocations, .. }) = report.samples.last().cloned()
    else {
        return Err("no sample".into());
    };
    let said = [allocations, deallocations, heap_size].map(|figure| figure as u64);
    if said != truth || report.allocator != AllocatorStatus::Counting {
        return Err(format!("{said:?} was said where {truth:?} is true: {}", report.allocator).into());
    }
    if report.peak_memory < heap_size {
        return Err(format!("a peak of {} below {heap_size}", report.peak_memory).into());
    }
    Ok(truth)
}

/// Blocks of many sizes, some of which grow, shrink or are zeroed.
fn blocks(seed: usize, number: usize) -> Vec<Vec<u8>> {
    let block = |i: usize| {
        let size = 1 + (i * 7919 + seed * 31) % 5000;
        let mut block = if i.is_multiple_of(3) { vec![0; size] } else { Vec::with_capacity(size) };
        if i.is_multiple_of(5) {
            block.reserve_exact(size + 100);
        }
        if i.is_multiple_of(7) {
            block.shrink_to_fit();
        }
        black_box(block)
    };
    (0..number).map(block).collect()
}

fn exact() -> Result<(), Box<dyn Error>> {
    let profiler = MemoryProfiler::new(true);
    compare(&profiler)?;
    let kept = blocks(1, 10_000);
    let [allocations, ..] = compare(&profiler)?;
    let tree: BTreeMap<usize, String> = (0..1000).map(|i| (i, i.to_string())).collect();
    let [more, ..] = compare(&profiler)?;
    if more < allocations + 1000 {
        return Err("a thousand texts are a thousand allocations at least".into());
    }
    drop((kept, tree));
    compare(&profiler)?;
    // A peak that no sample has seen.
    drop(black_box(vec![1_u8; 64 << 20]));
    let peak = profiler.generate_report().peak_memory;
    compare(&profiler)?;
    let peak = peak.max(profiler.generate_report().peak_memory);
    if !(64 << 20..80 << 20).contains(&peak) {
        return Err(format!("a peak of {peak} where 64 MiB and little more is true").into());
    }
    Ok(())
}

/// Four threads, each of which frees what another has allocated; the sums are compared while they wait.
fn together() -> Result<(), Box<dyn Error>> {
    const THREADS: usize = 4;
    const ROUNDS: usize = 20;
    let profiler = MemoryProfiler::new(true);
    let (begin, rest) = (Barrier::new(THREADS + 1), Barrier::new(THREADS + 1));
    let (mut senders, receivers): (Vec<_>, Vec<_>) = (0..THREADS).map(|_| mpsc::sync_channel(ROUNDS)).unzip();
    senders.rotate_left(1);
    thread::scope(|scope| {
        for (number, (sender, receiver)) in senders.into_iter().zip(receivers).enumerate() {
            let (begin, rest) = (&begin, &rest);
            scope.spawn(move || {
                for round in 0..ROUNDS {
                    begin.wait();
                    // Sent before it is received: nobody waits for ever.
                    let _ = sender.send(blocks(number + round, 500));
                    drop(receiver.recv());
                    rest.wait();
                }
                begin.wait();
            });
        }
        let mut compared = Ok(());
        for _ in 0..ROUNDS {
            begin.wait();
            rest.wait();
            compared = compared.and_then(|()| compare(&profiler).map(drop));
        }
        // They rest until they may end.
        begin.wait();
        compared
    })
}

/// Ten thousand threads, few at a time. Totals never go back, and memory does not grow with the number of threads.
fn churn() -> Result<(), Box<dyn Error>> {
    let profiler = MemoryProfiler::new(true);
    let mut before = [0; 2];
    for round in 0..1000 {
        let work = |i| {
            LAST.with(|_| drop(blocks(i, 10)));
        };
        let threads: Vec<_> = (0..10).map(|i| thread::spawn(move || work(i))).collect();
        for thread in threads {
            thread.join().map_err(|_| "a thread has panicked")?;
        }
        let [allocations, deallocations, _] =
            compare(&profiler).map_err(|error| format!("round {round}: {error}"))?;
        if allocations < before[0] || deallocations < before[1] {
            return Err("the totals went back".into());
        }
        before = [allocations, deallocations];
    }
    Ok(())
}

/// A child goes on counting from where its parent was, with threads of its own.
fn fork() -> Result<(), Box<dyn Error>> {
    let profiler = MemoryProfiler::new(true);
    let (stop, stopped) = mpsc::channel::<()>();
    let resting = thread::spawn(move || {
        let kept = blocks(3, 100);
        let _ = stopped.recv();
        drop(kept);
    });
    drop(blocks(4, 100));
    // SAFETY: the child allocates, which glibc allows after a fork of a program with threads, and ends without destructors.
    let child = unsafe { libc::fork() };
    if child == 0 {
        let code = match in_child(&profiler) {
            Ok(()) => 0,
            Err(error) => {
                eprintln!("in the child: {error}");
                1
            }
        };
        // SAFETY: ends the process.
        unsafe { libc::_exit(code) };
    }
    let mut status = 0;
    // SAFETY: a child of ours, and a place for its status.
    unsafe { libc::waitpid(child, &mut status, 0) };
    drop(stop);
    resting.join().map_err(|_| "the resting thread has panicked")?;
    compare(&profiler)?;
    if status == 0 { Ok(()) } else { Err(format!("the child has ended with {status}").into()) }
}

fn in_child(profiler: &MemoryProfiler) -> Result<(), Box<dyn Error>> {
    compare(profiler)?;
    for seed in 0..100 {
        thread::spawn(move || drop(blocks(seed, 20))).join().map_err(|_| "a thread has panicked")?;
        drop(blocks(seed, 20));
        compare(profiler)?;
    }
    Ok(())
}

fn main() -> ExitCode {
    let mode = std::env::args().nth(1).unwrap_or_default();
    let ended = match mode.as_str() {
        "exact" => exact(),
        "together" => together(),
        "churn" => churn(),
        "fork" => fork(),
        _ => Err("usage: heap exact | together | churn | fork".into()),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("heap {mode}: {error}");
            ExitCode::FAILURE
        }
    }
}
