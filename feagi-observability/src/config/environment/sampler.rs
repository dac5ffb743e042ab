//! Which traces are kept: `OTEL_TRACES_SAMPLER`, `OTEL_TRACES_SAMPLER_ARG`.

use super::Environment;
use crate::config::TelemetryConfig;

const SAMPLER: &str = "OTEL_TRACES_SAMPLER";
const ARGUMENT: &str = "OTEL_TRACES_SAMPLER_ARG";

/// Samplers that ask the parent and those that do not are the same here: a call within a trace is kept as its trace is.
pub(super) fn change(environment: &mut Environment<'_>, config: &mut TelemetryConfig) {
    let Some(sampler) = environment.text(SAMPLER) else { return };
    match sampler.strip_prefix("parentbased_").unwrap_or(&sampler) {
        "always_on" => config.sample_ratio = 1.0,
        "always_off" => config.sample_ratio = 0.0,
        "traceidratio" => config.sample_ratio = ratio(environment),
        _ => {
            environment.warn(SAMPLER, "is none of `always_on`, `always_off`, `traceidratio`; it is not used")
        }
    }
}

/// Specified so: 1 where there is no argument, or none that can be used.
fn ratio(environment: &mut Environment<'_>) -> f64 {
    let Some(text) = environment.text(ARGUMENT) else { return 1.0 };
    let ratio = text.parse().ok().filter(|ratio| (0.0..=1.0).contains(ratio));
    if ratio.is_none() {
        environment.warn(ARGUMENT, "is not a fraction from 0 to 1; 1 is used");
    }
    ratio.unwrap_or(1.0)
}
