//! The exporter does not hear itself: what its HTTP client logs while it sends is no line, and so nothing that would be sent.

use feagi_observability::{
    Compression, ExportConfig, LogFormat, LogOutput, LoggingConfig, ObservabilityConfig, TelemetryConfig,
    init_observability,
};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

/// Takes requests until there are no more.
fn serve(stream: TcpStream) -> Option<usize> {
    let (mut reader, mut writer) = (BufReader::new(stream.try_clone().ok()?), stream);
    let mut requests = 0;
    loop {
        let (mut length, mut line) = (0, String::new());
        while line != "\r\n" {
            line.clear();
            if reader.read_line(&mut line).ok()? == 0 {
                return Some(requests);
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().ok()?;
            }
        }
        reader.read_exact(&mut vec![0; length]).ok()?;
        writer.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").ok()?;
        requests += 1;
    }
}

#[test]
fn what_the_client_logs_at_the_finest_level_is_not_sent_nor_written() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = std::thread::spawn(move || listener.accept().ok().and_then(|(stream, _)| serve(stream)));
    let log = std::env::temp_dir().join(format!("feagi-observability-silence-{}.jsonl", std::process::id()));
    let observability = init_observability(&ObservabilityConfig {
        logging: LoggingConfig {
            level: "trace".to_owned(),
            format: LogFormat::Json,
            output: LogOutput::File(log.to_string_lossy().into_owned()),
            ..Default::default()
        },
        telemetry: TelemetryConfig {
            otlp_logs: true,
            // A name, so that it is looked up as well.
            otlp_logs_endpoint: Some(format!("http://localhost:{port}/v1/logs")),
            export: ExportConfig { batch_records: 1, compression: Compression::Gzip, ..Default::default() },
            ..Default::default()
        },
        ..Default::default()
    })
    .unwrap();
    for n in 0..20 {
        tracing::trace!(n, "one line");
    }
    // What it logs while it sends would be heard until the shutdown begins.
    let exported = || {
        let stats = observability.stats();
        stats.sinks.iter().find(|sink| sink.name == "otlp_logs").map_or(0, |sink| sink.exported)
    };
    let end = Instant::now() + Duration::from_secs(60);
    while exported() < 20 && Instant::now() < end {
        std::thread::yield_now();
    }
    assert!(observability.flush(Duration::from_secs(60)));
    let report = observability.shutdown(Duration::from_secs(60));
    assert!(report.dropped.is_empty() && !report.timed_out, "{report:?}");
    assert_eq!(report.exported["otlp_logs"], 20);
    assert_eq!(server.join().unwrap(), Some(20));
    let lines = std::fs::read_to_string(&log).unwrap();
    let messages = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["message"].clone());
    assert!(messages.eq(std::iter::repeat_n("one line", 20)), "{lines}");
    std::fs::remove_file(log).unwrap();
}
