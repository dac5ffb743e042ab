//! Unary calls over gRPC: HTTP/2 with a frame of five bytes around the message, and the status in the trailers.
//!
//! The transport of the OTLP exporter for port 4317. A runtime of its own, on the exporter's thread and on no other, drives the connection: so
//! it works with no runtime around it, and within any. Formats: "gRPC over HTTP2" of the gRPC documentation.
//!
//! Invariant: the connection is driven while a call is made, and only then. One that has been idle for long is not used again.

mod connection;
mod status;
mod tls;

#[cfg(test)]
mod tests;

use super::delivery::{Endpoint, Header, Lookup, Reply, Tls, USER_AGENT, gzip};
use crate::collect::DropReason;
use crate::config::Compression;
use crate::error::ObservabilityError;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use connection::Connection;
use h2::RecvStream;
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use ureq::http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, TE, USER_AGENT as USER_AGENT_KEY};
use ureq::http::{HeaderValue, Method, Request, Response, Uri, Version};

/// The longest that a connection is made; one that is never made is told from an answer that never comes.
const CONNECT: Duration = Duration::from_secs(5);
/// The most of an answer that is kept.
const LARGEST_REPLY: usize = 64 << 10;
/// Nobody answers the other side's pings while no call is made.
const LONGEST_IDLE: Duration = Duration::from_secs(15);
/// In front of a message: whether it is packed, and its length.
const PREFIX: usize = 5;

/// It is there.
#[allow(clippy::unnecessary_wraps, reason = "where it was not compiled in, this fails")]
pub(super) fn check(_field: &'static str) -> Result<(), ObservabilityError> {
    Ok(())
}

/// How many records the message of a success says it has left out.
pub(super) type Rejected = fn(&[u8]) -> u64;

/// Keeps the connection between calls.
pub(super) struct GrpcClient {
    endpoint: Endpoint,
    uri: Uri,
    headers: HeaderMap,
    rejected: Rejected,
    compression: Compression,
    lookup: Lookup,
    /// `None` in the clear, and if rustls refuses to be configured.
    tls: Option<TlsConnector>,
    runtime: Option<Runtime>,
    connection: Option<Connection>,
}

