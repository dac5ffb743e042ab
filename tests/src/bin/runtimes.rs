//! A small program that observes a few calls from its start to its end within a runtime, or none, and sends their spans away.
//!
//! usage: runtimes OTLP-ENDPOINT RUNTIME, where RUNTIME is `none`, `current`, `multi` or `worker`; the protocol comes from the environment
//!
//! Prints the ids of four of its five spans, each behind its trace's.

use feagi_observability::{ObservabilityConfig, current_context, init_observability, observe};
use std::process::ExitCode;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(30);

#[observe(metric = false, log(on = "never"))]
fn call() {
    if let Some(context) = current_context() {
        println!("{} {}", context.trace_id(), context.span_id());
    }
}

#[observe(metric = false, log(on = "never"))]
async fn asynchronous() {
    tokio::task::yield_now().await;
    call();
}

fn config(endpoint: String) -> ObservabilityConfig {
    let mut config = ObservabilityConfig::from_env();
    config.telemetry.tracing_enabled = true;
    config.telemetry.tracing_endpoint = Some(endpoint);
    config.logging.level = "off".to_owned();
    config
}

/// Everything from init to shutdown.
async fn observed(endpoint: String) -> Result<(), String> {
    let observability = init_observability(&config(endpoint)).map_err(|error| error.to_string())?;
    (0..3).for_each(|_| call());
    asynchronous().await;
    let report = observability.shutdown(PATIENCE);
    if report.timed_out || !report.dropped.is_empty() || report.exported.get("otlp") != Some(&5) {
        return Err(format!("{report:?}"));
    }
    Ok(())
}

fn run(endpoint: String, runtime: &str) -> Result<(), String> {
    let failed = |error: std::io::Error| error.to_string();
    match runtime {
        "none" => {
            let mut program = std::pin::pin!(observed(endpoint));
            let mut context = std::task::Context::from_waker(std::task::Waker::noop());
            loop {
                if let std::task::Poll::Ready(done) = program.as_mut().poll(&mut context) {
                    return done;
                }
            }
        }
        "current" => {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
            runtime.block_on(observed(endpoint))
        }
        "multi" => tokio::runtime::Runtime::new().map_err(failed)?.block_on(observed(endpoint)),
        "worker" => {
            let runtime = tokio::runtime::Runtime::new().map_err(failed)?;
            let task = runtime.spawn(observed(endpoint));
            runtime.block_on(task).map_err(|error| error.to_string())?
        }
        other => Err(format!("`{other}` is no runtime")),
    }
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(endpoint), Some(runtime)) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: runtimes OTLP-ENDPOINT none|current|multi|worker");
        return ExitCode::from(2);
    };
    match run(endpoint, &runtime) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("runtimes: {error}");
            ExitCode::FAILURE
        }
    }
}
