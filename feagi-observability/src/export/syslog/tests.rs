use super::SyslogSink;
use super::message::Header;
use crate::collect::{DropReason, EntryKind, Sink};
use crate::config::{LogFormat, ObservabilityConfig, SyslogConfig, SyslogProtocol, SyslogTransport};
use crate::logging::format::sample::Sample;
use std::io::Read;
use std::net::{TcpListener, UdpSocket};
use std::time::{Duration, Instant};

fn header(protocol: SyslogProtocol, format: LogFormat) -> Header {
    Header {
        protocol,
        facility: 16,
        host: "lab".to_owned(),
        app_name: "brain-1".to_owned(),
        process: 7,
        enterprise: 32473,
        line: Header::line(format, format.into()),
    }
}

fn message(protocol: SyslogProtocol, format: LogFormat, sample: &Sample) -> String {
    let mut out = Vec::new();
    header(protocol, format).append(&sample.entry(), &mut out);
    String::from_utf8(out).unwrap()
}

#[test]
fn a_call_in_rfc_5424_has_ids_and_fields_as_structured_data() {
    let sample = Sample::new(EntryKind::Call)
        .field("n", &7u8)
        .field("a b=]", "x]\"\\\n")
        .field("n", &0.5)
        .request_id("r7")
        .error("no");
    let expected = r#"<134>1 2026-11-23T22:26:00.124691Z lab brain-1 7 engine::step [trace@32473 trace_id="4bf92f3577b34da6a3ce929d0e0e4736" span_id="b7ad6b7169203331" parent_id="00f067aa0ba902b7" span="engine::step" request_id="r7" target="feagi::engine" outcome="ok" duration_ns="1234567" error="no"][fields@32473 n="7" a_b__="x\]\"\\\n" n#2="0.5"] engine::step"#;
    assert_eq!(message(SyslogProtocol::Rfc5424, LogFormat::Text, &sample), expected);
}

#[test]
fn what_a_record_does_not_have_is_a_dash_and_names_are_cut_to_what_the_rfc_allows() {
    let mut sample = Sample::new(EntryKind::Log).field("a_name_that_is_longer_than_the_rfc_allows", "1");
    sample.name = String::new();
    sample.message = Some("hello".to_owned());
    let mut header = header(SyslogProtocol::Rfc5424, LogFormat::Text);
    (header.host, header.app_name) = (String::new(), String::new());
    let mut out = Vec::new();
    header.append(&sample.entry(), &mut out);
    let text = String::from_utf8(out).unwrap();
    assert!(text.starts_with("<134>1 2026-11-23T22:26:00.123456Z - - 7 - [trace@32473 "), "{text}");
    assert!(text.ends_with("[fields@32473 a_name_that_is_longer_than_the_r=\"1\"] hello"), "{text}");
}

#[test]
fn other_formats_are_the_message_itself() {
    let sample = Sample::new(EntryKind::Call).field("n", &7u8);
    let text = message(SyslogProtocol::Rfc5424, LogFormat::Json, &sample);
    let (_, json) = text.split_once("] {").unwrap();
    let object: serde_json::Value = serde_json::from_str(&format!("{{{json}")).unwrap();
    assert_eq!(object["fields"]["n"], 7);
}

#[test]
fn a_call_in_rfc_3164_has_fields_and_ids_behind_the_message() {
    let sample = Sample::new(EntryKind::Call).field("n", &7u8);
    let expected = "<134>Nov 23 22:26:00 lab brain1[7]: engine::step n=7 \
                    trace_id=4bf92f3577b34da6a3ce929d0e0e4736 span_id=b7ad6b7169203331 outcome=ok duration=1.234ms";
    assert_eq!(message(SyslogProtocol::Rfc3164, LogFormat::Text, &sample), expected);
}

fn config(transport: SyslogTransport, address: &str) -> ObservabilityConfig {
    let mut config = ObservabilityConfig::default();
    config.logging.syslog = SyslogConfig { transport, address: address.to_owned(), ..Default::default() };
    config.telemetry.export.batch_age_ms = 1;
    config
}

fn send(sink: &mut SyslogSink, count: usize) {
    for number in 0..count {
        let mut sample = Sample::new(EntryKind::Log);
        sample.message = Some(format!("number {number}."));
        sink.write(&sample.entry());
    }
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(30)
}

/// The messages of a stream with their lengths in front.
fn unframed(mut stream: &[u8]) -> Vec<String> {
    let mut messages = Vec::new();
    while !stream.is_empty() {
        let space = stream.iter().position(|byte| *byte == b' ').unwrap();
        let length: usize = std::str::from_utf8(&stream[..space]).unwrap().parse().unwrap();
        let (message, rest) = stream[space + 1..].split_at(length);
        messages.push(String::from_utf8(message.to_vec()).unwrap());
        stream = rest;
    }
    messages
}