impl GrpcClient {
    /// A client for a method, `/package.Service/Method`.
    pub(super) fn new(
        endpoint: &Endpoint,
        (method, rejected): (&'static str, Rejected),
        headers: Vec<Header>,
        (compression, tls): (Compression, &Tls),
    ) -> Self {
        let mut all = HeaderMap::new();
        all.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
        all.insert(TE, HeaderValue::from_static("trailers"));
        all.insert(USER_AGENT_KEY, HeaderValue::from_static(USER_AGENT));
        if compression == Compression::Gzip {
            all.insert("grpc-encoding", HeaderValue::from_static("gzip"));
        }
        all.extend(endpoint.user_info().and_then(basic).map(|value| (AUTHORIZATION, value)));
        all.extend(headers);
        GrpcClient {
            uri: endpoint.origin(method),
            endpoint: endpoint.clone(),
            headers: all,
            rejected,
            compression,
            lookup: Lookup::default(),
            tls: tls::connector(tls).filter(|_| endpoint.is_https()),
            runtime: None,
            connection: None,
        }
    }

    /// The message in its frame.
    pub(super) fn pack(&self, content: Vec<u8>) -> Vec<u8> {
        let (packed, content) = match self.compression {
            Compression::None => (0, content),
            Compression::Gzip => (1, gzip(&content)),
        };
        let length = u32::try_from(content.len()).unwrap_or(u32::MAX);
        [&[packed], length.to_be_bytes().as_slice(), &content].concat()
    }

    /// Calls with a packed message and reads the answer, all within `time`.
    pub(super) fn post(&mut self, body: &[u8], time: Duration) -> Reply {
        let Some(runtime) = self.runtime.take().or_else(new_runtime) else {
            return Reply::Again { reason: DropReason::Io, after: None };
        };
        let reply = runtime.block_on(self.call(body, Instant::now() + time));
        if let Some(connection) = &mut self.connection {
            connection.last_use = Instant::now();
        }
        self.runtime = Some(runtime);
        reply
    }

    async fn call(&mut self, body: &[u8], deadline: Instant) -> Reply {
        let left = || deadline.saturating_duration_since(Instant::now());
        let connection = match self.connection.take().filter(|old| old.last_use.elapsed() < LONGEST_IDLE) {
            Some(connection) => connection,
            None => match self.connect(left().min(CONNECT)).await {
                Ok(connection) => connection,
                Err(reply) => return reply,
            },
        };
        match timeout(left(), self.exchange(&connection, body, left())).await {
            Ok(Ok(reply)) => {
                self.connection = Some(connection);
                reply
            }
            Ok(Err(error)) => status::of_error(&error),
            // The message may have arrived: sending it again would make two.
            Err(_) => Reply::Refused(DropReason::Timeout),
        }
    }

    /// # Errors
    /// What to do about it.
    async fn connect(&self, time: Duration) -> Result<Connection, Reply> {
        let again = || Reply::Again { reason: DropReason::Connect, after: None };
        let begun = Instant::now();
        // Nothing else runs here that could be kept waiting.
        let (host, port) = (self.endpoint.host(), self.endpoint.port());
        let addresses = self.lookup.addresses(host, port, time).map_err(|_| again())?;
        let tls = match (&self.tls, self.endpoint.is_https()) {
            (None, true) => return Err(Reply::Refused(DropReason::Connect)),
            (tls, _) => tls.as_ref(),
        };
        let left = time.saturating_sub(begun.elapsed());
        timeout(left, Connection::open(&addresses, host, tls)).await.unwrap_or_else(|_| Err(again()))
    }

    async fn exchange(
        &self,
        connection: &Connection,
        body: &[u8],
        time: Duration,
    ) -> Result<Reply, h2::Error> {
        let mut request = Request::new(());
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.uri.clone();
        *request.version_mut() = Version::HTTP_2;
        request.headers_mut().clone_from(&self.headers);
        // At most eight digits.
        let millis = time.as_millis().clamp(1, 99_999_999);
        if let Ok(value) = HeaderValue::from_str(&format!("{millis}m")) {
            request.headers_mut().insert("grpc-timeout", value);
        }
        let mut sender = connection.sender().ready().await?;
        let (response, mut stream) = sender.send_request(request, false)?;
        stream.send_data(bytes::Bytes::copy_from_slice(body), true)?;
        self.read(response.await?).await
    }

    async fn read(&self, response: Response<RecvStream>) -> Result<Reply, h2::Error> {
        if response.status() != 200 {
            return Ok(status::of_http(response.status().as_u16()));
        }
        // A call that fails at once may have its trailers for headers.
        if let Some(reply) = status::of_trailers(response.headers()) {
            return Ok(reply);
        }
        let has_ended_well = response.headers().contains_key(status::STATUS);
        let mut body = response.into_body();
        let mut message = Vec::new();
        while let Some(chunk) = body.data().await {
            let chunk = chunk?;
            body.flow_control().release_capacity(chunk.len())?;
            let room = LARGEST_REPLY.saturating_sub(message.len());
            message.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
        }
        let trailers = body.trailers().await?.unwrap_or_default();
        Ok(status::of_trailers(&trailers).unwrap_or_else(|| {
            if has_ended_well || trailers.contains_key(status::STATUS) {
                Reply::Accepted { rejected: (self.rejected)(message.get(PREFIX..).unwrap_or_default()) }
            } else {
                Reply::Refused(DropReason::Rejected)
            }
        }))
    }
}

/// Nobody waits for what still runs.
impl Drop for GrpcClient {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// What the user and password before the host say in a header, as over HTTP/1.1.
fn basic(user_info: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(&format!("Basic {}", STANDARD.encode(user_info))).ok()?;
    value.set_sensitive(true);
    Some(value)
}

fn new_runtime() -> Option<Runtime> {
    Builder::new_current_thread().enable_io().enable_time().thread_name("feagi-obs-grpc").build().ok()
}
