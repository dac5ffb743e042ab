//! What is logged, as `RUST_LOG` says, and how much of the recent past is kept: `FEAGI_LOG_RING_BUFFER_CAPACITY`, as 0.0.53 has it for its ring.

use super::Environment;
use crate::CAPACITY_ENV_VAR;
use crate::config::LoggingConfig;
use tracing_subscriber::filter::Targets;

pub(super) fn change(environment: &mut Environment<'_>, config: &mut LoggingConfig) {
    level(environment, config);
    recent(environment, config);
}

fn level(environment: &mut Environment<'_>, config: &mut LoggingConfig) {
    let Some(text) = environment.text("RUST_LOG") else { return };
    match text.parse::<Targets>() {
        Ok(_) => config.level = text,
        Err(_) => environment.warn(
            "RUST_LOG",
            "is neither a level such as `info` nor a list such as `info,feagi_api=debug`; it is not used",
        ),
    }
}

fn recent(environment: &mut Environment<'_>, config: &mut LoggingConfig) {
    let Some(text) = environment.text(CAPACITY_ENV_VAR) else { return };
    match text.parse() {
        Ok(capacity) => config.recent = capacity,
        Err(_) => environment.warn(CAPACITY_ENV_VAR, "is not a whole number; it is not used"),
    }
}