#[test]
fn over_tcp_each_message_follows_its_length_and_all_are_acknowledged() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let server = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        listener.accept().unwrap().0.read_to_end(&mut bytes).unwrap();
        bytes
    });
    let mut sink = SyslogSink::start(&config(SyslogTransport::Tcp, &address), LogFormat::Text).unwrap();
    send(&mut sink, 1000);
    sink.close(soon());
    let counters = sink.counters();
    assert_eq!((counters.accepted(), counters.exported(), counters.queued()), (1000, 1000, 0));
    drop(sink);
    let messages = unframed(&server.join().unwrap());
    assert_eq!(messages.len(), 1000);
    for (number, message) in messages.iter().enumerate() {
        assert!(
            message.starts_with("<14>1 ") && message.ends_with(&format!("number {number}.")),
            "{message}"
        );
    }
}

#[test]
fn a_server_that_goes_and_comes_back_gets_what_is_written_afterwards() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let mut config = config(SyslogTransport::Tcp, &address.to_string());
    // Each round is a batch.
    config.telemetry.export.batch_records = 10;
    let mut sink = SyslogSink::start(&config, LogFormat::Text).unwrap();
    let counters = sink.counters();
    let mut texts = Vec::new();
    for round in 1..=3 {
        send(&mut sink, 10);
        let (mut stream, _) = listener.accept().unwrap();
        while counters.exported() < 10 * round {
            std::thread::yield_now();
        }
        stream.set_nonblocking(true).unwrap();
        let mut bytes = Vec::new();
        // Until there is no more; the connection is still open.
        let _ = stream.read_to_end(&mut bytes);
        texts.extend(unframed(&bytes));
    }
    sink.close(soon());
    assert_eq!((counters.exported(), counters.queued(), texts.len()), (30, 0, 30));
}

#[test]
fn over_udp_each_message_is_a_datagram() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let address = socket.local_addr().unwrap().to_string();
    let mut sink = SyslogSink::start(&config(SyslogTransport::Udp, &address), LogFormat::Text).unwrap();
    send(&mut sink, 20);
    sink.close(soon());
    assert_eq!(sink.counters().exported(), 20);
    for number in 0..20 {
        let mut bytes = [0; 2048];
        let length = socket.recv(&mut bytes).unwrap();
        let text = std::str::from_utf8(&bytes[..length]).unwrap();
        assert!(text.ends_with(&format!("number {number}.")), "{text}");
    }
}

#[cfg(unix)]
#[test]
fn a_socket_of_this_machine_may_come_late_and_its_reader_may_be_slow() {
    let scratch = std::env::temp_dir().join(format!("feagi-syslog-{}", std::process::id()));
    std::fs::create_dir_all(&scratch).unwrap();
    let path = scratch.join("log");
    let mut sink =
        SyslogSink::start(&config(SyslogTransport::Unix, path.to_str().unwrap()), LogFormat::Text).unwrap();
    let counters = sink.counters();
    // More than a socket holds at once.
    send(&mut sink, 2000);
    while DropReason::ALL.iter().all(|reason| counters.failures(*reason) == 0) {
        sink.flush();
        std::thread::yield_now();
    }
    let socket = std::os::unix::net::UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let reader = std::thread::spawn(move || {
        for number in 0..2000 {
            let mut bytes = [0; 2048];
            let length = socket.recv(&mut bytes).unwrap();
            let text = std::str::from_utf8(&bytes[..length]).unwrap();
            assert!(text.ends_with(&format!("number {number}.")), "{text}");
        }
    });
    sink.close(soon());
    reader.join().unwrap();
    assert_eq!((counters.accepted(), counters.exported()), (2000, 2000));
    std::fs::remove_dir_all(&scratch).unwrap();
}

#[test]
fn without_a_server_everything_is_counted_as_lost_when_time_is_up() {
    let address = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().to_string()
    };
    let mut sink = SyslogSink::start(&config(SyslogTransport::Tcp, &address), LogFormat::Text).unwrap();
    send(&mut sink, 10);
    sink.close(Instant::now());
    let counters = sink.counters();
    let lost = counters.dropped(DropReason::ShutdownTimeout) + counters.dropped(DropReason::Connect);
    assert_eq!((counters.accepted(), lost, counters.queued()), (10, 10, 0));
}

#[test]
fn what_is_wrong_is_refused_with_field_value_and_remedy() {
    let refused = |change: fn(&mut SyslogConfig)| {
        let mut config = config(SyslogTransport::Unix, "");
        change(&mut config.logging.syslog);
        SyslogSink::check(&config).unwrap_err().to_string()
    };
    let error = refused(|syslog| syslog.facility = "loca0".to_owned());
    assert!(error.contains("`logging.syslog.facility` is `loca0`") && error.contains("local0"), "{error}");
    let error = refused(|syslog| syslog.app_name = "a b".to_owned());
    assert!(error.contains("`logging.syslog.app_name` is `a b`"), "{error}");
    let error = refused(|syslog| syslog.address = "log".to_owned());
    assert!(error.contains("`logging.syslog.address` is `log`") && error.contains("/dev/log"), "{error}");
    let error =
        refused(|syslog| (syslog.transport, syslog.address) = (SyslogTransport::Udp, "host".to_owned()));
    assert!(error.contains("`host`") && error.contains("127.0.0.1:514"), "{error}");
    SyslogSink::check(&config(SyslogTransport::Tcp, "")).unwrap();
}
