//! What an allocation costs: nanoseconds for 64 bytes that are allocated and freed, on one thread and on two.
//!
//! `cargo run --release -p feagi-observability-peers --bin alloc` measures all allocators in turn, many times, and prints the least time of
//! each and the median of its rounds' ratios to the system's allocator. `alloc NAME` runs one of them alone, on one thread, for tools
//! that count instructions.
//!
//! Each is called as the compiler calls a global allocator: through a function of its own, with sizes that it does not know. The time is the
//! thread's processor time, so that what else the machine does counts less, and begins when the thread has warmed up.

use feagi_observability::{FeagiAlloc, MemoryProfiler, ProfilingConfig};
use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::mem::MaybeUninit;
use std::process::ExitCode;
use std::sync::Barrier;

const ROUNDS: usize = 101;
const PAIRS: u32 = 200_000;
const LAYOUT: Layout = Layout::new::<[u8; 64]>();

/// What this program itself allocates with, so that there is a heap to profile.
#[global_allocator]
static FEAGI: FeagiAlloc = FeagiAlloc::new();

static DHAT: dhat::Alloc = dhat::Alloc;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    System,
    Counters,
    HeapProfile,
    Dhat,
}

impl Kind {
    const ALL: [Kind; 4] = [Kind::System, Kind::Counters, Kind::HeapProfile, Kind::Dhat];

    fn name(self) -> &'static str {
        match self {
            Kind::System => "system",
            Kind::Counters => "counters",
            Kind::HeapProfile => "heap-profile",
            Kind::Dhat => "dhat",
        }
    }

    fn describe(self) -> &'static str {
        match self {
            Kind::System => "the system's allocator",
            Kind::Counters => "FeagiAlloc: counters",
            Kind::HeapProfile => "FeagiAlloc: counters and heap profile",
            Kind::Dhat => "dhat",
        }
    }

    /// How many times the system's it may cost.
    fn bound(self) -> Option<f64> {
        match self {
            Kind::Counters => Some(1.3),
            Kind::HeapProfile => Some(1.4),
            Kind::System | Kind::Dhat => None,
        }
    }

    /// dhat is some hundred times slower.
    fn pairs(self) -> u32 {
        if self == Kind::Dhat { PAIRS / 100 } else { PAIRS }
    }

    /// Nanoseconds for a pair, each of so many threads having done as many.
    fn measure(self, threads: usize) -> Result<f64, Box<dyn std::error::Error>> {
        let heap_profile = (self == Kind::HeapProfile).then(profiler).transpose()?;
        let dhat = (self == Kind::Dhat).then(|| dhat::Profiler::builder().testing().build());
        let nanos = match self {
            Kind::System => timed(threads, self.pairs(), system_alloc, system_free),
            Kind::Counters | Kind::HeapProfile => timed(threads, self.pairs(), feagi_alloc, feagi_free),
            Kind::Dhat => timed(threads, self.pairs(), dhat_alloc, dhat_free),
        };
        drop((heap_profile, dhat));
        Ok(nanos)
    }
}

fn profiler() -> Result<MemoryProfiler, Box<dyn std::error::Error>> {
    let output_dir = std::env::temp_dir().join("feagi-observability-peers");
    let profiler = MemoryProfiler::with_config(&ProfilingConfig { output_dir, ..Default::default() })?;
    profiler.start()?;
    Ok(profiler)
}

macro_rules! calls {
    ($alloc:ident, $free:ident, $allocator:expr) => {
        #[inline(never)]
        unsafe fn $alloc(layout: Layout) -> *mut u8 {
            // SAFETY: the caller's promise.
            unsafe { $allocator.alloc(layout) }
        }

        #[inline(never)]
        unsafe fn $free(place: *mut u8, layout: Layout) {
            // SAFETY: the caller's promise.
            unsafe { $allocator.dealloc(place, layout) }
        }
    };
}

calls!(system_alloc, system_free, System);
calls!(feagi_alloc, feagi_free, FEAGI);
calls!(dhat_alloc, dhat_free, DHAT);

type Alloc = unsafe fn(Layout) -> *mut u8;
type Free = unsafe fn(*mut u8, Layout);

fn timed(threads: usize, pairs: u32, alloc: Alloc, free: Free) -> f64 {
    let run = |pairs: u32| {
        for _ in 0..pairs {
            // SAFETY: the layout has a size; the block is freed with it, by the allocator that it is from.
            unsafe { free(black_box(alloc(black_box(LAYOUT))), black_box(LAYOUT)) };
        }
    };
    let begin = Barrier::new(threads);
    let times: Vec<f64> = std::thread::scope(|scope| {
        let timed = || {
            run(pairs / 4);
            begin.wait();
            let start = thread_nanos();
            run(pairs);
            (thread_nanos() - start) / f64::from(pairs)
        };
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(timed)).collect();
        running.into_iter().filter_map(|thread| thread.join().ok()).collect()
    });
    times.iter().sum::<f64>() / times.len() as f64
}

/// Processor time that this thread has used.
fn thread_nanos() -> f64 {
    let mut now = MaybeUninit::<libc::timespec>::zeroed();
    // SAFETY: every system that this is for has the clock; the place is valid when zero.
    let now = unsafe {
        libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, now.as_mut_ptr());
        now.assume_init()
    };
    now.tv_sec as f64 * 1e9 + now.tv_nsec as f64
}

fn compare(threads: usize) -> Result<(), Box<dyn std::error::Error>> {
    let mut times: [Vec<f64>; 4] = Default::default();
    for round in 0..ROUNDS {
        for offset in 0..Kind::ALL.len() {
            // Each comes after each other as often.
            let index = (round + offset) % Kind::ALL.len();
            times[index].push(Kind::ALL[index].measure(threads)?);
        }
    }
    let [system, ..] = &times;
    println!("64 bytes, {threads} thread(s)                        ns    / system   bound");
    for (times, kind) in times.iter().zip(Kind::ALL) {
        let least = times.iter().copied().fold(f64::INFINITY, f64::min);
        let ratio = median(times.iter().zip(system).map(|(time, system)| time / system).collect());
        let bound = kind.bound().map_or(String::new(), |bound| {
            format!("{bound:.1} {}", if ratio <= bound { "kept" } else { "BROKEN" })
        });
        println!("{:<40} {least:>8.1} {ratio:>11.2}   {bound}", kind.describe());
    }
    Ok(())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn run() -> Result<(), Box<dyn std::error::Error>> {
    let Some(name) = std::env::args().nth(1) else {
        return [1, 2].into_iter().try_for_each(compare);
    };
    let kind = Kind::ALL.into_iter().find(|kind| kind.name() == name);
    let kind = kind.ok_or("the names are: system, counters, heap-profile, dhat")?;
    println!("{:.1}", kind.measure(1)?);
    Ok(())
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("alloc: {error}");
            ExitCode::FAILURE
        }
    }
}
