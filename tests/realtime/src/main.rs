//! Instrumented calls where nothing may block: `.ci/realtime` builds this with LLVM's realtime sanitizer, which reports each
//! allocation, lock and system call in [`nonblocking`], and runs it under strace, which sees what the sanitizer does not.
//!
//! `realtime quiet` lets the collector catch up between rounds; `realtime flood` does not, and so wakes it;
//! `realtime control` allocates, and has to be found out.

#![cfg_attr(feagi_observability_realtime, feature(sanitize))]

use feagi_observability::{
    LogFormat, LogOutput, LoggingConfig, ObservabilityConfig, ProfilingConfig, TelemetryConfig, burst_info,
    init_observability, observe,
};
use std::fmt;
use std::future::Future;
use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Duration;

struct Area(u64);

impl fmt::Display for Area {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "area {}", self.0)
    }
}

#[observe(metric = "realtime_call", fields(n, %area))]
fn call(n: u64, area: Area) -> u64 {
    black_box(n + area.0)
}

#[observe(metric = "realtime_result")]
fn fallible(n: u64) -> Result<u64, Area> {
    if n.is_multiple_of(2) { Ok(n) } else { Err(Area(n)) }
}

#[observe(metric = "realtime_future", fields(n))]
async fn future(n: u64) -> u64 {
    let mut first = true;
    std::future::poll_fn(|_| {
        if std::mem::take(&mut first) { std::task::Poll::Pending } else { std::task::Poll::Ready(()) }
    })
    .await;
    n
}

/// One of each: calls, a future, an event, a foreign event.
fn all(n: u64) {
    black_box(call(n, Area(n)));
    let _ = black_box(fallible(n));
    let mut future = pin!(future(n));
    while future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending() {}
    burst_info!(burst_id = n, neurons_fired = 98, synapses_activated = n, "burst {n} of {}", n + 1);
    tracing::info!(n, rate = 30.5, first = true, name = "power", area = %Area(n), "burst {}", n);
}

/// What the sanitizer and strace look at.
#[cfg_attr(feagi_observability_realtime, sanitize(realtime = "nonblocking"))]
#[inline(never)]
fn nonblocking(calls: u64, allocates: bool) {
    for n in 0..calls {
        all(n);
    }
    if allocates {
        // Large enough for a system call of its own.
        black_box(vec![0u8; 64 << 20]);
    }
}

/// Between two of these strace finds what [`nonblocking`] has asked of the system.
fn mark() {
    // SAFETY: no arguments, cannot fail.
    unsafe { libc::getppid() };
}

fn main() {
    let mode = std::env::args().nth(1).unwrap_or_default();
    let (rounds, calls) = match mode.as_str() {
        "quiet" => (100, 50),
        "flood" => (1, 20_000),
        "control" => (1, 1),
        _ => panic!("`{mode}` is not a mode; write quiet, flood or control"),
    };
    let folder = std::env::temp_dir().join(format!("feagi-observability-realtime-{}", std::process::id()));
    let config = ObservabilityConfig {
        logging: LoggingConfig {
            format: LogFormat::Json,
            output: LogOutput::File(folder.join("log.jsonl").to_string_lossy().into_owned()),
            ..Default::default()
        },
        telemetry: TelemetryConfig { tracing_enabled: true, ..Default::default() },
        profiling: ProfilingConfig { chrome_tracing: true, output_dir: folder.clone(), ..Default::default() },
    };
    let observability = init_observability(&config).expect("a valid configuration");
    // The first call of a site on a thread may allocate.
    all(0);
    all(1);
    for _ in 0..rounds {
        assert!(observability.flush(Duration::from_secs(60)), "the collector answers");
        mark();
        nonblocking(calls, mode == "control");
        mark();
    }
    let stats = observability.shutdown(Duration::from_secs(60));
    assert!(!stats.timed_out);
    let lines = observability.stats().lines;
    // One line for each of five kinds, and what was not said of it was counted.
    assert_eq!(lines.emitted, (2 + rounds * calls) * 5, "{lines:?}");
    std::fs::remove_dir_all(folder).expect("the folder can be removed");
    println!("{mode}: {} records, {} dropped", lines.emitted, lines.dropped);
}
