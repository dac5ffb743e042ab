//! Whom TLS trusts, and who we say we are: the files of [`TlsConfig`], read and checked before anything starts.
//!
//! Both transports take what is here: HTTP through its client's own configuration, gRPC as rustls has it. Without files the roots are
//! Mozilla's, which the crate `webpki-roots` carries. The system's certificates are not read.

use crate::config::TlsConfig;
use crate::error::ObservabilityError;
use rustls::RootCertStore;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use ureq::tls::{Certificate, ClientCert, PrivateKey, RootCerts};

/// Checked certificates and keys. Has no `Debug`: a key is a secret.
#[derive(Default)]
pub(crate) struct Tls {
    /// `None`: those of Mozilla.
    roots: Option<Vec<CertificateDer<'static>>>,
    client: Option<Client>,
}

struct Client {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    /// The same: the client for HTTP has a type of its own.
    http_key: PrivateKey<'static>,
}

/// A file, and the field that names it.
struct Named<'a> {
    path: &'a Path,
    field: String,
}

impl Tls {
    /// Reads what `own` names, and `general` where that names nothing; `own` stands in the configuration below `prefix`.
    ///
    /// # Errors
    /// [`ObservabilityError::Config`] with field, file and remedy.
    pub(crate) fn new(
        (own, prefix): (&TlsConfig, &str),
        general: &TlsConfig,
    ) -> Result<Self, ObservabilityError> {
        let named = |field: &'static str, of: fn(&TlsConfig) -> &Option<PathBuf>| {
            let general = of(general).as_deref().map(|path| (path, "telemetry.export"));
            let (path, prefix) = of(own).as_deref().map(|path| (path, prefix)).or(general)?;
            Some(Named { path, field: format!("`{prefix}.tls.{field}`") })
        };
        let roots = named("ca_file", |tls| &tls.ca_file).map(|file| roots(&file)).transpose()?;
        let certificate = named("client_certificate_file", |tls| &tls.client_certificate_file);
        let key = named("client_key_file", |tls| &tls.client_key_file);
        let client = match (certificate, key) {
            (None, None) => None,
            (Some(certificate), Some(key)) => Some(client(&certificate, &key)?),
            (Some(alone), None) => return Err(alone.without("client_key_file")),
            (None, Some(alone)) => return Err(alone.without("client_certificate_file")),
        };
        Ok(Tls { roots, client })
    }

    /// As the client for HTTP/1.1 has it.
    pub(super) fn for_http(&self) -> ureq::tls::TlsConfig {
        let certificates = |all: &[CertificateDer<'static>]| -> Vec<Certificate<'static>> {
            all.iter().map(|one| Certificate::from_der(one).to_owned()).collect()
        };
        let client = self.client.as_ref().map(|client| {
            ClientCert::new_with_certs(&certificates(&client.chain), client.http_key.to_owned())
        });
        let roots = self.roots.as_deref().map(certificates);
        ureq::tls::TlsConfig::builder()
            .root_certs(roots.map_or(RootCerts::WebPki, |roots| RootCerts::Specific(Arc::new(roots))))
            .client_cert(client)
            .build()
    }

    /// The roots as rustls has them; `None` for those of Mozilla.
    pub(crate) fn roots(&self) -> Option<RootCertStore> {
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(self.roots.clone()?);
        Some(store)
    }

    /// The client's certificate, those that vouch for it, and its key.
    pub(crate) fn client(&self) -> Option<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)> {
        self.client.as_ref().map(|client| (client.chain.clone(), client.key.clone_key()))
    }
}

fn roots(file: &Named<'_>) -> Result<Vec<CertificateDer<'static>>, ObservabilityError> {
    let certificates = file.certificates()?;
    let mut store = RootCertStore::empty();
    for certificate in &certificates {
        let added = store.add(certificate.clone());
        added.map_err(|error| file.failed(&format!("has a certificate that is none ({error})"), ROOTS))?;
    }
    Ok(certificates)
}

fn client(certificate: &Named<'_>, key: &Named<'_>) -> Result<Client, ObservabilityError> {
    let chain = certificate.certificates()?;
    let pem = key.read()?;
    let no_key = || key.failed("has no private key", "name a PEM file with one that has no password");
    let found = PrivateKeyDer::from_pem_slice(&pem).map_err(|_| no_key())?;
    let http_key = PrivateKey::from_pem(&pem).map_err(|_| no_key())?;
    let pair = CertifiedKey::from_der(chain.clone(), found.clone_key(), &ring::default_provider());
    pair.map_err(|_| {
        key.failed(&format!("is not the key of {}", certificate.field), "name the two that belong together")
    })?;
    Ok(Client { chain, key: found, http_key })
}

const ROOTS: &str = "name a PEM file with the root certificates to trust";

impl Named<'_> {
    fn read(&self) -> Result<Vec<u8>, ObservabilityError> {
        std::fs::read(self.path)
            .map_err(|error| self.failed(&format!("cannot be read ({error})"), "name a readable PEM file"))
    }

    fn certificates(&self) -> Result<Vec<CertificateDer<'static>>, ObservabilityError> {
        let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&self.read()?).collect();
        let all = all.map_err(|_| self.failed("is not in the format PEM", "name a PEM file"))?;
        if all.is_empty() {
            return Err(self.failed("has no certificate", "name a PEM file with `BEGIN CERTIFICATE`"));
        }
        Ok(all)
    }

    fn failed(&self, why: &str, remedy: &str) -> ObservabilityError {
        ObservabilityError::Config(format!("{}: `{}` {why}; {remedy}", self.field, self.path.display()))
    }

    /// The other half of a pair is missing.
    fn without(&self, other: &str) -> ObservabilityError {
        let why = format!("is set, but no `{other}` is; set both, or neither");
        ObservabilityError::Config(format!("{} {why}", self.field))
    }
}
