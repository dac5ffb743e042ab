//! One HTTP/1.1 request head: read within bounds, taken apart strictly (RFC 9112).

use std::net::{IpAddr, Ipv6Addr};

/// The longest head, request line and fields together.
pub(super) const MAX_HEAD: usize = 8 * 1024;

/// What the routes decide by.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) method: Method,
    /// As sent, without query; routes are compared byte for byte, so nothing is decoded.
    pub(crate) path: String,
    /// All `Accept` fields as one.
    pub(crate) accept: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Head,
    /// Known to exist, not answered here.
    Other,
}

/// Why there is no request, as the status to answer with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Malformed,
    /// `Host` names another machine: a page elsewhere has pointed its own name at this address (DNS rebinding).
    ForeignHost,
    Version,
}

impl Refusal {
    pub(crate) fn status(self) -> u16 {
        match self {
            Refusal::Malformed => 400,
            Refusal::ForeignHost => 421,
            Refusal::Version => 505,
        }
    }
}

/// Where the head ends in what has been read so far, its blank line included.
pub(super) fn head_len(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|window| window == b"\r\n\r\n").map(|at| at + 4)
}

/// Takes a complete head apart.
pub(super) fn parse(head: &[u8]) -> Result<Request, Refusal> {
    // Field values may hold other bytes, but nobody who asks for metrics sends them.
    let text = std::str::from_utf8(head).map_err(|_| Refusal::Malformed)?;
    let text = text.strip_suffix("\r\n\r\n").ok_or(Refusal::Malformed)?;
    if text.bytes().any(|b| b == 0) {
        return Err(Refusal::Malformed);
    }
    let mut lines = text.split("\r\n");
    let (method, target) = request_line(lines.next().unwrap_or_default())?;
    let fields = Fields::read(lines)?;
    let (authority, path) = split_target(target)?;
    let host = authority.or(fields.host.as_deref()).unwrap_or_default();
    if !is_loopback_host(host) {
        return Err(Refusal::ForeignHost);
    }
    Ok(Request { method, path: path.to_owned(), accept: fields.accept })
}

fn request_line(line: &str) -> Result<(Method, &str), Refusal> {
    let mut parts = line.split(' ');
    let (Some(method), Some(target), Some(version), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(Refusal::Malformed);
    };
    if !is_token(method) || target.bytes().any(|b| !b.is_ascii_graphic()) {
        return Err(Refusal::Malformed);
    }
    match version {
        "HTTP/1.1" | "HTTP/1.0" => {}
        other if other.starts_with("HTTP/") => return Err(Refusal::Version),
        _ => return Err(Refusal::Malformed),
    }
    let method = match method {
        "GET" => Method::Get,
        "HEAD" => Method::Head,
        _ => Method::Other,
    };
    Ok((method, target))
}

/// The fields that matter.
#[derive(Default)]
struct Fields {
    host: Option<String>,
    accept: Option<String>,
}

impl Fields {
    fn read<'t>(lines: impl Iterator<Item = &'t str>) -> Result<Self, Refusal> {
        let mut fields = Fields::default();
        for line in lines {
            // A line that starts with a blank (folding) or has one before the colon is how requests are smuggled.
            let (name, value) = line.split_once(':').ok_or(Refusal::Malformed)?;
            let value = value.trim_matches([' ', '\t']);
            if !is_token(name) || value.bytes().any(|b| b.is_ascii_control() && b != b'\t') {
                return Err(Refusal::Malformed);
            }
            if name.eq_ignore_ascii_case("host") {
                if fields.host.replace(value.to_owned()).is_some() {
                    return Err(Refusal::Malformed);
                }
            } else if name.eq_ignore_ascii_case("accept") {
                let so_far = fields.accept.get_or_insert_default();
                if !so_far.is_empty() {
                    so_far.push(',');
                }
                so_far.push_str(value);
            }
        }
        Ok(fields)
    }
}

/// `/path?query`, or the absolute form that RFC 9112 section 3.2.2 obliges to take; its authority outranks `Host`.
fn split_target(target: &str) -> Result<(Option<&str>, &str), Refusal> {
    let (authority, path) = match target.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => {
            let end = rest.find(['/', '?']).unwrap_or(rest.len());
            let (authority, path) = rest.split_at(end);
            (Some(authority), if path.starts_with('/') { path } else { "/" })
        }
        _ => (None, target),
    };
    let path = path.split_once('?').map_or(path, |(path, _)| path);
    // `*` is what OPTIONS may ask for; no route is called so.
    if path.starts_with('/') || path == "*" { Ok((authority, path)) } else { Err(Refusal::Malformed) }
}

