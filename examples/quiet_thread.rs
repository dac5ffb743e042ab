//! How long a record takes to its file when its thread falls silent: one call, then nothing, a hundred times.
//!
//! `cargo run --release --example quiet_thread` prints the shortest, the median and the longest time.

use feagi_observability::{
    LogFormat, LogOutput, LoggingConfig, ObservabilityConfig, init_observability, observe,
};
use std::error::Error;
use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

const CALLS: usize = 100;
/// Longer than any record should take, and no multiple of the collector's rhythm.
const LONGEST: Duration = Duration::from_secs(5);

#[observe]
fn once(n: usize) -> usize {
    n
}

fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::temp_dir().join(format!("feagi-observability-quiet-{}.jsonl", std::process::id()));
    let observability = init_observability(&ObservabilityConfig {
        logging: LoggingConfig {
            format: LogFormat::Json,
            output: LogOutput::File(file.to_string_lossy().into_owned()),
            rate_limit: 0,
            ..Default::default()
        },
        ..Default::default()
    })?;
    let mut times = Vec::with_capacity(CALLS);
    for n in 0..CALLS {
        // Meets the collector at another moment of its sleep each time.
        sleep(Duration::from_millis(7 * (n as u64 % 10)));
        let before = fs::metadata(&file)?.len();
        let start = Instant::now();
        once(n);
        times.push(wait_for_growth(&file, before, start)?);
    }
    drop(observability);
    fs::remove_file(&file)?;
    times.sort();
    let (shortest, median, longest) = (times[0], times[CALLS / 2], times[CALLS - 1]);
    println!(
        "from the call to the file: {shortest:.1?} at best, {median:.1?} in the median, {longest:.1?} at worst"
    );
    Ok(())
}

fn wait_for_growth(file: &Path, before: u64, start: Instant) -> Result<Duration, Box<dyn Error>> {
    while fs::metadata(file)?.len() <= before {
        if start.elapsed() > LONGEST {
            return Err(format!("no line in {LONGEST:?}").into());
        }
        sleep(Duration::from_micros(200));
    }
    Ok(start.elapsed())
}
