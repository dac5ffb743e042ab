//! TLS for gRPC: rustls with what the room `delivery` has checked, as over HTTP/1.1.

use crate::export::delivery::Tls;
use std::sync::Arc;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto::ring};

/// `None` if rustls refuses what was checked.
pub(super) fn connector(tls: &Tls) -> Option<TlsConnector> {
    let roots =
        tls.roots().unwrap_or_else(|| RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() });
    // Names its provider: that of the process may be another's to set, or be set twice.
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .ok()?
        .with_root_certificates(roots);
    let mut config = match tls.client() {
        Some((chain, key)) => config.with_client_auth_cert(chain, key).ok()?,
        None => config.with_no_client_auth(),
    };
    config.alpn_protocols = vec![b"h2".to_vec()];
    Some(TlsConnector::from(Arc::new(config)))
}
