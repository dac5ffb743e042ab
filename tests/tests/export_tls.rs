//! Collectors behind TLS: whom we trust, who we say we are, and what becomes of spans where either is wrong.

use feagi_observability::{
    ExportConfig, ObservabilityConfig, SignalConfig, TelemetryConfig, TlsConfig, init_observability,
};
use feagi_observability_tests::exporting::{Exporting, Settled, Waits, Way};
use feagi_observability_tests::receiver::Receiver;
use rcgen::{BasicConstraints, Certificate, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

/// Milliseconds that are never needed whole.
const LONG: u64 = 60_000;

/// Who vouches for others.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: Certificate,
}

impl Authority {
    fn new(name: &str) -> Authority {
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.self_signed(&key).expect("a certificate");
        Authority { issuer: Issuer::new(params, key), certificate }
    }

    /// A certificate for a name, changed by `change`.
    fn vouch(&self, name: &str, change: impl FnOnce(&mut CertificateParams)) -> Identity {
        let mut params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
        change(&mut params);
        let key = KeyPair::generate().expect("a key");
        Identity { certificate: params.signed_by(&key, &self.issuer).expect("a certificate"), key }
    }
}

/// A certificate and its key.
struct Identity {
    certificate: Certificate,
    key: KeyPair,
}

/// A collector that shows `identity` and, where there is one, wants clients that `clients` vouches for.
fn collector(identity: &Identity, clients: Option<&Authority>) -> Receiver {
    let provider = Arc::new(ring::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider));
    let builder = builder.with_safe_default_protocol_versions().expect("versions");
    let builder = match clients {
        None => builder.with_no_client_auth(),
        Some(authority) => {
            let mut roots = RootCertStore::empty();
            roots.add(authority.certificate.der().clone()).expect("a root");
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            builder.with_client_cert_verifier(verifier.build().expect("a verifier"))
        }
    };
    let chain: Vec<CertificateDer<'static>> = vec![identity.certificate.der().clone()];
    let key = PrivateKeyDer::try_from(identity.key.serialize_der()).expect("a key");
    let mut config = builder.with_single_cert(chain, key).expect("they belong together");
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Receiver::encrypted(Arc::new(config))
}

/// Files of one test.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Folder {
        let folder =
            std::env::temp_dir().join(format!("feagi-observability-tls-{test}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        Folder(folder)
    }

    fn file(&self, name: &str, text: impl AsRef<str>) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, text.as_ref()).expect("a file");
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Ten spans to that collector by its name, with these certificates.
fn sent(way: Way, receiver: &Receiver, files: &[(&str, &Path)]) -> Settled {
    let mut command = Command::new(env!("CARGO_BIN_EXE_exporting"));
    command.envs(files.iter().map(|(name, path)| (format!("OTEL_EXPORTER_OTLP_{name}"), path)));
    let collector = format!("https://localhost:{}", receiver.address.port());
    let waits = Waits { give_up: 300, batch: 10, ..Default::default() };
    let mut exporting = Exporting::start(command, way, &collector, waits);
    exporting.calls(10);
    exporting.shutdown(LONG)
}

#[track_caller]
fn assert_arrived(way: Way, ended: &Settled, receiver: &Receiver) {
    assert_eq!((ended.exported, &ended.dropped, ended.failures), (10, &BTreeMap::new(), 0), "{way:?}");
    receiver.got(|got| assert_eq!(got.content.ids.len(), 10, "{way:?}"));
}

#[track_caller]
fn assert_refused(way: Way, ended: &Settled, receiver: &Receiver) {
    let lost = BTreeMap::from([("connect".to_owned(), 10)]);
    assert_eq!((ended.exported, &ended.dropped), (0, &lost), "{way:?}");
    receiver.got(|got| assert_eq!(got.requests, 0, "{way:?}"));
}

#[test]
fn a_collector_that_a_private_root_vouches_for_is_trusted_with_that_root_alone() {
    let (ours, other) = (Authority::new("ours"), Authority::new("other"));
    let identity = ours.vouch("localhost", |_| ());
    let folder = Folder::new("roots");
    let right = folder.file("right.pem", ours.certificate.pem());
    let wrong = folder.file("wrong.pem", other.certificate.pem());
    // As bundles are: several, with words between them.
    let bundle = format!("another\n{}\nours\n{}", other.certificate.pem(), ours.certificate.pem());
    let bundle = folder.file("bundle.pem", bundle);
    for way in Way::ALL {
        for file in [&right, &bundle] {
            let receiver = collector(&identity, None);
            let ended = sent(way, &receiver, &[("CERTIFICATE", file)]);
            assert_arrived(way, &ended, &receiver);
        }
        let receiver = collector(&identity, None);
        let ended = sent(way, &receiver, &[("CERTIFICATE", &wrong)]);
        assert_refused(way, &ended, &receiver);
        assert_eq!(ended.retries, 0, "it will not be trusted in a moment either");
        let ended = sent(way, &receiver, &[]);
        assert_refused(way, &ended, &receiver);
    }
    let receiver = collector(&identity, None);
    let files: [(&str, &Path); 2] = [("CERTIFICATE", &wrong), ("TRACES_CERTIFICATE", &right)];
    assert_arrived(Way::Grpc, &sent(Way::Grpc, &receiver, &files), &receiver);
}

