//! Where the records of one signal go, and how: endpoint, protocol, headers and limits, checked before anything starts.

use super::Signal;
use super::encoder::Encoder;
use super::request::Encoding;
use super::response;
use crate::config::{Compression, OtlpProtocol, SignalConfig, TelemetryConfig};
use crate::error::ObservabilityError;
use crate::export::delivery::{
    Endpoint, Header, HttpClient, Limits, Media, Part, Reply, Tls, Transport, headers,
};
use crate::export::grpc::{self, GrpcClient};
use crate::export::resource::Resource;
use std::time::Duration;

/// The port that the specification gives gRPC.
const GRPC_PORT: u16 = 4317;
const TRACES_FIELD: &str = "telemetry.tracing_endpoint";

/// Checked and ready to start with. Has no `Debug`: headers and user information are secrets.
pub(super) struct Target {
    signal: Signal,
    endpoint: Endpoint,
    protocol: OtlpProtocol,
    headers: Vec<Header>,
    compression: Compression,
    tls: Tls,
    /// The encoded `Resource`.
    resource: Vec<u8>,
    pub(super) limits: Limits,
}

impl Target {
    /// # Errors
    /// [`ObservabilityError::Config`] for what cannot be used, [`ObservabilityError::FeatureMissing`] for gRPC that is not compiled in.
    pub(super) fn new(config: &TelemetryConfig, signal: Signal) -> Result<Self, ObservabilityError> {
        let (endpoint, field) = endpoint(config, signal)?;
        let by_port =
            if endpoint.port() == GRPC_PORT { OtlpProtocol::Grpc } else { OtlpProtocol::HttpProtobuf };
        let (own, prefix) = own(config, signal);
        let said = own.protocol.map(|protocol| (protocol, prefix.protocol));
        let said = said.or(config.tracing_protocol.map(|protocol| (protocol, "telemetry.tracing_protocol")));
        let (protocol, field) = said.unwrap_or((by_port, field));
        if protocol == OtlpProtocol::Grpc {
            grpc::check(field)?;
        }
        let (headers_field, all) = match &own.headers {
            Some(own) => (prefix.headers, own),
            None => ("telemetry.headers", &config.headers),
        };
        let export = &config.export;
        let request = Duration::from_millis(own.timeout_ms(export));
        Ok(Target {
            signal,
            endpoint,
            protocol,
            headers: headers(headers_field, all)?,
            compression: own.compression(export),
            tls: Tls::new((&own.tls, prefix.all), &export.tls)?,
            resource: Encoder::new(Encoding::of(protocol)).encode(&Resource::new(config)).to_vec(),
            limits: Limits { request, ..Limits::new(export)? },
        })
    }

    pub(super) fn encoding(&self) -> Encoding {
        Encoding::of(self.protocol)
    }

    pub(super) fn transport(self) -> Box<dyn Transport> {
        let (signal, encoding) = (self.signal, self.encoding());
        let packing = (self.compression, &self.tls);
        let way = if self.protocol == OtlpProtocol::Grpc {
            let service = (signal.service(), response::from_protobuf as fn(&[u8]) -> u64);
            Way::Grpc(Box::new(GrpcClient::new(&self.endpoint, service, self.headers, packing)))
        } else {
            let media =
                Media { content_type: encoding.content_type(), rejected: response::reader(signal, encoding) };
            Way::Http(HttpClient::new((&self.endpoint, signal.path()), self.headers, media, packing))
        };
        Box::new(OtlpTransport { signal, encoding, resource: self.resource, way })
    }
}

/// Where what a signal has of its own stands in the configuration.
struct Fields {
    all: &'static str,
    protocol: &'static str,
    headers: &'static str,
}

fn own(config: &TelemetryConfig, signal: Signal) -> (&SignalConfig, Fields) {
    macro_rules! fields {
        ($name:literal) => {
            Fields {
                all: concat!("telemetry.export.", $name),
                protocol: concat!("telemetry.export.", $name, ".protocol"),
                headers: concat!("telemetry.export.", $name, ".headers"),
            }
        };
    }
    match signal {
        Signal::Traces => (&config.export.traces, fields!("traces")),
        Signal::Logs => (&config.export.logs, fields!("logs")),
        Signal::Metrics => (&config.export.metrics, fields!("metrics")),
    }
}

