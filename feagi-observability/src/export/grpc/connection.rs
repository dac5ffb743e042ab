//! One HTTP/2 connection to a collector, in the clear or through TLS.

use crate::collect::DropReason;
use crate::export::delivery::Reply;
use bytes::Bytes;
use h2::client::{Builder, SendRequest};
use std::net::SocketAddr;
use std::time::Instant;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::AbortHandle;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;

/// The most bytes of headers that an answer may have.
const LARGEST_HEADERS: u32 = 16 << 10;

/// A connection, and the task that drives it, which ends with it.
pub(super) struct Connection {
    sender: SendRequest<Bytes>,
    driver: AbortHandle,
    pub(super) last_use: Instant,
}

impl Connection {
    /// Connects to the first of the addresses that answers, in the clear or through TLS for `host`.
    ///
    /// # Errors
    /// What to do about it.
    pub(super) async fn open(
        addresses: &[SocketAddr],
        host: &str,
        tls: Option<&TlsConnector>,
    ) -> Result<Self, Reply> {
        let again = || Reply::Again { reason: DropReason::Connect, after: None };
        let stream = TcpStream::connect(addresses).await.map_err(|_| again())?;
        // A frame is not to wait for the answer to the one before; without it everything works, slowly.
        let _ = stream.set_nodelay(true);
        let Some(tls) = tls else { return Self::over(stream).await };
        let refused = || Reply::Refused(DropReason::Connect);
        let name = ServerName::try_from(host.to_owned()).map_err(|_| refused())?;
        // A certificate that is not trusted now will not be in a moment; a connection that breaks is another matter.
        let stream = tls.connect(name, stream).await.map_err(|error| {
            let is_refusal = error.kind() == std::io::ErrorKind::InvalidData;
            if is_refusal { refused() } else { again() }
        })?;
        Self::over(stream).await
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
