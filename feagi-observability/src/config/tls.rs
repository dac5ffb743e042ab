//! Certificates for collectors that are reached by https.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Certificates for collectors that are reached by https; files in the format PEM, read once, when observability starts.
///
/// ```
/// use feagi_observability::{ExportConfig, TlsConfig};
/// let tls = TlsConfig { ca_file: Some("/etc/ssl/private-root.pem".into()), ..Default::default() };
/// let export = ExportConfig { tls, ..Default::default() };
/// assert_eq!(export.tls.client_key_file, None);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TlsConfig {
    /// The root certificates that a collector's certificate must lead to, and no others. Default none: the roots of Mozilla that the crate
    /// `webpki-roots` carries; the system's certificates are not read.
    pub ca_file: Option<PathBuf>,
    /// Our own certificate, for collectors that ask for one, followed by those that vouch for it. Default none.
    pub client_certificate_file: Option<PathBuf>,
    /// Its private key, without a password. Default none.
    pub client_key_file: Option<PathBuf>,
}
