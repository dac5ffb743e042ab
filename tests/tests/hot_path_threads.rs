//! Counts stay exact while threads come and go, also for what runs while a thread ends; and what is lost is counted.

use feagi_observability::{
    LogFormat, LogOutput, LoggingConfig, ObservabilityConfig, ObservabilityManager, ProfilingConfig,
    SignalStats, Stats, TelemetryConfig, burst_info, init_observability, observe,
};
use std::cell::Cell;
use std::hint::black_box;
use std::sync::{Arc, Barrier};
use std::time::Duration;

#[observe(metric = "churn")]
fn call(fails: bool) -> Result<(), &'static str> {
    if black_box(fails) { Err("as asked") } else { Ok(()) }
}

#[observe(metric = "churn_panics")]
fn panics() {
    std::panic::resume_unwind(Box::new(()));
}

/// Calls once more when its thread ends.
struct AtEnd {
    used: Cell<bool>,
}

impl Drop for AtEnd {
    fn drop(&mut self) {
        if self.used.get() {
            at_end();
        }
    }
}

thread_local! {
    static EARLY: AtEnd = const { AtEnd { used: Cell::new(false) } };
    static LATE: AtEnd = const { AtEnd { used: Cell::new(false) } };
}

/// A call that fails, in which a line is logged, and an event.
fn at_end() {
    let _ = call_and_log();
    burst_info!(burst_id = 1, neurons_fired = 2, synapses_activated = 3);
}

#[observe(metric = "churn_at_end")]
fn call_and_log() -> Result<(), &'static str> {
    tracing::info!("ending");
    Err("at the end")
}

const BATCHES: u64 = 40;
const THREADS: u64 = 50;
const CALLS: u64 = 20;

/// Of a thread: its calls, one of which panics, and twice a call, a line and an event while it ends.
const LINES: u64 = CALLS + 1 + 2 * 3;
const SPANS: u64 = CALLS + 1 + 2 * 2;

fn thread(together: &Barrier) {
    // Destroyed after what the first call makes for this thread.
    LATE.with(|late| late.used.set(true));
    for n in 0..CALLS {
        let _ = call(n % 2 == 1);
    }
    // Destroyed before it.
    EARLY.with(|early| early.used.set(true));
    assert!(std::panic::catch_unwind(panics).is_err());
    together.wait();
}

fn batch() {
    let together = Arc::new(Barrier::new(THREADS as usize));
    let spawn = |_| {
        std::thread::spawn({
            let together = Arc::clone(&together);
            move || thread(&together)
        })
    };
    let threads: Vec<_> = (0..THREADS).map(spawn).collect();
    for thread in threads {
        // Waits for the thread's destructors too.
        thread.join().unwrap();
    }
}

/// Logs, which no limit thins, until a ring has overflowed.
fn flood(observability: &ObservabilityManager) -> u64 {
    let mut logged = 0;
    while observability.stats().lines.dropped == 0 {
        assert!(logged < 100_000_000, "the collector keeps up with everything");
        for _ in 0..10_000 {
            tracing::info!(logged, text = "some text that takes its place", "flood");
            logged += 1;
        }
    }
    logged
}

fn settled(signal: &SignalStats) -> u64 {
    signal.collected + signal.suppressed + signal.dropped + signal.unrecorded
}

fn check_churn(stats: &Stats, page: &str) {
    let threads = BATCHES * THREADS;
    assert_eq!((stats.lines.emitted, stats.spans.emitted), (threads * LINES, threads * SPANS), "{stats:?}");
    // What the later destructor's call, line and event would have left.
    assert_eq!((stats.lines.unrecorded, stats.spans.unrecorded), (threads * 3, threads * 2), "{stats:?}");
    for signal in [&stats.lines, &stats.spans] {
        assert_eq!((signal.emitted, signal.queued), (settled(signal), 0), "{stats:?}");
    }
    assert_eq!(stats.dropped()["lines/thread_ended"], threads * 3);
    for expected in [
        format!("churn_calls_total{{outcome=\"ok\"}} {}", threads * CALLS / 2),
        format!("churn_calls_total{{outcome=\"error\"}} {}", threads * CALLS / 2),
        format!("churn_duration_seconds_count {}", threads * CALLS),
        format!("churn_duration_seconds_bucket{{le=\"+Inf\"}} {}", threads * CALLS),
        format!("churn_panics_calls_total{{outcome=\"panic\"}} {threads}"),
        format!("churn_at_end_calls_total{{outcome=\"error\"}} {}", threads * 2),
        format!("churn_at_end_duration_seconds_count {}", threads * 2),
        format!("churn_at_end_duration_seconds_bucket{{le=\"+Inf\"}} {}", threads * 2),
        format!("feagi_burst_total {}", threads * 2),
        format!("feagi_burst_synapses_activated_total {}", threads * 2 * 3),
        format!("obs_dropped_total{{reason=\"thread_ended\",sink=\"log\"}} {}", threads * 3),
        format!("obs_dropped_total{{reason=\"thread_ended\",sink=\"trace\"}} {}", threads * 2),
    ] {
        assert!(page.lines().any(|line| line == expected), "{expected} in {page}");
    }
}

#[test]
fn nothing_is_lost_uncounted_while_threads_come_and_go_and_a_ring_overflows() {
    let folder = std::env::temp_dir().join(format!("feagi-observability-threads-{}", std::process::id()));
    let config = ObservabilityConfig {
        logging: LoggingConfig {
            format: LogFormat::Json,
            output: LogOutput::File(folder.join("log.jsonl").to_string_lossy().into_owned()),
            ..Default::default()
        },
        telemetry: TelemetryConfig { tracing_enabled: true, ..Default::default() },
        profiling: ProfilingConfig { chrome_tracing: true, output_dir: folder.clone(), ..Default::default() },
    };
    let observability = init_observability(&config).unwrap();
    let mut states = Vec::new();
    for _ in 0..BATCHES {
        batch();
        assert!(observability.flush(Duration::from_secs(60)));
        states.push(observability.stats().thread_states);
    }
    let (first, last) = (states[0], states[states.len() - 1]);
    assert!(first >= THREADS, "{THREADS} threads were alive at once: {states:?}");
    assert_eq!(first, last, "what ended threads have left is used again: {states:?}");
    check_churn(&observability.stats(), &observability.telemetry().export_metrics());

    let before = observability.stats().lines.emitted;
    let logged = flood(&observability);
    assert!(observability.flush(Duration::from_secs(60)));
    let stats = observability.stats();
    assert!(stats.lines.dropped > 0, "{stats:?}");
    assert_eq!(stats.lines.emitted, before + logged, "{stats:?}");
    assert_eq!((stats.lines.emitted, stats.lines.queued), (settled(&stats.lines), 0), "{stats:?}");

    let report = observability.shutdown(Duration::from_secs(30));
    assert!(!report.timed_out);
    let stats = observability.stats();
    let file = stats.sinks.iter().find(|sink| sink.name == "file").unwrap();
    assert_eq!(file.accepted, stats.lines.collected, "{stats:?}");
    assert_eq!(file.accepted, file.exported + file.dropped.values().sum::<u64>(), "{stats:?}");
    std::fs::remove_dir_all(folder).unwrap();
}