/// Nothing, `localhost`, or a loopback address; each with or without a port.
fn is_loopback_host(host: &str) -> bool {
    let (name, port) = match host.rsplit_once(':') {
        // The last colon of a bare `[::1]` is not a port's.
        Some((name, port)) if !port.ends_with(']') => (name, port),
        _ => (host, ""),
    };
    if !port.bytes().all(|b| b.is_ascii_digit()) {
        return false;
    }
    if let Some(address) = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
        return address.parse::<Ipv6Addr>().is_ok_and(|address| address.is_loopback());
    }
    let name = name.strip_suffix('.').unwrap_or(name);
    host.is_empty()
        || name.eq_ignore_ascii_case("localhost")
        || name.parse::<IpAddr>().is_ok_and(|address| address.is_ipv4() && address.is_loopback())
}

/// RFC 9110, section 5.6.2.
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(head: &str) -> Result<Request, Refusal> {
        parse(head.as_bytes())
    }

    fn path(head: &str) -> String {
        request(head).unwrap().path
    }

    #[test]
    fn a_scrape_is_understood() {
        let head =
            "GET /metrics?x=1 HTTP/1.1\r\nhost: 127.0.0.1:9464\r\nAccept: a\r\nX-Y:\r\naccept:\tb \r\n\r\n";
        let expected =
            Request { method: Method::Get, path: "/metrics".to_owned(), accept: Some("a,b".to_owned()) };
        assert_eq!(request(head), Ok(expected));
        assert_eq!(request("HEAD / HTTP/1.0\r\n\r\n").unwrap().method, Method::Head);
        assert_eq!(request("get / HTTP/1.1\r\n\r\n").unwrap().method, Method::Other);
        assert_eq!(path("GET http://localhost:1/a?b HTTP/1.1\r\nHost: evil\r\n\r\n"), "/a");
        assert_eq!(path("GET http://localhost HTTP/1.1\r\n\r\n"), "/");
        assert_eq!(path("OPTIONS * HTTP/1.1\r\n\r\n"), "*");
    }

    #[test]
    fn nothing_is_decoded_or_normalised() {
        assert_eq!(path("GET /a/../metrics HTTP/1.1\r\n\r\n"), "/a/../metrics");
        assert_eq!(path("GET /%6detrics HTTP/1.1\r\n\r\n"), "/%6detrics");
        assert_eq!(path("GET //metrics HTTP/1.1\r\n\r\n"), "//metrics");
    }

    #[test]
    fn heads_that_are_no_heads_are_malformed() {
        for head in [
            "\r\n\r\n",
            "GET\r\n\r\n",
            "GET /\r\n\r\n",
            "GET  / HTTP/1.1\r\n\r\n",
            "GET / HTTP/1.1 x\r\n\r\n",
            "GET metrics HTTP/1.1\r\n\r\n",
            "GET /\u{e9} HTTP/1.1\r\n\r\n",
            "G@T / HTTP/1.1\r\n\r\n",
            "GET / FTP/1.1\r\n\r\n",
            "GET / HTTP/1.1\r\nno colon\r\n\r\n",
            "GET / HTTP/1.1\r\nHost : localhost\r\n\r\n",
            "GET / HTTP/1.1\r\nA: b\r\n folded\r\n\r\n",
            "GET / HTTP/1.1\r\n: x\r\n\r\n",
            "GET / HTTP/1.1\r\nA: b\nHost: localhost\r\n\r\n",
            "GET / HTTP/1.1\r\nA: \0\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
            "GET / HTTP/1.1\r\n",
        ] {
            assert_eq!(request(head), Err(Refusal::Malformed), "{head:?}");
        }
        assert_eq!(parse(b"GET / HTTP/1.1\r\nA: \xff\r\n\r\n"), Err(Refusal::Malformed));
        assert_eq!(request("GET / HTTP/2.0\r\n\r\n"), Err(Refusal::Version));
    }

    #[test]
    fn only_names_of_this_machine_are_answered() {
        for host in ["", "localhost", "LocalHost.:80", "127.0.0.1", "127.9.9.9:1", "[::1]", "[::1]:80"] {
            let head = format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n");
            assert!(request(&head).is_ok(), "{host}");
        }
        for host in [
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "10.0.0.1:80",
            "[::2]",
            "::1",
            "localhost:x",
            "localhost:80:80",
            "user@localhost",
            "[::1",
            ":80",
            ".",
            "0x7f.1",
        ] {
            let head = format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n");
            assert_eq!(request(&head), Err(Refusal::ForeignHost), "{host}");
        }
        let absolute = "GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n";
        assert_eq!(request(absolute), Err(Refusal::ForeignHost));
    }

    #[test]
    fn the_end_of_the_head_is_found_only_when_it_is_there() {
        assert_eq!(head_len(b"GET / HTTP/1.1\r\n\r\nrest"), Some(18));
        assert_eq!(head_len(b"GET / HTTP/1.1\r\n\r"), None);
        assert_eq!(head_len(b""), None);
    }
}
