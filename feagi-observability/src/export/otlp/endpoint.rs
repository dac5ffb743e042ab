//! The collector's address, checked.

use crate::error::ObservabilityError;
use std::net::IpAddr;
use ureq::http::Uri;

/// The path of the OTLP specification for spans over HTTP.
const DEFAULT_PATH: &str = "/v1/traces";
const GRPC_PORT: u16 = 4317;

/// Where spans are sent. Has no `Debug`: the address may hold a user's name and password, and keys in its query.
pub(super) struct Endpoint {
    /// The whole address, path included.
    pub(super) url: String,
    /// The other side is this machine: a proxy from the environment is not for it.
    pub(super) loopback: bool,
}

impl Endpoint {
    /// Reads `telemetry.tracing_endpoint`; an address without a path gets `/v1/traces`.
    ///
    /// # Errors
    /// [`ObservabilityError::Config`] for anything but an http or https address, and for the port of gRPC.
    pub(super) fn parse(text: &str) -> Result<Self, ObservabilityError> {
        let uri: Uri = text.parse().map_err(|_| failed(&shown_raw(text), EXAMPLE))?;
        let Some(scheme) = uri.scheme_str().filter(|scheme| matches!(*scheme, "http" | "https")) else {
            return Err(failed(&shown_raw(text), EXAMPLE));
        };
        let host = uri.host().filter(|host| !host.is_empty());
        let (Some(host), Some(authority)) = (host, uri.authority()) else {
            return Err(failed(&shown_raw(text), EXAMPLE));
        };
        if uri.port_u16() == Some(GRPC_PORT) {
            let remedy = "is the port of gRPC, which is not available yet; use port 4318, OTLP over HTTP";
            return Err(failed(&format!("{scheme}://{host}:{GRPC_PORT}"), remedy));
        }
        let path = if matches!(uri.path(), "" | "/") { DEFAULT_PATH } else { uri.path() };
        let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
        Ok(Endpoint { url: format!("{scheme}://{authority}{path}{query}"), loopback: is_loopback(host) })
    }
}

const EXAMPLE: &str = "is not an http or https address; write one such as `http://127.0.0.1:4318`";

fn failed(shown: &str, why: &str) -> ObservabilityError {
    ObservabilityError::Config(format!("`telemetry.tracing_endpoint`: {shown} {why}"))
}

/// An address that cannot be read cannot be stripped of its secrets either: shown only if it seems to have none.
fn shown_raw(text: &str) -> String {
    if text.contains(['@', '?']) || text.len() > 100 {
        "the value".to_owned()
    } else {
        format!("`{}`", text.escape_debug())
    }
}

fn is_loopback(host: &str) -> bool {
    let ip = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    let name = host.to_ascii_lowercase();
    ip.is_ok_and(|ip| ip.is_loopback()) || name == "localhost" || name.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> String {
        Endpoint::parse(text).ok().unwrap().url
    }

    fn error(text: &str) -> String {
        Endpoint::parse(text).err().unwrap().to_string()
    }

    #[test]
    fn an_address_without_a_path_gets_the_default_and_any_other_stays() {
        assert_eq!(url("http://127.0.0.1:4318"), "http://127.0.0.1:4318/v1/traces");
        assert_eq!(url("https://collector/"), "https://collector/v1/traces");
        assert_eq!(url("http://[::1]:4318?key=x"), "http://[::1]:4318/v1/traces?key=x");
        assert_eq!(url("http://h:9/api/otlp"), "http://h:9/api/otlp");
        assert_eq!(url("http://ada:secret@h:4318"), "http://ada:secret@h:4318/v1/traces");
    }

    #[test]
    fn what_is_not_http_is_refused_with_field_value_and_remedy() {
        for text in
            ["", "localhost:4318", "ftp://h", "/v1/traces", "http://", "http://:4318", "unix:///x", "h h"]
        {
            let error = error(text);
            assert!(error.contains("telemetry.tracing_endpoint") && error.contains("4318"), "{error}");
            assert!(error.contains(&format!("`{text}`")), "{error}");
        }
    }

    #[test]
    fn the_port_of_grpc_is_refused_with_the_one_to_use() {
        let error = error("http://user:hush@collector:4317/v1/traces?key=hush");
        assert!(error.contains("gRPC") && error.contains("4318") && error.contains("collector"), "{error}");
        assert!(!error.contains("hush") && !error.contains("user"), "{error}");
    }

    #[test]
    fn secrets_are_not_shown_even_if_the_address_cannot_be_read() {
        for text in ["user:hush@h:4318", "http://user:hush@h h", "ftp://h/?key=hush"] {
            assert!(!error(text).contains("hush"));
        }
    }

    #[test]
    fn only_this_machine_is_loopback() {
        let loopback = |text| Endpoint::parse(text).ok().unwrap().loopback;
        for text in [
            "http://127.0.0.1:1",
            "http://127.9.9.9",
            "http://[::1]:1",
            "http://LOCALHOST",
            "http://a.localhost",
        ] {
            assert!(loopback(text), "{text}");
        }
        for text in ["http://10.0.0.1:1", "http://localhost.example.org", "http://127.0.0.1.example.org"] {
            assert!(!loopback(text), "{text}");
        }
    }
}
