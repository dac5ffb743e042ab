//! The sampler of the `pprof` crate: `ITIMER_PROF`, one SIGPROF at a time, stacks walked by framehop in the handler.
//!
//! Receives signals; gives a `CpuProfile` whose samples carry their thread and no other label, as the crate aggregates by thread
//! and addresses. Its limits are those of the timer: samples come at the kernel's tick at most (250 Hz on many systems), so
//! the weights are scaled to the process's measured CPU time. Line numbers are those of a stack's first sample.
//!
//! The crate keeps some 19 MB of tables from its first use on, and rare stacks, about 1 KB each, in a temporary file of the
//! system's temporary folder; an empty one stays there when the process ends. Stacks end after 128 frames.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use pprof::{Frames, ProfilerGuard, ProfilerGuardBuilder, Symbol};

use super::ProfilingError;
use super::capture::{CpuProfile, Moment};
use super::profile::{Frame, THREAD, own_mappings};
use super::recorder::{Sampler, Settings};
use super::sigprof::{Disposition, Restore, process_cpu_time, signal_own_thread};

/// The crate turns a frequency into whole microseconds between ticks; above a million that is zero, which disarms the timer
/// (setitimer(2)) and leaves the handler installed.
const NO_TICKS: i32 = 1_000_001;

/// Set once the handler has run.
static WARM: OnceLock<()> = OnceLock::new();

#[derive(Default)]
pub(super) struct PprofSampler {
    running: Option<Running>,
}

/// Field order matters: the guard disarms the timer before the signal is put back.
struct Running {
    guard: ProfilerGuard<'static>,
    signal: Restore,
    frequency_hz: u32,
    cpu_before: Duration,
}

impl Sampler for PprofSampler {
    fn start(&mut self, settings: &Settings) -> Result<(), ProfilingError> {
        let frequency_hz = settings.frequency_hz;
        let before = Disposition::unless_taken()?;
        warm_up()?;
        let guard = build(i32::try_from(frequency_hz).unwrap_or(i32::MAX))?;
        let signal = before.restored_on_drop();
        self.running = Some(Running { guard, signal, frequency_hz, cpu_before: process_cpu_time() });
        Ok(())
    }

    fn stop(&mut self) -> Result<CpuProfile, ProfilingError> {
        let running = self.running.take().ok_or(ProfilingError::NotRunning)?;
        let Running { guard, signal, frequency_hz, cpu_before } = running;
        let cpu = process_cpu_time().saturating_sub(cpu_before);
        let report = guard.report().build_unresolved().map_err(backend_error);
        // Before the names are looked up, which takes long and is not what the user profiles.
        drop(guard);
        drop(signal);
        let report = report?;
        let total: u64 = report.data.values().map(|&count| whole(count)).sum();
        let samples = report.data.into_iter().map(|(stack, count)| {
            let count = whole(count);
            let addresses: Vec<u64> = stack.frames.iter().map(|frame| frame.ip as u64).collect();
            sample(&addresses, Frames::from(stack), count, share(cpu, count, total))
        });
        Ok(CpuProfile {
            started: report.timing.start_time,
            duration: report.timing.duration,
            period: 1_000_000_000 / u64::from(frequency_hz.max(1)),
            moments: samples.collect(),
            mappings: own_mappings().into(),
        })
    }
}

/// Makes the handler's first run happen here.
///
/// That run reads the unwind tables of all loaded libraries into memory of its own: it allocates, which deadlocks if the signal
/// interrupted the allocator. So a first guard is built whose timer never ticks, and this thread, which is in no allocation,
/// signals itself. That the run recorded a sample shows that it reached the unwinder. The tables are kept until the process ends.
fn warm_up() -> Result<(), ProfilingError> {
    if WARM.get().is_some() {
        return Ok(());
    }
    let guard = build(NO_TICKS)?;
    signal_own_thread();
    let report = guard.report().build_unresolved().map_err(backend_error)?;
    if report.data.is_empty() {
        return Err(ProfilingError::SilentSampler);
    }
    WARM.get_or_init(|| ());
    Ok(())
}

fn build(frequency: i32) -> Result<ProfilerGuard<'static>, ProfilingError> {
    ProfilerGuardBuilder::default().frequency(frequency).build().map_err(backend_error)
}

