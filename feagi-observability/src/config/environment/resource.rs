//! Whose signals they are: `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`.

use super::Environment;
use super::pairs::pairs;
use crate::config::TelemetryConfig;

const SERVICE_NAME: &str = "service.name";

pub(super) fn change(environment: &mut Environment<'_>, config: &mut TelemetryConfig) {
    if let Some(text) = environment.text("OTEL_RESOURCE_ATTRIBUTES") {
        match pairs(&text).collect::<Result<Vec<_>, _>>() {
            Ok(pairs) => pairs.into_iter().for_each(|(key, value)| set(config, key, value)),
            // Specified so: all or nothing.
            Err(position) => environment.warn(
                "OTEL_RESOURCE_ATTRIBUTES",
                &format!("has no `key=value` in percent encoding at position {position}; none of it is used"),
            ),
        }
    }
    if let Some(name) = environment.text("OTEL_SERVICE_NAME") {
        set(config, SERVICE_NAME.to_owned(), name);
    }
}

/// The service's name has a field of its own, which is not to be hidden by an attribute of a file.
fn set(config: &mut TelemetryConfig, key: String, value: String) {
    if key == SERVICE_NAME {
        config.resource.remove(SERVICE_NAME);
        config.service_name = value;
    } else {
        config.resource.insert(key, value);
    }
}
