//! Time on the caller's side: raw ticks of the CPU's time stamp counter, converted to nanoseconds only where needed.
//!
//! A read costs about 10 ns on x86_64. Where the counter is not known to run at a constant rate on all cores, the
//! operating system's monotonic clock takes its place and a tick is a nanosecond.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Nanoseconds per tick as a 32.32 fixed-point number. The initial value is that of the monotonic clock.
static NANOS_PER_TICK: AtomicU64 = AtomicU64::new(1 << 32);
static USE_TSC: AtomicBool = AtomicBool::new(false);

/// Ticks since some moment in the past.
#[inline(always)]
pub(crate) fn now() -> u64 {
    #[cfg(target_arch = "x86_64")]
    if USE_TSC.load(Relaxed) {
        // SAFETY: every x86_64 processor has the instruction; it touches no memory.
        return unsafe { std::arch::x86_64::_rdtsc() };
    }
    monotonic()
}

/// The length of `ticks` in nanoseconds.
#[inline(always)]
pub(crate) fn to_nanos(ticks: u64) -> u64 {
    ((u128::from(ticks) * u128::from(NANOS_PER_TICK.load(Relaxed))) >> 32) as u64
}

/// Nanoseconds of the system's monotonic clock.
#[cfg(unix)]
#[cold]
pub(crate) fn monotonic() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a valid place for the result; the clock exists on every unix.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &mut time) };
    (time.tv_sec as u64).wrapping_mul(1_000_000_000).wrapping_add(time.tv_nsec as u64)
}

/// Without a monotonic clock at hand time stands still: counts stay right, durations are 0.
#[cfg(not(unix))]
pub(crate) fn monotonic() -> u64 {
    0
}

/// Chooses the clock and measures its rate for about ten milliseconds. Called once, by init.
pub(crate) fn calibrate() {
    #[cfg(target_arch = "x86_64")]
    if tsc_is_invariant() && !USE_TSC.load(Relaxed) {
        let (ticks, time) = pair();
        while time.elapsed() < Duration::from_millis(10) {
            std::hint::spin_loop();
        }
        let (later_ticks, later) = pair();
        if let Some(rate) = rate(later_ticks.wrapping_sub(ticks), later.duration_since(time)) {
            NANOS_PER_TICK.store(rate, Relaxed);
            USE_TSC.store(true, Relaxed);
        }
    }
}

/// CPUID leaf 0x8000_0007, EDX bit 8 (AMD64 Architecture Programmer's Manual, volume 3, E.4.6; Intel SDM, volume 3, 18.17.1);
/// a kernel that keeps time by it has checked more than that.
#[cfg(target_arch = "x86_64")]
fn tsc_is_invariant() -> bool {
    use std::arch::x86_64::__cpuid;
    // A kernel whose watchdog found the counters of the cores apart does not offer it any more.
    let offered =
        std::fs::read_to_string("/sys/devices/system/clocksource/clocksource0/available_clocksource");
    if offered.is_ok_and(|offered| !offered.split_whitespace().any(|source| source == "tsc")) {
        return false;
    }
    let has_leaf = __cpuid(0x8000_0000).eax >= 0x8000_0007;
    if has_leaf && __cpuid(0x8000_0007).edx & (1 << 8) != 0 {
        return true;
    }
    std::fs::read_to_string("/sys/devices/system/clocksource/clocksource0/current_clocksource")
        .is_ok_and(|source| source.trim() == "tsc")
}

/// A tick count and a time that belong together: the closest of a few tries.
#[cfg(target_arch = "x86_64")]
fn pair() -> (u64, Instant) {
    // SAFETY: every x86_64 processor has the instruction; it touches no memory.
    let tsc = || unsafe { std::arch::x86_64::_rdtsc() };
    let mut best = (u64::MAX, 0, Instant::now());
    for _ in 0..5 {
        let before = tsc();
        let time = Instant::now();
        let gap = tsc().wrapping_sub(before);
        if gap < best.0 {
            best = (gap, before + gap / 2, time);
        }
    }
    (best.1, best.2)
}

#[cfg(target_arch = "x86_64")]
fn rate(ticks: u64, time: Duration) -> Option<u64> {
    let rate = (time.as_nanos() << 32).checked_div(u128::from(ticks))?;
    u64::try_from(rate).ok().filter(|rate| *rate > 0)
}

/// Turns ticks into wall-clock time on the collector's side, following the wall clock when it is set.
pub(crate) struct WallClock {
    ticks: u64,
    unix_nanos: u64,
}

impl WallClock {
    pub(crate) fn new() -> Self {
        WallClock { ticks: now(), unix_nanos: unix_nanos() }
    }

    /// Takes a new anchor when the wall clock and the ticks have drifted apart by more than 50 µs.
    pub(crate) fn follow(&mut self) {
        let fresh = WallClock::new();
        if self.at(fresh.ticks).abs_diff(fresh.unix_nanos) > 50_000 {
            *self = fresh;
        }
    }

    /// Nanoseconds since the Unix epoch at `ticks`.
    pub(crate) fn at(&self, ticks: u64) -> u64 {
        if ticks >= self.ticks {
            self.unix_nanos.saturating_add(to_nanos(ticks - self.ticks))
        } else {
            self.unix_nanos.saturating_sub(to_nanos(self.ticks - ticks))
        }
    }
}

/// Nanoseconds since the Unix epoch; 0 before it.
pub(crate) fn unix_nanos() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |age| age.as_nanos() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_measure_what_the_monotonic_clock_measures() {
        calibrate();
        let (ticks, time) = (now(), Instant::now());
        while time.elapsed() < Duration::from_millis(20) {}
        let (ours, theirs) = (to_nanos(now() - ticks), time.elapsed().as_nanos() as u64);
        assert!(ours.abs_diff(theirs) < theirs / 10, "{ours} against {theirs} ns");
    }

    #[test]
    fn wall_time_runs_both_ways_from_the_anchor() {
        let clock = WallClock { ticks: 1 << 40, unix_nanos: 1_700_000_000_000_000_000 };
        assert!(clock.at((1 << 40) - 1000) < clock.unix_nanos);
        assert!(clock.at((1 << 40) + 1000) > clock.unix_nanos);
    }
}