/// The endpoint of a signal, and the field that it comes from. Where logs and metrics have none of their own, theirs is beside that of traces.
fn endpoint(
    config: &TelemetryConfig,
    signal: Signal,
) -> Result<(Endpoint, &'static str), ObservabilityError> {
    let (own, own_field, asked) = match signal {
        Signal::Traces => (None, TRACES_FIELD, "telemetry.tracing_enabled"),
        Signal::Logs => {
            (config.otlp_logs_endpoint.as_deref(), "telemetry.otlp_logs_endpoint", "telemetry.otlp_logs")
        }
        Signal::Metrics => (
            config.otlp_metrics_endpoint.as_deref(),
            "telemetry.otlp_metrics_endpoint",
            "telemetry.otlp_metrics",
        ),
    };
    if let Some(own) = own {
        return Ok((Endpoint::parse(own_field, own)?, own_field));
    }
    let failed = |why: String| ObservabilityError::Config(why);
    let Some(of_traces) = config.tracing_endpoint.as_deref() else {
        return Err(failed(format!(
            "`{asked}` is true, but there is no collector; set `{TRACES_FIELD}` or `{own_field}`, or set `{asked}` to false"
        )));
    };
    let endpoint = Endpoint::parse(TRACES_FIELD, of_traces)?;
    let beside = match (signal, endpoint.path()) {
        (Signal::Traces, _) | (_, None) => Some(endpoint),
        (_, Some(path)) => path
            .strip_suffix(Signal::Traces.path())
            .and_then(|before| endpoint.with_path(&format!("{before}{}", signal.path()))),
    };
    let unclear = || {
        failed(format!(
            "`{asked}` is true, but the path of `{TRACES_FIELD}` does not end in `{}`, so that of `{}` cannot be told; set `{own_field}`",
            Signal::Traces.path(),
            signal.path(),
        ))
    };
    beside.map(|endpoint| (endpoint, TRACES_FIELD)).ok_or_else(unclear)
}

enum Way {
    Http(HttpClient),
    Grpc(Box<GrpcClient>),
}

struct OtlpTransport {
    signal: Signal,
    encoding: Encoding,
    resource: Vec<u8>,
    way: Way,
}

impl Transport for OtlpTransport {
    fn body(&mut self, part: &Part<'_>) -> Vec<u8> {
        let content = self.encoding.request(self.signal, &self.resource, part);
        match &self.way {
            Way::Http(client) => client.pack(content),
            Way::Grpc(client) => client.pack(content),
        }
    }

    fn post(&mut self, body: &[u8], time: Duration) -> Reply {
        match &mut self.way {
            Way::Http(client) => client.post(body, time),
            Way::Grpc(client) => client.post(body, time),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(config: &TelemetryConfig, signal: Signal) -> String {
        endpoint(config, signal).ok().unwrap().0.url(signal.path())
    }

    fn traces(endpoint: &str) -> TelemetryConfig {
        TelemetryConfig { tracing_endpoint: Some(endpoint.to_owned()), ..Default::default() }
    }

    fn error(config: &TelemetryConfig, signal: Signal) -> String {
        Target::new(config, signal).err().unwrap().to_string()
    }

    #[test]
    fn logs_and_metrics_go_beside_traces_unless_they_have_an_endpoint_of_their_own() {
        let plain = traces("http://h:4318");
        assert_eq!(url(&plain, Signal::Traces), "http://h:4318/v1/traces");
        assert_eq!(url(&plain, Signal::Logs), "http://h:4318/v1/logs");
        assert_eq!(url(&plain, Signal::Metrics), "http://h:4318/v1/metrics");
        let below = traces("http://h/otlp/v1/traces?key=x");
        assert_eq!(url(&below, Signal::Logs), "http://h/otlp/v1/logs?key=x");
        let own = TelemetryConfig { otlp_logs_endpoint: Some("http://l/ingest".to_owned()), ..below };
        assert_eq!(url(&own, Signal::Logs), "http://l/ingest");
        assert_eq!(url(&own, Signal::Metrics), "http://h/otlp/v1/metrics?key=x");
    }

    #[test]
    fn an_endpoint_that_cannot_be_told_is_an_error_that_names_the_field_to_set() {
        let text = error(&traces("http://h/ingest"), Signal::Logs);
        assert!(text.contains("`telemetry.otlp_logs_endpoint`") && text.contains("`/v1/logs`"), "{text}");
        let text = error(&TelemetryConfig::default(), Signal::Metrics);
        assert!(
            text.contains("`telemetry.otlp_metrics`") && text.contains("`telemetry.tracing_endpoint`"),
            "{text}"
        );
        let own = TelemetryConfig { otlp_metrics_endpoint: Some("ftp://h".to_owned()), ..Default::default() };
        let text = error(&own, Signal::Metrics);
        assert!(text.contains("`telemetry.otlp_metrics_endpoint`") && text.contains("`ftp://h`"), "{text}");
    }

    #[test]
    fn the_protocol_is_the_ports_unless_it_is_said() {
        let protocol = |endpoint, said| {
            let config = TelemetryConfig { tracing_protocol: said, ..traces(endpoint) };
            Target::new(&config, Signal::Traces).map(|target| target.protocol)
        };
        assert_eq!(protocol("http://h:4318", None).ok(), Some(OtlpProtocol::HttpProtobuf));
        assert_eq!(
            protocol("http://h:4317", Some(OtlpProtocol::HttpJson)).ok(),
            Some(OtlpProtocol::HttpJson)
        );
        for (endpoint, said, field) in [
            ("http://user:hush@h:4317/?key=hush", None, "telemetry.tracing_endpoint"),
            ("http://h:9", Some(OtlpProtocol::Grpc), "telemetry.tracing_protocol"),
        ] {
            match protocol(endpoint, said) {
                Ok(protocol) => {
                    assert_eq!((protocol, cfg!(feature = "otlp-grpc")), (OtlpProtocol::Grpc, true))
                }
                Err(error) => {
                    let text = error.to_string();
                    assert!(
                        text.contains(field) && text.contains("`otlp-grpc`") && !text.contains("hush"),
                        "{text}"
                    );
                }
            }
        }
    }
}
