//! What is recorded of a request, by the semantic conventions of OpenTelemetry for HTTP (stable since 1.23).

use super::sites::{KnownMethod, OTHER};
use crate::instrument::{Encoder, Judgement};
use http::uri::Authority;
use http::{HeaderMap, Request, Response, Uri, header};
use std::fmt;

const METHOD: u8 = 0;
const ORIGINAL_METHOD: u8 = 1;
const ROUTE: u8 = 2;
const PATH: u8 = 3;
const SCHEME: u8 = 4;
const URL: u8 = 5;
const ADDRESS: u8 = 6;
const PORT: u8 = 7;
const STATUS: u8 = 8;
const ERROR: u8 = 9;

/// In the order of the numbers above.
pub(super) const KEYS: [&str; 10] = [
    "http.request.method",
    "http.request.method_original",
    "http.route",
    "url.path",
    "url.scheme",
    "url.full",
    "server.address",
    "server.port",
    "http.response.status_code",
    "error.type",
];

/// How many fields a request has.
pub(super) const FIELDS: usize = KEYS.len();

/// Of a request that is to be answered.
pub(super) fn write_served<B>(
    request: &Request<B>,
    method: KnownMethod,
    route: Option<&str>,
    encoder: &mut Encoder<'_>,
) {
    write_method(request, method, encoder);
    if let Some(route) = route {
        encoder.text(ROUTE, route);
    }
    if let Some(scheme) = request.uri().scheme_str() {
        encoder.text(SCHEME, scheme);
    }
    if let Some(authority) = asked_for(request.uri(), request.headers()) {
        write_authority(&authority, encoder);
    }
    // Last: what is longest is what is cut.
    encoder.text(PATH, request.uri().path());
}

/// Of a request that is made.
pub(super) fn write_asked<B>(request: &Request<B>, method: KnownMethod, encoder: &mut Encoder<'_>) {
    write_method(request, method, encoder);
    if let Some(authority) = asked_for(request.uri(), request.headers()) {
        write_authority(&authority, encoder);
    }
    if request.uri().host().is_some() {
        encoder.display(URL, &WithoutSecrets(request.uri()));
    }
}

fn write_method<B>(request: &Request<B>, method: KnownMethod, encoder: &mut Encoder<'_>) {
    encoder.text(METHOD, method);
    if method == OTHER {
        encoder.text(ORIGINAL_METHOD, request.method().as_str());
    }
}

fn write_authority(authority: &Authority, encoder: &mut Encoder<'_>) {
    encoder.text(ADDRESS, authority.host());
    if let Some(port) = authority.port_u16() {
        encoder.field(PORT, &port);
    }
}

/// Whom the request is for: by its target, else by its header (RFC 9110, 7.2).
fn asked_for(uri: &Uri, headers: &HeaderMap) -> Option<Authority> {
    uri.authority().cloned().or_else(|| Authority::try_from(headers.get(header::HOST)?.as_bytes()).ok())
}

/// User information and query may be secrets.
struct WithoutSecrets<'a>(&'a Uri);

impl fmt::Display for WithoutSecrets<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(authority) = self.0.authority() else { return Ok(()) };
        let text = authority.as_str();
        let host_and_port = text.rsplit_once('@').map_or(text, |(_, behind)| behind);
        write!(f, "{}://{host_and_port}{}", self.0.scheme_str().unwrap_or("http"), self.0.path())
    }
}

/// Says how the call ended: it failed if there is no response, or one with such a status or a higher one.
pub(super) fn judge<B, E>(result: &Result<Response<B>, E>, first_error: u16, judgement: &mut Judgement<'_>) {
    match result {
        Ok(response) => {
            let status = response.status();
            judgement.field(STATUS, &status.as_u16());
            if status.as_u16() >= first_error {
                judgement.error();
                judgement.field(ERROR, status.as_str());
            }
        }
        Err(_) => {
            judgement.error();
            judgement.field(ERROR, std::any::type_name::<E>());
        }
    }
}
