//! One POST to the collector, and what came of it.

use super::endpoint::Endpoint;
use super::reply::Reply;
use std::time::Duration;
use ureq::Agent;
use ureq::http::{HeaderName, HeaderValue, header};

/// The most of a collector's answer that is read.
const LARGEST_REPLY: u64 = 64 << 10;
/// Shorter than a whole request, so that a connection that is never made is told from an answer that never comes.
const CONNECT: Duration = Duration::from_secs(5);

/// Keeps the connection between requests.
pub(super) struct Client {
    agent: Agent,
    url: String,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Client {
    pub(super) fn new(endpoint: Endpoint, headers: Vec<(HeaderName, HeaderValue)>) -> Self {
        let mut config = Agent::config_builder()
            .user_agent(concat!("feagi-observability/", env!("CARGO_PKG_VERSION")))
            // Nothing packed: a small reply must not unpack to a large one.
            .accept_encoding("identity")
            .http_status_as_error(false)
            // A redirect could send spans and keys elsewhere.
            .max_redirects(0)
            .timeout_connect(Some(CONNECT))
            .max_idle_connections(1);
        if endpoint.loopback {
            config = config.proxy(None);
        }
        Client { agent: config.build().new_agent(), url: endpoint.url, headers }
    }

    /// Sends `body` and reads the answer, all within `time`.
    pub(super) fn post(&self, body: &[u8], time: Duration) -> Reply {
        let mut request = self.agent.post(&self.url).header(header::CONTENT_TYPE, "application/x-protobuf");
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let mut response = match request.config().timeout_global(Some(time)).build().send(body) {
            Ok(response) => response,
            Err(error) => return Reply::from_error(&error),
        };
        if response.status().is_success() {
            let reply = response.body_mut().with_config().limit(LARGEST_REPLY).read_to_vec();
            return Reply::from_body(&reply.unwrap_or_default());
        }
        let retry_after = response.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
        Reply::from_status(response.status().as_u16(), retry_after)
    }
}
