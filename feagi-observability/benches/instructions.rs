//! Instructions a call, counted by callgrind on the calling thread: the same every time, whatever else the machine does.
//!
//! `cargo bench --bench instructions` prints the counts beside the committed baseline and fails where one is more than
//! [`TOLERANCE`] above it. `cargo bench --bench instructions -- --bless` writes the baseline anew.
//! Without valgrind nothing is counted, and it says so.

use feagi_observability::{
    Counter, Histogram, LogOutput, LoggingConfig, Metrics, ObservabilityConfig, ProfilingConfig,
    TelemetryConfig, burst_info, init_observability, instrument, observe,
};
use std::collections::BTreeMap;
use std::future::Future;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::{Command, ExitCode};
use std::task::{Context, Waker};

/// A compiler of another version may arrange a few instructions differently.
const TOLERANCE: f64 = 0.03;
/// Few enough that no ring fills up, whenever the collector comes.
const CALLS: u64 = 400;

#[inline(never)]
fn bare(n: u64) -> u64 {
    black_box(n.wrapping_mul(31) ^ 7)
}

#[inline(never)]
#[observe(metric = "counted", fields(n))]
fn observed(n: u64) -> u64 {
    black_box(n.wrapping_mul(31) ^ 7)
}

#[inline(never)]
#[observe(metric = "counted_only", sample = 1/1000000)]
fn untimed(n: u64) -> u64 {
    black_box(n.wrapping_mul(31) ^ 7)
}

#[inline(never)]
#[observe(metric = "counted_result")]
fn fallible(n: u64) -> Result<u64, String> {
    Ok(black_box(n.wrapping_mul(31) ^ 7))
}

#[inline(never)]
fn answered(n: u64) -> u64 {
    fallible(n).unwrap_or(n)
}

#[observe(metric = "counted_future", fields(n))]
async fn future(n: u64) -> u64 {
    black_box(n.wrapping_mul(31) ^ 7)
}

#[inline(never)]
fn polled(n: u64) -> u64 {
    let mut future = pin!(future(n));
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        std::task::Poll::Ready(value) => value,
        std::task::Poll::Pending => 0,
    }
}

#[inline(never)]
fn event(n: u64) -> u64 {
    burst_info!(burst_id = n, neurons_fired = 98_u64, synapses_activated = 1960_u64);
    n
}

#[inline(never)]
fn foreign(n: u64) -> u64 {
    tracing::info!(n, fired = 98_u64, rate = 30.0, first = true, area = "power", "burst");
    n
}

#[inline(never)]
fn foreign_span(n: u64) -> u64 {
    let _entered = tracing::info_span!("step", n).entered();
    bare(n)
}

#[inline(never)]
#[instrument(metric = "counted_instrument")]
fn instrumented(n: u64) -> u64 {
    black_box(n.wrapping_mul(31) ^ 7)
}

#[derive(Metrics)]
struct Handles {
    counted_handle: Counter,
    #[metric(buckets = [100, 200, 400, 800])]
    counted_values: Histogram,
}

#[inline(never)]
fn count_one(n: u64) -> u64 {
    Handles::register().counted_handle.increment(1);
    n
}

#[inline(never)]
fn record_one(n: u64) -> u64 {
    Handles::register().counted_values.record(n as f64);
    n
}

