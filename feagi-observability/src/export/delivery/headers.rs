//! The user's headers, checked, with values that are never shown.

use crate::error::ObservabilityError;
use std::collections::BTreeMap;
use ureq::http::{HeaderName, HeaderValue};

/// Its value is marked as sensitive: neither `Debug` nor a log shows it.
pub(crate) type Header = (HeaderName, HeaderValue);

/// The request's own framing is not for the user to set.
const RESERVED: [&str; 8] = [
    "accept-encoding",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "host",
    "te",
    "transfer-encoding",
];

/// Checks the headers that stand in the configuration as `field`.
///
/// # Errors
/// [`ObservabilityError::Config`] names the header, and never its value.
pub(crate) fn headers(
    field: &str,
    config: &BTreeMap<String, String>,
) -> Result<Vec<Header>, ObservabilityError> {
    let failed = |name: &str, why: &str| {
        ObservabilityError::Config(format!("`{field}`: `{}` {why}", name.escape_debug()))
    };
    let header = |(name, value): (&String, &String)| {
        let header = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| failed(name, "is not a header name; use letters, digits and `-`"))?;
        if RESERVED.contains(&header.as_str()) || header.as_str().starts_with("grpc-") {
            return Err(failed(name, "is set by the exporter; remove it"));
        }
        let mut value = HeaderValue::from_str(value)
            .map_err(|_| failed(name, "has a value with characters that no header may hold; remove them"))?;
        value.set_sensitive(true);
        Ok((header, value))
    };
    config.iter().map(header).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(name: &str, value: &str) -> Result<Vec<Header>, ObservabilityError> {
        headers("telemetry.headers", &BTreeMap::from([(name.to_owned(), value.to_owned())]))
    }

    #[test]
    fn headers_are_checked_by_name_and_their_values_are_never_shown() {
        let good = checked("Authorization", "Bearer x").unwrap();
        assert!(!format!("{good:?}").contains("Bearer"));
        for (name, value) in [("bad name", "hush"), ("x-key", "hush\r\nx: y"), ("Content-Type", "hush")] {
            let error = checked(name, value).unwrap_err();
            let named = error.to_string().contains("telemetry.headers") && error.to_string().contains(name);
            assert!(named && !format!("{error}{error:?}").contains("hush"), "{error:?}");
        }
        assert!(checked("grpc-timeout", "1S").is_err());
    }
}
