//! A collector's address, checked.

use crate::error::ObservabilityError;
use std::net::IpAddr;
use ureq::http::Uri;

/// Where records are sent. Has no `Debug`: the address may hold a user's name and password, and keys in its query.
#[derive(Clone)]
pub(crate) struct Endpoint {
    uri: Uri,
    /// As it was written: `/` is a path, nothing is none.
    has_path: bool,
}

impl Endpoint {
    /// Reads the address that stands in the configuration as `field`.
    ///
    /// # Errors
    /// [`ObservabilityError::Config`] for anything but an http or https address.
    pub(crate) fn parse(field: &'static str, text: &str) -> Result<Self, ObservabilityError> {
        let failed = || {
            let example = "is not an http or https address; write one such as `http://127.0.0.1:4318`";
            ObservabilityError::Config(format!("`{field}`: {} {example}", shown(text)))
        };
        let uri: Uri = text.parse().map_err(|_| failed())?;
        let has_host = uri.host().is_some_and(|host| !host.is_empty());
        if !matches!(uri.scheme_str(), Some("http" | "https")) || !has_host {
            return Err(failed());
        }
        let rest = text.split_once("://").map_or("", |(_, rest)| rest);
        let has_path = rest.find(['/', '?', '#']).is_some_and(|end| rest[end..].starts_with('/'));
        Ok(Endpoint { uri, has_path })
    }

    /// The whole address; `path` is that of one without.
    pub(crate) fn url(&self, path: &str) -> String {
        let scheme = self.uri.scheme_str().unwrap_or("http");
        let authority = self.uri.authority().map_or("", |authority| authority.as_str());
        let query = self.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
        format!("{scheme}://{authority}{}{query}", self.path().unwrap_or(path))
    }

    pub(crate) fn path(&self) -> Option<&str> {
        self.has_path.then(|| self.uri.path())
    }

    /// The same collector at another path.
    pub(crate) fn with_path(&self, path: &str) -> Option<Endpoint> {
        let mut url = self.clone();
        url.has_path = false;
        Some(Endpoint { uri: url.url(path).parse().ok()?, has_path: true })
    }

    pub(crate) fn is_https(&self) -> bool {
        self.uri.scheme_str() == Some("https")
    }

    /// The host, an IPv6 address without its brackets.
    pub(crate) fn host(&self) -> &str {
        self.uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']')
    }

    pub(crate) fn port(&self) -> u16 {
        self.uri.port_u16().unwrap_or(if self.is_https() { 443 } else { 80 })
    }

    /// The address of `path` there, without user and query: what HTTP/2 says in its own words.
    pub(crate) fn origin(&self, path: &str) -> Uri {
        let authority = self.uri.authority().map_or("", |authority| authority.as_str());
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        let scheme = self.uri.scheme_str().unwrap_or("http");
        // The parts come from an address that was read.
        format!("{scheme}://{host}{path}").parse().unwrap_or_default()
    }

    /// `user:password`, as it stands before the host.
    pub(crate) fn user_info(&self) -> Option<&str> {
        Some(self.uri.authority()?.as_str().rsplit_once('@')?.0)
    }

    /// The other side is this machine: a proxy from the environment is not for it.
    pub(crate) fn is_loopback(&self) -> bool {
        let ip = self.host().parse::<IpAddr>();
        let name = self.host().to_ascii_lowercase();
        ip.is_ok_and(|ip| ip.is_loopback()) || name == "localhost" || name.ends_with(".localhost")
    }
}

/// An address that cannot be read cannot be stripped of its secrets either: shown only if it seems to have none.
fn shown(text: &str) -> String {
    if text.contains(['@', '?']) || text.len() > 100 {
        "the value".to_owned()
    } else {
        format!("`{}`", text.escape_debug())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Endpoint, ObservabilityError> {
        Endpoint::parse("telemetry.tracing_endpoint", text)
    }

    fn url(text: &str) -> String {
        parse(text).ok().unwrap().url("/v1/traces")
    }

    fn error(text: &str) -> String {
        parse(text).err().unwrap().to_string()
    }

    #[test]
    fn an_address_without_a_path_gets_the_default_and_any_other_stays() {
        assert_eq!(url("http://127.0.0.1:4318"), "http://127.0.0.1:4318/v1/traces");
        assert_eq!(url("https://collector/"), "https://collector/");
        assert_eq!(url("http://[::1]:4318?key=x"), "http://[::1]:4318/v1/traces?key=x");
        assert_eq!(url("http://h:9/api/otlp"), "http://h:9/api/otlp");
        assert_eq!(url("http://ada:secret@h:4318"), "http://ada:secret@h:4318/v1/traces");
    }

    #[test]
    fn another_path_keeps_everything_else() {
        let endpoint = parse("https://ada:secret@h:4318/v1/traces?key=x").ok().unwrap();
        let other = endpoint.with_path("/v1/logs").unwrap();
        assert_eq!(other.url("/"), "https://ada:secret@h:4318/v1/logs?key=x");
        assert_eq!(other.path(), Some("/v1/logs"));
    }

    #[test]
    fn host_and_port_are_those_to_connect_to() {
        let parts = |text| {
            let endpoint = parse(text).ok().unwrap();
            (endpoint.host().to_owned(), endpoint.port(), endpoint.is_https())
        };
        assert_eq!(parts("http://[::1]:4317"), ("::1".to_owned(), 4317, false));
        assert_eq!(parts("https://a@h"), ("h".to_owned(), 443, true));
        assert_eq!(parts("http://h"), ("h".to_owned(), 80, false));
        let endpoint = parse("https://ada:secret@[::1]:4317/x?y").ok().unwrap();
        assert_eq!(
            (endpoint.user_info(), endpoint.origin("/a.B/C").to_string()),
            (Some("ada:secret"), "https://[::1]:4317/a.B/C".to_owned())
        );
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
    fn secrets_are_not_shown_even_if_the_address_cannot_be_read() {
        for text in ["user:hush@h:4318", "http://user:hush@h h", "ftp://h/?key=hush"] {
            assert!(!error(text).contains("hush"));
        }
    }

    #[test]
    fn only_this_machine_is_loopback() {
        let loopback = |text| parse(text).ok().unwrap().is_loopback();
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