fn backend_error(error: pprof::Error) -> ProfilingError {
    match error {
        pprof::Error::Running => ProfilingError::AlreadyRunning,
        error => ProfilingError::Sampler { source: Box::new(error) },
    }
}

/// The crate counts in `isize`; a count is never negative.
fn whole(count: isize) -> u64 {
    u64::try_from(count).unwrap_or(0)
}

/// Ticks get lost, CPU time does not: each sample stands for its share of what the process used.
fn share(cpu: Duration, count: u64, total: u64) -> Duration {
    let nanos = cpu.as_nanos().saturating_mul(u128::from(count)).checked_div(u128::from(total)).unwrap_or(0);
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

fn sample(addresses: &[u64], named: Frames, count: u64, cpu: Duration) -> Moment {
    // Addresses without a name are left out by the crate; after that the two lists no longer run in parallel.
    let in_parallel = addresses.len() == named.frames.len();
    let mut stack = Vec::with_capacity(named.frames.len());
    for (position, symbols) in named.frames.iter().enumerate() {
        let address = addresses.get(position).copied().filter(|_| in_parallel);
        let outermost = symbols.len().saturating_sub(1);
        let frames = symbols.iter().enumerate();
        stack.extend(frames.map(|(depth, symbol)| frame(symbol, address, depth < outermost)));
    }
    Moment {
        at: 0,
        cpu: u64::try_from(cpu.as_nanos()).unwrap_or(u64::MAX),
        thread: 0,
        weight: u32::try_from(count).unwrap_or(u32::MAX),
        stack: stack.into(),
        labels: Arc::new([(THREAD, named.thread_name_or_id().into())]),
    }
}

fn frame(symbol: &Symbol, address: Option<u64>, inlined: bool) -> Frame {
    Frame {
        function: symbol.name().into(),
        system_name: symbol.sys_name().into(),
        file: symbol.filename.as_ref().map(|file| file.to_string_lossy()).unwrap_or_default().into(),
        line: symbol.lineno(),
        address: address.or(symbol.addr.map(|address| address as u64)).unwrap_or(0),
        inlined,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;
    use std::thread;

    const CHILD: &str = "FEAGI_SAMPLER_PPROF_CHILD";

    #[inline(never)]
    fn keeps_busy() {
        let mut state = 1_u64;
        while process_cpu_time() < Duration::from_millis(400) {
            for _ in 0..10_000 {
                state = std::hint::black_box(state.wrapping_mul(3).rotate_left(7));
            }
        }
    }

    /// In a process of its own: the signal would end other tests' system calls early.
    #[test]
    fn a_busy_function_is_sampled_with_its_thread_and_no_other_label() {
        if std::env::var_os(CHILD).is_none() {
            let program = std::env::current_exe().expect("our own path");
            let name = "profiling::sampler_pprof::tests::a_busy_function_is_sampled_with_its_thread_and_no_other_label";
            let mut child = Command::new(program);
            let ran = child.args(["--exact", name, "--nocapture"]).env(CHILD, "1").output().expect("runs");
            let out = String::from_utf8_lossy(&ran.stdout);
            assert!(ran.status.success() && out.contains("1 passed"), "{out}");
            return;
        }
        let mut sampler = PprofSampler::default();
        sampler.start(&Settings { frequency_hz: 99, labelled: 1.0 }).expect("started");
        let busy = thread::Builder::new().name("busy".to_owned()).spawn(keeps_busy).expect("spawned");
        busy.join().expect("no panic");
        let profile = sampler.stop().expect("stopped");
        let found =
            profile.samples().find(|sample| sample.functions().any(|name| name.ends_with("keeps_busy")));
        let sample = found.expect("the busy function");
        assert_eq!((sample.thread(), sample.site(), sample.trace_id()), ("busy", None, None));
    }

    #[test]
    fn the_shares_of_all_samples_make_up_the_cpu_time() {
        let cpu = Duration::from_secs(3);
        assert_eq!(share(cpu, 1, 3) + share(cpu, 2, 3), cpu);
        assert_eq!(share(cpu, 0, 0), Duration::ZERO);
        assert_eq!(share(Duration::MAX, u64::MAX, 1), Duration::from_nanos(u64::MAX));
    }
}
