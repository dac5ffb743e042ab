//! What the CPU sampler takes from the threads that it samples: two of them, 27 functions deep in an observed call, look at the time stamp
//! counter without pause, and add up the gaps that are too long for their own loop and too short for another thread's turn. What
//! there is more of with a profiler than without is the sampler's: signal, handler and return.
//!
//! `cargo bench -p feagi-observability --bench sampling --all-features`; the smallest of some rounds counts, as all else only adds.

use feagi_observability::{CpuProfiler, ObservabilityConfig, ProfilingConfig, init_observability, observe};
use std::arch::x86_64::_rdtsc;
use std::hint::black_box;
use std::time::{Duration, Instant};

const ROUNDS: usize = 7;
const WINDOW: Duration = Duration::from_millis(1500);
const DEPTH: u32 = 24;

/// Ticks in gaps, and in all.
#[derive(Clone, Copy, Default)]
struct Watched {
    gaps: u64,
    all: u64,
}

#[observe(name = "watch")]
fn watch(end: Instant, bounds: (u64, u64)) -> Watched {
    deeper(DEPTH, end, bounds)
}

#[inline(never)]
fn deeper(depth: u32, end: Instant, bounds: (u64, u64)) -> Watched {
    let watched = if depth == 0 { gaps(end, bounds) } else { deeper(depth - 1, end, bounds) };
    black_box(watched)
}

fn gaps(end: Instant, (shortest, longest): (u64, u64)) -> Watched {
    let mut watched = Watched::default();
    while Instant::now() < end {
        let mut last = now();
        for _ in 0..100_000 {
            let next = now();
            let gap = next.wrapping_sub(last);
            watched.gaps += if (shortest..longest).contains(&gap) { gap } else { 0 };
            watched.all += if gap < longest { gap } else { 0 };
            last = next;
        }
    }
    watched
}

fn now() -> u64 {
    // SAFETY: every x86_64 processor has the instruction; it touches no memory.
    unsafe { _rdtsc() }
}

fn ticks_per_micro() -> f64 {
    let (start, ticks) = (Instant::now(), now());
    while start.elapsed() < Duration::from_millis(50) {}
    now().wrapping_sub(ticks) as f64 / start.elapsed().as_secs_f64() / 1e6
}

/// The share of time in gaps while two threads watch.
fn share(per_micro: f64) -> f64 {
    let bounds = ((0.3 * per_micro) as u64, (60.0 * per_micro) as u64);
    let end = Instant::now() + WINDOW;
    let watched = std::thread::scope(|scope| {
        let threads = [(); 2].map(|()| scope.spawn(move || watch(end, bounds)));
        threads.map(|thread| thread.join().expect("no panic"))
    });
    let sum = |of: fn(&Watched) -> u64| watched.iter().map(of).sum::<u64>() as f64;
    sum(|watched| watched.gaps) / sum(|watched| watched.all)
}

fn main() {
    let mut config = ObservabilityConfig::default();
    config.logging.level = "error".to_owned();
    let _observability = init_observability(&config).expect("a valid configuration");
    let per_micro = ticks_per_micro();
    let tick =
        std::process::Command::new("sh").args(["-c", "zcat /proc/config.gz | grep ^CONFIG_HZ="]).output();
    let tick = tick.map(|said| String::from_utf8_lossy(&said.stdout).trim().to_owned()).unwrap_or_default();
    println!("the kernel's tick: {tick}");
    println!(
        "{:>9} {:>12} {:>12} {:>14} {:>16}",
        "frequency", "without", "with", "of the CPU", "each sample"
    );
    for frequency_hz in [99, 997] {
        let config = ProfilingConfig { frequency_hz, ..Default::default() };
        let profiler = CpuProfiler::new(&config).expect("a valid configuration");
        let (mut least, mut with, mut samples) = (f64::MAX, f64::MAX, 0.0);
        for _ in 0..ROUNDS {
            least = least.min(share(per_micro));
            let mut here = 0.0;
            let profile = std::thread::scope(|scope| {
                let window = scope.spawn(|| profiler.window(WINDOW + Duration::from_millis(200)));
                here = share(per_micro);
                window.join().expect("no panic").expect("a profile")
            });
            if here < with {
                (with, samples) = (here, profile.of_site("watch").samples().len() as f64);
            }
        }
        let more = with - least;
        let each = more * WINDOW.as_secs_f64() * 2.0 * 1e6 / samples;
        println!(
            "{frequency_hz:>6} Hz {:>10.4} % {:>10.4} % {:>12.4} % {each:>13.2} µs",
            least * 100.0,
            with * 100.0,
            more * 100.0
        );
    }
}