#[test]
fn a_certificate_that_has_expired_or_is_anothers_is_refused() {
    let ours = Authority::new("ours");
    let root = Folder::new("bad");
    let file = root.file("root.pem", ours.certificate.pem());
    let expired = ours.vouch("localhost", |params| {
        params.not_before = date_time_ymd(2001, 1, 1);
        params.not_after = date_time_ymd(2002, 1, 1);
    });
    let of_another = ours.vouch("elsewhere.example", |_| ());
    for way in Way::ALL {
        for identity in [&expired, &of_another] {
            let receiver = collector(identity, None);
            let ended = sent(way, &receiver, &[("CERTIFICATE", &file)]);
            assert_refused(way, &ended, &receiver);
            assert_eq!(ended.retries, 0, "{way:?}");
        }
    }
}

#[test]
fn a_collector_that_asks_who_we_are_is_shown_our_certificate() {
    let (ours, other) = (Authority::new("ours"), Authority::new("other"));
    let folder = Folder::new("mutual");
    let root = folder.file("root.pem", ours.certificate.pem());
    let server = ours.vouch("localhost", |_| ());
    let known = ours.vouch("client", |_| ());
    let unknown = other.vouch("client", |_| ());
    let pair = |name: &str, identity: &Identity| {
        let key = folder.file(&format!("{name}.key"), identity.key.serialize_pem());
        (folder.file(&format!("{name}.pem"), identity.certificate.pem()), key)
    };
    let (known, unknown) = (pair("known", &known), pair("unknown", &unknown));
    for way in Way::ALL {
        let with = |pair: Option<&(PathBuf, PathBuf)>| {
            let receiver = collector(&server, Some(&ours));
            let mut files: Vec<(&str, &Path)> = vec![("CERTIFICATE", &root)];
            if let Some((certificate, key)) = pair {
                files.extend([("CLIENT_CERTIFICATE", certificate.as_path()), ("CLIENT_KEY", key.as_path())]);
            }
            (sent(way, &receiver, &files), receiver)
        };
        let (ended, receiver) = with(Some(&known));
        assert_arrived(way, &ended, &receiver);
        for pair in [None, Some(&unknown)] {
            let (ended, receiver) = with(pair);
            assert_refused(way, &ended, &receiver);
        }
    }
}

/// What is said of a configuration that cannot be used.
fn refusal(tls: TlsConfig, logs: TlsConfig) -> String {
    let logs = SignalConfig { tls: logs, ..Default::default() };
    let telemetry = TelemetryConfig {
        tracing_enabled: true,
        tracing_endpoint: Some("https://localhost:4318".to_owned()),
        otlp_logs: true,
        export: ExportConfig { tls, logs, ..Default::default() },
        ..Default::default()
    };
    let config = ObservabilityConfig { telemetry, ..Default::default() };
    init_observability(&config).expect_err("it cannot be used").to_string()
}

#[test]
fn files_that_cannot_be_used_are_errors_with_field_file_and_remedy_before_anything_starts() {
    let ours = Authority::new("ours");
    let (one, other) = (ours.vouch("one", |_| ()), ours.vouch("other", |_| ()));
    let folder = Folder::new("errors");
    let root = folder.file("root.pem", ours.certificate.pem());
    let certificate = folder.file("one.pem", one.certificate.pem());
    let key = folder.file("one.key", one.key.serialize_pem());
    let others = folder.file("other.key", other.key.serialize_pem());
    let empty = folder.file("empty.pem", "no certificate here");
    let garbage = folder.file("bad.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    let torn = folder.file("torn.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n");
    let missing = folder.0.join("missing.pem");
    let ca = |file: &PathBuf| TlsConfig { ca_file: Some(file.clone()), ..Default::default() };
    let client = |certificate: Option<&PathBuf>, key: Option<&PathBuf>| TlsConfig {
        client_certificate_file: certificate.cloned(),
        client_key_file: key.cloned(),
        ..Default::default()
    };
    let cases = [
        (ca(&missing), "ca_file", "cannot be read", "missing.pem"),
        (ca(&empty), "ca_file", "has no certificate", "empty.pem"),
        (ca(&garbage), "ca_file", "has a certificate that is none", "bad.pem"),
        (ca(&torn), "ca_file", "is not in the format PEM", "torn.pem"),
        (ca(&key), "ca_file", "has no certificate", "one.key"),
        (client(Some(&certificate), Some(&root)), "client_key_file", "has no private key", "root.pem"),
        (client(Some(&certificate), Some(&others)), "client_key_file", "is not the key of", "other.key"),
        (client(Some(&key), Some(&key)), "client_certificate_file", "has no certificate", "one.key"),
        (client(Some(&certificate), None), "client_certificate_file", "no `client_key_file`", "set both"),
        (client(None, Some(&key)), "client_key_file", "no `client_certificate_file`", "set both"),
    ];
    for (tls, field, why, shown) in cases {
        let error = refusal(tls.clone(), TlsConfig::default());
        let parts = [&format!("`telemetry.export.tls.{field}`"), why, shown];
        assert!(parts.iter().all(|part| error.contains(*part)), "{error}");
        // The same, if it is the signal's own.
        let error = refusal(TlsConfig::default(), tls);
        assert!(error.contains(&format!("`telemetry.export.logs.tls.{field}`")), "{error}");
    }
    // The halves of a pair may stand in different places.
    let error = refusal(client(Some(&certificate), None), client(None, Some(&others)));
    assert!(error.contains("`telemetry.export.tls.client_certificate_file`"), "of traces: {error}");
}
