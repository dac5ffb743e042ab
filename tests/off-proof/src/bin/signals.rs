//! What is left of each signal at run time: `calls` for callgrind, `tell` for what comes out, `allocate` for what is counted of
//! allocations, `ask` for what is refused.

use feagi_observability::{
    Counter, FeagiAlloc, LogFormat, LoggingConfig, Metrics, ObservabilityConfig, ObservabilityError,
    ObservabilityManager, ProfilingConfig, TelemetryConfig, burst_info, init_observability, observe,
};
use off_proof::arguments::{EVALUATED, observed_argument, observed_arguments, observed_named};
use std::hint::black_box;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

#[global_allocator]
static ALLOCATOR: FeagiAlloc = FeagiAlloc::new();

#[derive(Metrics)]
struct Handles {
    /// What the program has done.
    handled: Counter,
}

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
#[observe(metric = "profiled", profile, fields(n))]
fn profiled(n: u64) -> u64 {
    black_box(n.wrapping_mul(31) ^ 7)
}

#[inline(never)]
#[observe(metric = "allocating", profile(alloc))]
fn allocating(n: u64) -> u64 {
    drop(black_box(Vec::<u8>::with_capacity(4096)));
    n
}

#[inline(never)]
fn event(n: u64) -> u64 {
    burst_info!(burst_id = n, neurons_fired = 98_u64, synapses_activated = 1960_u64);
    black_box(n.wrapping_mul(31) ^ 7)
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["calls", case, calls] => count(case, calls.parse().expect("a number")),
        ["tell"] => tell(),
        ["allocate"] => allocate(),
        ["ask", field, folder] => ask(field, folder),
        _ => return ExitCode::FAILURE,
    }
    ExitCode::SUCCESS
}

/// All signals at run time; spans where the program has any.
fn config(tracing_enabled: bool) -> ObservabilityConfig {
    ObservabilityConfig {
        logging: LoggingConfig { format: LogFormat::Json, ..Default::default() },
        telemetry: TelemetryConfig { tracing_enabled, ..Default::default() },
        ..Default::default()
    }
}

/// With spans, where they are wanted and the program has any.
fn init(wants_spans: bool) -> ObservabilityManager {
    let started = init_observability(&config(wants_spans));
    match started {
        Err(ObservabilityError::CompiledOut { .. }) => init_observability(&config(false)),
        started => started,
    }
    .expect("a valid configuration")
}

fn count(case: &str, calls: u64) {
    let call = match case {
        "bare" => bare,
        "call" | "call without spans" => observed,
        "profiled call" => profiled,
        _ => event,
    };
    let wants_spans = case != "call without spans";
    let observability = init(wants_spans);
    call(0);
    counted_calls(call, calls);
    drop(observability);
}

/// What callgrind counts; unmangled, so that it can be named.
#[inline(never)]
#[unsafe(no_mangle)]
fn counted_calls(call: fn(u64) -> u64, calls: u64) {
    for n in 0..calls {
        black_box(call(black_box(n)));
    }
}

/// Lines of the log on standard output, then the metrics page, then what was counted.
fn tell() {
    let observability = init(true);
    observed_named(1);
    event(2);
    tracing::info!("foreign");
    Handles::register().handled.increment(1);
    observed_argument(3);
    println!("evaluated of fields {}", EVALUATED.swap(0, Relaxed));
    observed_arguments(4);
    println!("evaluated of all {}", EVALUATED.load(Relaxed));
    observability.shutdown(Duration::from_secs(5));
    println!("spans {}", observability.stats().spans.emitted);
    println!("lines {}", observability.stats().lines.emitted);
    print!("{}", observability.telemetry().export_metrics());
}

/// The metrics page, after a call that allocates.
fn allocate() {
    let observability = init(false);
    allocating(1);
    observability.shutdown(Duration::from_secs(5));
    print!("{}", observability.telemetry().export_metrics());
}

/// What becomes of a wish for one thing.
fn ask(field: &str, folder: &str) {
    let output_dir = PathBuf::from(folder);
    let mut config = ObservabilityConfig {
        profiling: ProfilingConfig { output_dir, ..Default::default() },
        ..Default::default()
    };
    match field {
        "telemetry.tracing_enabled" => config.telemetry.tracing_enabled = true,
        "profiling.chrome_tracing" => config.profiling.chrome_tracing = true,
        "profiling.cpu_profiling" => config.profiling.cpu_profiling = true,
        "profiling.perf_profiling" => {
            config.profiling.perf_profiling = true;
            // It says so where perf records nothing, which is not what is asked here.
            "off".clone_into(&mut config.logging.level);
        }
        "profiling.memory_profiling" => config.profiling.memory_profiling = true,
        _ => {}
    }
    match init_observability(&config) {
        Ok(observability) => {
            let profile = observability.start_profiling().and_then(|()| observability.stop_profiling());
            println!("started {}", profile.is_ok());
        }
        Err(error) => println!("{error:?}\n{error}"),
    }
}
