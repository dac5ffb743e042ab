//! A small observed program that sends its spans as the environment says, and does what it is told line by line.
//!
//! usage: exporting
//!
//! `calls N`, `lines N`, `exhaust` and `release` (of file descriptors) are answered with `done`, `stats` with the counts, and
//! `shutdown MILLISECONDS` with the counts after it. With `EXPORTING_LOG` lines at every level go to that file.

use feagi_observability::{
    LogFormat, LogOutput, ObservabilityConfig, ObservabilityManager, init_observability, observe,
};
use std::error::Error;
use std::fs::File;
use std::hint::black_box;
use std::io::{BufRead, Write};
use std::time::Duration;

#[observe(metric = false, log(on = "never"), fields(n))]
fn call(n: u64) {
    black_box(n);
}

fn config() -> ObservabilityConfig {
    let mut config = ObservabilityConfig::from_env();
    config.logging.level = "off".to_owned();
    if let Ok(file) = std::env::var("EXPORTING_LOG") {
        config.logging.level = "trace".to_owned();
        config.logging.format = LogFormat::Json;
        config.logging.output = LogOutput::File(file);
        config.logging.rate_limit = 0;
    }
    config
}

/// Opens files until the system refuses.
fn exhaust() -> Vec<File> {
    std::iter::from_fn(|| File::open("/dev/null").ok()).collect()
}

fn obey(
    observability: &ObservabilityManager,
    open: &mut Vec<File>,
    command: &str,
) -> Result<String, Box<dyn Error>> {
    let (word, number) = command.split_once(' ').unwrap_or((command, "0"));
    let number: u64 = number.parse()?;
    match word {
        "calls" => (0..number).for_each(call),
        "lines" => (0..number).for_each(|n| tracing::trace!(n, "one line")),
        "exhaust" => *open = exhaust(),
        "release" => open.clear(),
        "stats" => return Ok(serde_json::to_string(&observability.stats())?),
        "shutdown" => {
            observability.shutdown(Duration::from_millis(number));
            return Ok(serde_json::to_string(&observability.stats())?);
        }
        _ => return Err(format!("`{word}` is no command").into()),
    }
    Ok("done".to_owned())
}

fn main() -> Result<(), Box<dyn Error>> {
    let observability = init_observability(&config())?;
    let mut open = Vec::new();
    let mut out = std::io::stdout().lock();
    writeln!(out, "ready")?;
    for command in std::io::stdin().lock().lines() {
        let answer = obey(&observability, &mut open, &command?)?;
        writeln!(out, "{answer}")?;
    }
    Ok(())
}
