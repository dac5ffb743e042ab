//! A program that writes a trace file as fast as it can, until somebody kills it.
//!
//! usage: traced FOLDER
//!
//! Says `ready` when the file is there.

use feagi_observability::{
    LoggingConfig, ObservabilityConfig, ProfilingConfig, TelemetryConfig, burst_info, init_observability,
    observe,
};
use std::error::Error;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Waker};

#[observe(fields(n, text = "x".repeat((n % 200) as usize)))]
fn step(n: u64) {
    inner(n);
    burst_info!(burst_id = n, neurons_fired = n % 98, synapses_activated = 7);
    tracing::info!(n, "a step");
}

#[observe]
fn inner(_n: u64) {}

#[observe]
async fn waits(n: u64) {
    step(n);
}

fn steps() {
    for n in 0.. {
        step(n);
        let _ = pin!(waits(n)).poll(&mut Context::from_waker(Waker::noop()));
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: traced FOLDER")?;
    let _observability = init_observability(&ObservabilityConfig {
        logging: LoggingConfig {
            output: feagi_observability::LogOutput::File("/dev/null".to_owned()),
            ..Default::default()
        },
        telemetry: TelemetryConfig { tracing_enabled: true, ..Default::default() },
        profiling: ProfilingConfig { chrome_tracing: true, output_dir: folder.into(), ..Default::default() },
    })?;
    println!("ready");
    let worker = std::thread::spawn(steps);
    steps();
    worker.join().map_err(|_| "the worker has panicked")?;
    Ok(())
}
