//! A small observed program that takes up the context that it was started in.
//!
//! usage: child FOLDER
//!
//! Leaves `log.jsonl` and, written last, `refused.json`, which says what it did not believe.

use feagi_observability::propagation::extract_from_environment;
use feagi_observability::{
    LogFormat, LogOutput, LoggingConfig, ObservabilityConfig, TelemetryConfig, current_baggage,
    init_observability, observe,
};
use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::Duration;

#[observe(name = "child", fields(tenant = tenant()))]
fn work() {}

fn tenant() -> String {
    current_baggage().and_then(|baggage| baggage.get("tenant").map(str::to_owned)).unwrap_or_default()
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: child FOLDER")?;
    let folder = Path::new(&folder);
    let observability = init_observability(&ObservabilityConfig {
        logging: LoggingConfig {
            format: LogFormat::Json,
            output: LogOutput::File(folder.join("log.jsonl").to_string_lossy().into_owned()),
            ..Default::default()
        },
        telemetry: TelemetryConfig { tracing_enabled: true, ..Default::default() },
        ..Default::default()
    })?;
    {
        let _guard = extract_from_environment().attach();
        work();
    }
    observability.shutdown(Duration::from_secs(10));
    let refused = serde_json::to_string(&observability.stats().refused_headers)?;
    fs::write(folder.join("refused.json"), refused)?;
    Ok(())
}