/// A name, the signals that are on, the call.
type Case = (&'static str, Signals, fn(u64) -> u64);

/// What is counted.
const CASES: [Case; 17] = [
    ("bare function", Signals::None, bare),
    ("#[observe], off at run time", Signals::None, observed),
    ("#[observe(sample = 1/N)], counted only", Signals::All, untimed),
    ("#[observe], metrics", Signals::Metrics, observed),
    ("#[observe], metrics + line", Signals::Line, observed),
    ("#[observe], metrics + span + line", Signals::All, observed),
    ("#[observe] on Result, metrics + span + line", Signals::All, answered),
    ("#[observe] on async fn, metrics + span + line", Signals::All, polled),
    ("#[observe], metrics + span + line, a Chrome trace", Signals::Chrome, observed),
    ("#[observe] on async fn, the same, a poll recorded", Signals::Chrome, polled),
    ("burst_info!, three fields, metrics + span + line", Signals::All, event),
    ("tracing::info!, five fields", Signals::Line, foreign),
    ("tracing::info_span!, one field, entered and left", Signals::All, foreign_span),
    ("#[instrument], off at run time", Signals::None, instrumented),
    ("#[instrument], metrics + span + line", Signals::All, instrumented),
    ("Counter::increment", Signals::None, count_one),
    ("Histogram::record", Signals::None, record_one),
];

#[derive(Clone, Copy, PartialEq)]
enum Signals {
    None,
    Metrics,
    Line,
    All,
    /// All, and a trace file, which asks for polls.
    Chrome,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [case, calls] = arguments.as_slice()
        && let (Ok(case), Ok(calls)) = (case.parse::<usize>(), calls.parse())
    {
        run(case, calls);
        return ExitCode::SUCCESS;
    }
    if Command::new("valgrind").arg("--version").output().is_err() {
        println!("skipped: valgrind is not installed; 0 of {} cases counted", CASES.len());
        return ExitCode::SUCCESS;
    }
    let counts: Vec<(&str, u64)> =
        CASES.iter().enumerate().map(|(case, (name, ..))| (*name, count(case))).collect();
    if arguments.iter().any(|argument| argument == "--bless") {
        let lines: Vec<String> = counts.iter().map(|(name, count)| format!("{count}\t{name}\n")).collect();
        std::fs::write(baseline_path(), lines.concat()).expect("the baseline can be written");
    }
    compare(&counts)
}

fn compare(counts: &[(&str, u64)]) -> ExitCode {
    let baseline = baseline();
    let mut grown = false;
    println!("{:>8} {:>9}  instructions a call", "counted", "baseline");
    for (name, count) in counts {
        let before = baseline.get(*name).copied();
        let more = before.is_none_or(|before| *count as f64 > before as f64 * (1.0 + TOLERANCE) + 1.0);
        grown |= more;
        let before = before.map_or_else(|| "none".to_owned(), |before| before.to_string());
        println!("{count:>8} {before:>9}  {name}{}", if more { "  <- more than the baseline" } else { "" });
    }
    if grown { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// In the measured process: sets the signals up, warms up, calls.
fn run(case: usize, calls: u64) {
    let (_, signals, call) = CASES[case];
    let config = ObservabilityConfig {
        logging: LoggingConfig {
            level: if signals == Signals::Metrics { "off" } else { "info" }.to_owned(),
            // A record is a record wherever it goes; where it goes is the collector's thread's business.
            output: LogOutput::File("/dev/null".to_owned()),
            ..Default::default()
        },
        telemetry: TelemetryConfig {
            tracing_enabled: matches!(signals, Signals::All | Signals::Chrome),
            ..Default::default()
        },
        profiling: ProfilingConfig {
            chrome_tracing: signals == Signals::Chrome,
            output_dir: folder(),
            ..Default::default()
        },
    };
    let observability =
        (signals != Signals::None).then(|| init_observability(&config).expect("a valid configuration"));
    call(0);
    counted_calls(call, calls);
    drop(observability);
    if signals == Signals::Chrome {
        let _ = std::fs::remove_dir_all(folder());
    }
}

/// What callgrind counts; unmangled, so that it can be named.
#[inline(never)]
#[unsafe(no_mangle)]
fn counted_calls(call: fn(u64) -> u64, calls: u64) {
    for n in 0..calls {
        black_box(call(black_box(n)));
    }
}

/// Instructions a call: the difference of two runs, so that start and end cancel out.
fn count(case: usize) -> u64 {
    let few = total(case, CALLS);
    let many = total(case, 2 * CALLS);
    (many.saturating_sub(few) + CALLS / 2) / CALLS
}

/// All instructions that the main thread executes for the calls.
fn total(case: usize, calls: u64) -> u64 {
    let folder = folder();
    std::fs::create_dir_all(&folder).expect("a folder for callgrind");
    let out = folder.join("out");
    let program = std::env::current_exe().expect("this program's path");
    let status = Command::new("valgrind")
        .args(["--tool=callgrind", "--separate-threads=yes", "--toggle-collect=counted_calls"])
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg(program)
        .args([case.to_string(), calls.to_string()])
        .output()
        .expect("valgrind runs");
    assert!(status.status.success(), "{}", String::from_utf8_lossy(&status.stderr));
    let text = std::fs::read_to_string(folder.join("out-01")).expect("callgrind's file of the first thread");
    let _ = std::fs::remove_dir_all(folder);
    let totals = text.lines().find_map(|line| line.strip_prefix("totals: ")).expect("callgrind's totals");
    totals.trim().parse().expect("a number")
}

fn folder() -> PathBuf {
    std::env::temp_dir().join(format!("feagi-observability-instructions-{}", std::process::id()))
}

fn baseline_path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/instructions.baseline")
}

fn baseline() -> BTreeMap<String, u64> {
    let text = std::fs::read_to_string(baseline_path()).unwrap_or_default();
    let entry = |line: &str| {
        let (count, name) = line.split_once('\t')?;
        Some((name.to_owned(), count.parse().ok()?))
    };
    text.lines().filter_map(entry).collect()
}
