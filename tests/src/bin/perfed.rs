//! A program that is recorded with perf, and does what it is told.
//!
//! usage: perfed FOLDER
//!
//! Each line of its input is a command, and answered by a line with the status of perf: `status`; `burn` spends processor time in
//! `simulate_spiking_neurons`; `stop` and `start` are those of profiling. At the end of the input it shuts down, in a second at most.
//! The log is `log.jsonl` in the folder.

use feagi_observability::{
    LogFormat, LogOutput, LoggingConfig, ObservabilityConfig, ProfilingConfig, init_observability, observe,
};
use std::error::Error;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

#[inline(never)]
#[observe(profile)]
fn simulate_spiking_neurons() {
    let end = Instant::now() + Duration::from_millis(300);
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    while Instant::now() < end {
        for _ in 0..100_000 {
            state = black_box(state.wrapping_mul(6_364_136_223_846_793_005).rotate_left(17));
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: perfed FOLDER")?;
    let folder = Path::new(&folder);
    let observability = init_observability(&ObservabilityConfig {
        logging: LoggingConfig {
            format: LogFormat::Json,
            output: LogOutput::File(folder.join("log.jsonl").to_string_lossy().into_owned()),
            ..Default::default()
        },
        profiling: ProfilingConfig {
            perf_profiling: true,
            output_dir: folder.join("profiles"),
            ..Default::default()
        },
        ..Default::default()
    })?;
    for command in std::io::stdin().lines() {
        match command?.as_str() {
            "burn" => simulate_spiking_neurons(),
            "start" => observability.start_profiling()?,
            "stop" => drop(observability.stop_profiling()?),
            _ => {}
        }
        println!("{:?}", observability.perf_status());
    }
    observability.shutdown(Duration::from_secs(1));
    println!("{:?}", observability.perf_status());
    Ok(())
}
