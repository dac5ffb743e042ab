//! One POST over HTTP/1.1, and what came of it.

use super::endpoint::Endpoint;
use super::gzip::gzip;
use super::headers::Header;
use super::lookup::Lookup;
use super::reply::Reply;
use super::retry_after;
use super::tls::Tls;
use crate::collect::DropReason;
use crate::config::Compression;
use std::io::ErrorKind;
use std::time::Duration;
use ureq::http::header::{CONTENT_ENCODING, CONTENT_TYPE, DATE, RETRY_AFTER};
use ureq::unversioned::transport::DefaultConnector;
use ureq::{Agent, Body};

/// The most of a collector's answer that is read.
const LARGEST_REPLY: u64 = 64 << 10;
/// The longest that a name is looked up, and then a connection is made.
const CONNECT: Duration = Duration::from_secs(5);
/// Who we say we are.
pub(crate) const USER_AGENT: &str = concat!("feagi-observability/", env!("CARGO_PKG_VERSION"));

/// What is posted, and how the answer to it is read.
#[derive(Clone, Copy)]
pub(crate) struct Media {
    pub(crate) content_type: &'static str,
    /// How many records a successful answer says it has left out.
    pub(crate) rejected: fn(&[u8]) -> u64,
}

/// Keeps the connection between requests.
pub(crate) struct HttpClient {
    agent: Agent,
    url: String,
    headers: Vec<Header>,
    media: Media,
    compression: Compression,
}

impl HttpClient {
    /// A client for `endpoint`, of which a missing path is `path`.
    pub(crate) fn new(
        (endpoint, path): (&Endpoint, &str),
        headers: Vec<Header>,
        media: Media,
        (compression, tls): (Compression, &Tls),
    ) -> Self {
        let mut config = Agent::config_builder()
            .user_agent(USER_AGENT)
            // Nothing packed: a small reply must not unpack to a large one.
            .accept_encoding("identity")
            .http_status_as_error(false)
            // A redirect could send records and keys elsewhere.
            .max_redirects(0)
            .tls_config(tls.for_http())
            .max_idle_connections(1);
        if endpoint.is_loopback() {
            config = config.proxy(None);
        }
        let agent = Agent::with_parts(config.build(), DefaultConnector::default(), Lookup::default());
        HttpClient { agent, url: endpoint.url(path), headers, media, compression }
    }

    /// What is sent for this content.
    pub(crate) fn pack(&self, content: Vec<u8>) -> Vec<u8> {
        match self.compression {
            Compression::None => content,
            Compression::Gzip => gzip(&content),
        }
    }

    /// Sends a packed body and reads the answer, all within `time`.
    pub(crate) fn post(&self, body: &[u8], time: Duration) -> Reply {
        self.ask(body, time, |answer| Reply::Accepted { rejected: (self.media.rejected)(answer) })
    }

    /// The same where a successful answer may say more than how many records it has left out.
    pub(crate) fn ask(&self, body: &[u8], time: Duration, read: impl FnOnce(&[u8]) -> Reply) -> Reply {
        let mut request = self.agent.post(&self.url).header(CONTENT_TYPE, self.media.content_type);
        if self.compression == Compression::Gzip {
            request = request.header(CONTENT_ENCODING, "gzip");
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        // Shorter than the whole request, so that a connection that is never made is told from an answer that never comes: then nothing
        // can have arrived, and it may be tried again.
        let before = CONNECT.min(time * 2 / 5);
        let config = request.config().timeout_resolve(Some(before)).timeout_connect(Some(before));
        match config.timeout_global(Some(time)).build().send(body) {
            Ok(response) => reply(response, read),
            Err(error) => failed(&error),
        }
    }
}

fn reply(mut response: ureq::http::Response<Body>, read: impl FnOnce(&[u8]) -> Reply) -> Reply {
    if response.status().is_success() {
        // One that cannot be read says nothing: the status has said that all is well.
        let answer = response.body_mut().with_config().limit(LARGEST_REPLY).read_to_vec();
        return read(&answer.unwrap_or_default());
    }
    let text = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
    let after = text(RETRY_AFTER).and_then(|after| retry_after::wait(after, text(DATE)));
    Reply::from_status(response.status().as_u16(), after)
}

/// Of a request that got no answer. After a timeout the records may have arrived: sending them again would make two.
fn failed(error: &ureq::Error) -> Reply {
    use ureq::{Error, Timeout};
    let again = Reply::Again { reason: DropReason::Connect, after: None };
    match error {
        Error::Timeout(Timeout::Resolve | Timeout::Connect) => again,
        Error::Timeout(_) => Reply::Refused(DropReason::Timeout),
        // A certificate that is not trusted now will not be in a moment; a connection that breaks is another matter.
        Error::Io(error) if error.kind() == ErrorKind::InvalidData => Reply::Refused(DropReason::Connect),
        Error::Io(_) | Error::HostNotFound | Error::ConnectionFailed | Error::ConnectProxyFailed(_) => again,
        Error::Tls(_) | Error::Rustls(_) => Reply::Refused(DropReason::Connect),
        _ => Reply::Refused(DropReason::Rejected),
    }
}
