//! A client of the standard library asks the server, as Prometheus, curl and a load balancer would.

use feagi_observability::{
    HealthCheck, LoggingConfig, ObservabilityConfig, TelemetryConfig, init_observability, observe,
};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

const CLASSIC: &str = "text/plain; version=0.0.4; charset=utf-8";
const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// What Prometheus 2.42 sends.
const PROMETHEUS: &str = "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,\
    text/plain;version=0.0.4;q=0.5,*/*;q=0.1";

struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        let mut fields = self.head.lines().filter_map(|line| line.split_once(':'));
        fields.find(|(key, _)| key.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value.trim())
    }
}

fn get(address: SocketAddr, path: &str, accept: Option<&str>) -> Answer {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let accept = accept.map_or(String::new(), |accept| format!("Accept: {accept}\r\n"));
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\n{accept}Connection: close\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no end of the head: {text}"));
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
    let status = status.unwrap_or_else(|| panic!("no status: {head}"));
    let answer = Answer { status, head: head.to_owned(), body: body.to_owned() };
    assert_eq!(answer.header("content-length"), answer.body.len().to_string());
    answer
}

#[observe(metric = "asked")]
fn observed() {}

#[test]
fn the_format_follows_accept_and_the_status_follows_health() {
    let observability = init_observability(&ObservabilityConfig {
        logging: LoggingConfig { level: "off".to_owned(), ..Default::default() },
        telemetry: TelemetryConfig {
            tracing_enabled: true,
            listen: Some("127.0.0.1:0".to_owned()),
            ..Default::default()
        },
        ..Default::default()
    })
    .unwrap();
    let address = observability.server_address().unwrap();
    assert!(address.ip().is_loopback() && address.port() != 0);
    observed();
    // Exemplars come with the spans, a moment after the counts.
    assert!(observability.flush(Duration::from_secs(60)));
    formats_follow_accept(address);

    assert_eq!(get(address, "/health", None).status, 200);
    let check = |status: &str| HealthCheck {
        name: "burst_engine".to_owned(),
        status: status.to_owned(),
        message: "stands still".to_owned(),
    };
    observability.telemetry().update_health(check("degraded"));
    let degraded = get(address, "/health", None);
    assert_eq!((degraded.status, degraded.header("content-type")), (503, "application/json"));
    let health: serde_json::Value = serde_json::from_str(&degraded.body).unwrap();
    assert_eq!(health["status"], "degraded");
    assert_eq!(health["checks"][0]["name"], "burst_engine");
    observability.telemetry().update_health(check("healthy"));
    assert_eq!(get(address, "/health", None).status, 200);

    assert!(!observability.shutdown(Duration::from_secs(60)).timed_out);
    assert!(TcpStream::connect(address).is_err(), "nobody listens after the end");
}

fn formats_follow_accept(address: SocketAddr) {
    for accept in ["application/openmetrics-text", PROMETHEUS] {
        let open = get(address, "/metrics", Some(accept));
        assert_eq!((open.status, open.header("content-type")), (200, OPENMETRICS), "{accept}");
        assert!(open.body.ends_with("# EOF\n"), "{}", open.body);
        assert!(open.body.contains("# TYPE asked_calls counter\n"), "{}", open.body);
        assert!(open.body.contains(" # {trace_id=\""), "an exemplar in {}", open.body);
    }
    for accept in [None, Some("*/*"), Some("text/plain"), Some("application/json")] {
        let classic = get(address, "/metrics", accept);
        assert_eq!((classic.status, classic.header("content-type")), (200, CLASSIC), "{accept:?}");
        assert!(classic.body.contains("# TYPE asked_calls_total counter\n"), "{}", classic.body);
        assert!(!classic.body.contains("# EOF") && !classic.body.contains("trace_id"), "{}", classic.body);
    }
}
