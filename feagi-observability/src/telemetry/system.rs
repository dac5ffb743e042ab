//! The process as the kernel sees it: memory, threads, CPU time, start. Linux only; elsewhere there are no families.
//!
//! Fields: proc(5), `/proc/[pid]/status` and `/proc/[pid]/stat`; names of `process_*`: Prometheus client guidelines.

use super::family::{Family, Kind, SeriesValue, Total};
use std::fs::read_to_string;

/// What can be read at the moment; what cannot is left out.
pub(crate) fn families() -> Vec<Family> {
    if !cfg!(target_os = "linux") {
        return Vec::new();
    }
    let read = |path: &str| read_to_string(path).unwrap_or_default();
    let seen = Seen::parse(
        &read("/proc/self/status"),
        &read("/proc/self/stat"),
        &read("/proc/stat"),
        ticks_per_second(),
    );
    seen.into_families()
}

/// Bytes of the process that are in memory; `None` where the system does not say.
pub(crate) fn resident_bytes() -> Option<u64> {
    let status = cfg!(target_os = "linux").then(|| read_to_string("/proc/self/status").ok())??;
    Some(line_number(&status, "VmRSS:")?.saturating_mul(1024))
}

#[derive(Debug, Default, PartialEq)]
struct Seen {
    memory_bytes: Option<u64>,
    threads: Option<u64>,
    cpu_seconds: Option<f64>,
    start_seconds: Option<f64>,
}

impl Seen {
    fn parse(status: &str, stat: &str, machine: &str, ticks: f64) -> Seen {
        // The second field is the program's name in brackets, and may hold spaces and brackets.
        let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
        // proc(5) counts from 1; the first behind the name is number 3.
        let field = |number: usize| after_name.split_ascii_whitespace().nth(number - 3)?.parse::<u64>().ok();
        let cpu = field(14).zip(field(15)).map(|(user, system)| (user + system) as f64 / ticks);
        let boot = line_number(machine, "btime");
        let start = field(22).zip(boot).map(|(start, boot)| boot as f64 + start as f64 / ticks);
        Seen {
            memory_bytes: line_number(status, "VmRSS:").map(|kib| kib.saturating_mul(1024)),
            threads: line_number(status, "Threads:"),
            cpu_seconds: cpu.filter(|_| ticks > 0.0),
            start_seconds: start.filter(|_| ticks > 0.0),
        }
    }

    fn into_families(self) -> Vec<Family> {
        let gauge = |name, help, value: f64| {
            Family::new(Kind::Gauge, name, help).with_value(SeriesValue::Gauge(value))
        };
        let memory = self.memory_bytes.map(|bytes| {
            gauge("feagi_memory_usage_bytes", "Resident memory of the process.", bytes as f64)
                .with_unit("bytes")
        });
        let threads = self
            .threads
            .map(|threads| gauge("feagi_thread_count", "Threads of the process.", threads as f64));
        let cpu = self.cpu_seconds.map(|seconds| {
            Family::new(Kind::Counter, "process_cpu_seconds", "User and system CPU time spent.")
                .with_unit("seconds")
                .with_value(SeriesValue::Counter { total: Total::Sum(seconds), exemplar: None })
        });
        let start = self.start_seconds.map(|seconds| {
            gauge("process_start_time_seconds", "Start of the process since the Unix epoch.", seconds)
                .with_unit("seconds")
        });
        [memory, threads, cpu, start].into_iter().flatten().collect()
    }
}

/// The number behind `key` at the start of a line.
fn line_number(text: &str, key: &str) -> Option<u64> {
    let rest = text.lines().find_map(|line| line.strip_prefix(key))?;
    rest.split_ascii_whitespace().next()?.parse().ok()
}

/// In which unit the kernel counts CPU time for us.
#[cfg(unix)]
fn ticks_per_second() -> f64 {
    // SAFETY: `sysconf` takes a number, touches no memory of ours and may be called from any thread.
    let ticks = unsafe { libc::sysconf(libc::_SC_CLK_TCK) };
    ticks as f64
}

#[cfg(not(unix))]
fn ticks_per_second() -> f64 {
    0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATUS: &str = "Name:\tx\nVmRSS:\t    2048 kB\nThreads:\t7\n";
    const STAT: &str = "42 (a) b (c) S 1 42 42 0 -1 4194304 9 0 0 0 150 50 0 0 20 0 7 0 1000 9 9";

    #[test]
    fn fields_are_found_behind_a_name_full_of_brackets() {
        let seen = Seen::parse(STATUS, STAT, "cpu 1 2\nbtime 1700000000\n", 100.0);
        assert_eq!(
            seen,
            Seen {
                memory_bytes: Some(2 << 20),
                threads: Some(7),
                cpu_seconds: Some(2.0),
                start_seconds: Some(1_700_000_010.0),
            }
        );
    }

    #[test]
    fn what_cannot_be_read_is_left_out() {
        assert_eq!(Seen::parse("", "", "", 100.0), Seen::default());
        assert_eq!(Seen::parse("VmRSS: x", "1 (a", "btime", -1.0).into_families(), []);
        let without_ticks = Seen::parse(STATUS, STAT, "btime 5", 0.0).into_families();
        assert_eq!(without_ticks.len(), 2);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn this_process_has_memory_threads_time_and_a_start() {
        let names: Vec<_> = families().into_iter().map(|family| family.name).collect();
        assert_eq!(
            names,
            [
                "feagi_memory_usage_bytes",
                "feagi_thread_count",
                "process_cpu_seconds",
                "process_start_time_seconds"
            ]
        );
    }
}
