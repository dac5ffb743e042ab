//! What the environment says, over what a file has said: the `OTEL_*` variables of the OpenTelemetry specification, and what 0.0.53 knows.
//!
//! A variable that is empty is not set. One that cannot be used changes nothing and is a warning, which is heard when observability starts;
//! what a variable holds is never part of it, for it may be a secret.

mod exporters;
mod ignored;
mod logging;
mod otlp;
mod pairs;
mod resource;
mod sampler;
mod sizes;

#[cfg(test)]
mod tests;

use super::ObservabilityConfig;
use std::ffi::OsString;
use std::sync::{Mutex, PoisonError};

/// Longer values are none that anybody has written.
const LONGEST: usize = 64 << 10;
/// The most warnings that are kept until somebody hears them.
const MOST_WARNINGS: usize = 64;

static WARNINGS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Changes `config` by the environment of the process.
pub(super) fn apply(config: &mut ObservabilityConfig) {
    let mut environment = Environment::new(&|name| std::env::var_os(name));
    environment.change(config);
    let mut warnings = WARNINGS.lock().unwrap_or_else(PoisonError::into_inner);
    for warning in environment.warnings {
        if warnings.len() < MOST_WARNINGS && !warnings.contains(&warning) {
            warnings.push(warning);
        }
    }
}

/// The warnings that nobody has heard yet.
pub(crate) fn take_warnings() -> Vec<String> {
    std::mem::take(&mut WARNINGS.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Variables, and what was wrong with them.
struct Environment<'a> {
    get: &'a dyn Fn(&str) -> Option<OsString>,
    warnings: Vec<String>,
}

impl<'a> Environment<'a> {
    fn new(get: &'a dyn Fn(&str) -> Option<OsString>) -> Self {
        Environment { get, warnings: Vec::new() }
    }

    fn change(&mut self, config: &mut ObservabilityConfig) {
        resource::change(self, &mut config.telemetry);
        otlp::change(self, &mut config.telemetry);
        exporters::change(self, &mut config.telemetry);
        sizes::change(self, &mut config.telemetry.export);
        sampler::change(self, &mut config.telemetry);
        ignored::warn(self);
        logging::change(self, &mut config.logging);
        // Last, for it is stronger than all others.
        if self.is_true("OTEL_SDK_DISABLED") {
            exporters::turn_off(&mut config.telemetry);
        }
    }

    /// The value of a variable that is set, not empty and readable, without the space around it.
    fn text(&mut self, name: &str) -> Option<String> {
        let value = (self.get)(name)?;
        if value.len() > LONGEST {
            self.warn(name, "is longer than 64 KiB; it is not used");
            return None;
        }
        match value.into_string() {
            Ok(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            Err(_) => {
                self.warn(name, "is not UTF-8; it is not used");
                None
            }
        }
    }

    /// Specified so: nothing but `true` is true.
    fn is_true(&mut self, name: &str) -> bool {
        let Some(text) = self.text(name) else { return false };
        let (is_true, is_false) = (text.eq_ignore_ascii_case("true"), text.eq_ignore_ascii_case("false"));
        if !is_true && !is_false {
            self.warn(name, "is neither `true` nor `false`; it is taken for `false`");
        }
        is_true
    }

    /// A whole number from 1.
    fn number(&mut self, name: &str) -> Option<u64> {
        let number = self.text(name)?.parse().ok().filter(|number| *number > 0);
        if number.is_none() {
            self.warn(name, "is not a whole number from 1; it is not used");
        }
        number
    }

    fn warn(&mut self, name: &str, what: &str) {
        self.warnings.push(format!("`{name}` {what}"));
    }
}
