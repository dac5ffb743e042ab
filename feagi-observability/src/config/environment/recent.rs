//! How much of the recent past is kept: `FEAGI_LOG_RING_BUFFER_CAPACITY`, as 0.0.53 has it for its ring.

use super::Environment;
use crate::CAPACITY_ENV_VAR;
use crate::config::LoggingConfig;

pub(super) fn change(environment: &mut Environment<'_>, config: &mut LoggingConfig) {
    let Some(text) = environment.text(CAPACITY_ENV_VAR) else { return };
    match text.parse() {
        Ok(capacity) => config.recent = capacity,
        Err(_) => environment.warn(CAPACITY_ENV_VAR, "is not a whole number; it is not used"),
    }
}
