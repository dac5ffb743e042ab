//! One HTTP/2 connection to a collector, in the clear or through TLS.

use super::tls;
use crate::collect::DropReason;
use crate::export::delivery::{Endpoint, Reply};
use bytes::Bytes;
use h2::client::{Builder, SendRequest};
use std::time::Instant;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::AbortHandle;

/// The most bytes of headers that an answer may have.
const LARGEST_HEADERS: u32 = 16 << 10;

/// A connection, and the task that drives it, which ends with it.
pub(super) struct Connection {
    sender: SendRequest<Bytes>,
    driver: AbortHandle,
    pub(super) last_use: Instant,
}

impl Connection {
    /// # Errors
    /// What to do about it.
    pub(super) async fn open(endpoint: &Endpoint) -> Result<Self, Reply> {
        let again = || Reply::Again { reason: DropReason::Connect, after: None };
        let stream = TcpStream::connect((endpoint.host(), endpoint.port())).await.map_err(|_| again())?;
        // A frame is not to wait for the answer to the one before; without it everything works, slowly.
        let _ = stream.set_nodelay(true);
        if endpoint.is_https() {
            // A certificate that is not trusted now will not be in a moment; a connection that breaks is another matter.
            let stream = tls::connect(endpoint.host(), stream).await.map_err(|error| {
                let is_refusal = error.kind() == std::io::ErrorKind::InvalidData;
                if is_refusal { Reply::Refused(DropReason::Connect) } else { again() }
            })?;
            Self::over(stream).await
        } else {
            Self::over(stream).await
        }
    }

    async fn over(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) -> Result<Self, Reply> {
        let mut builder = Builder::new();
        builder.enable_push(false).max_header_list_size(LARGEST_HEADERS);
        let (sender, connection) =
            builder.handshake(stream).await.map_err(|error| super::status::of_error(&error))?;
        // How it ends is told by the call that it ends.
        let driver = tokio::spawn(async move { drop(connection.await) }).abort_handle();
        Ok(Connection { sender, driver, last_use: Instant::now() })
    }

    pub(super) fn sender(&self) -> SendRequest<Bytes> {
        self.sender.clone()
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.driver.abort();
    }
}
