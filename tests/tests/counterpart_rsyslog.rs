//! A real rsyslogd takes what is logged, over UDP, TCP and a socket of this machine, and reads each message as RFC 5424 means it.

use feagi_observability::{
    LogOutput, LoggingConfig, ObservabilityConfig, SinkConfig, SyslogConfig, SyslogTransport,
    init_observability, observe,
};
use feagi_observability_tests::counterpart;
use serde_json::Value;
use std::net::{TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long the server may take to begin, and to write what it got.
const PATIENCE: Duration = Duration::from_secs(60);
const MESSAGES: u64 = 400;
/// As many as a socket holds at once: over UDP nobody is told that there is no more room, so that these are waited for.
const BURST: u64 = 50;

/// The fields of each message, one JSON object a line.
const TEMPLATE: &str = r#"template(name="fields" type="list" option.jsonf="on") {
  property(outname="severity" name="syslogseverity-text" format="jsonf")
  property(outname="facility" name="syslogfacility-text" format="jsonf")
  property(outname="timestamp" name="timereported" dateFormat="rfc3339" format="jsonf")
  property(outname="app" name="app-name" format="jsonf")
  property(outname="process" name="procid" format="jsonf")
  property(outname="id" name="msgid" format="jsonf")
  property(outname="msg" name="msg" format="jsonf")
  property(outname="trace_id" name="$!rfc5424-sd!trace@32473!trace_id" format="jsonf")
  property(outname="span_id" name="$!rfc5424-sd!trace@32473!span_id" format="jsonf")
  property(outname="span" name="$!rfc5424-sd!trace@32473!span" format="jsonf")
  property(outname="n" name="$!rfc5424-sd!fields@32473!n" format="jsonf")
  property(outname="text" name="$!rfc5424-sd!fields@32473!text" format="jsonf")
}"#;

/// What ends a line, a value or an element, if it is let.
const NASTY: &str = "a\"b]c\\d\ne=[x@1 y=\"z\"]";

/// A call with fields.
#[observe(fields(n, text = NASTY), log(rate = "1000000/s"))]
fn burst(n: u64) {}

struct Rsyslog {
    process: Child,
}

impl Drop for Rsyslog {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Where it was unpacked; empty where it is installed.
fn unpacked() -> Option<PathBuf> {
    std::env::var_os("COUNTERPART_RSYSLOG").map(PathBuf::from)
}

fn command() -> Command {
    let Some(root) = unpacked() else { return Command::new("rsyslogd") };
    let mut command = Command::new(root.join("usr/sbin/rsyslogd"));
    let libraries = format!("usr/lib/{}-linux-gnu", std::env::consts::ARCH);
    command.env("LD_LIBRARY_PATH", root.join(&libraries)).arg("-M").arg(root.join(libraries).join("rsyslog"));
    command
}

impl Rsyslog {
    /// Listens on all three; what it reads it writes to `out`.
    fn start(folder: &Path, udp: u16, tcp: u16) -> Rsyslog {
        let [socket, out, work] = ["socket", "out", "work"].map(|name| folder.join(name));
        std::fs::create_dir_all(&work).unwrap();
        let config = format!(
            r#"global(workDirectory="{work}" maxMessageSize="64k" parser.escapeControlCharactersOnReceive="off")
module(load="imudp") module(load="imtcp") module(load="mmpstrucdata")
module(load="imuxsock" SysSock.Use="off")
input(type="imudp" address="127.0.0.1" port="{udp}")
input(type="imtcp" address="127.0.0.1" port="{tcp}")
input(type="imuxsock" Socket="{socket}" UseSpecialParser="off" ParseHostname="on" RateLimit.Interval="0" UsePIDFromSystem="off" IgnoreTimestamp="off")
{TEMPLATE}
action(type="mmpstrucdata" jsonRoot="$!" sd_name.lowercase="off")
action(type="omfile" file="{out}" template="fields" asyncWriting="off")
"#,
            work = work.display(),
            socket = socket.display(),
            out = out.display(),
        );
        let path = folder.join("rsyslog.conf");
        std::fs::write(&path, config).unwrap();
        let log = std::fs::File::create(folder.join("rsyslog.log")).unwrap();
        let process = command()
            .args(["-n", "-f"])
            .arg(&path)
            .arg("-i")
            .arg(folder.join("pid"))
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut server = Rsyslog { process };
        server.until("it does not listen", || {
            socket.exists() && std::net::TcpStream::connect(("127.0.0.1", tcp)).is_ok()
        });
        server
    }

    fn until(&mut self, problem: &str, mut done: impl FnMut() -> bool) {
        let start = Instant::now();
        while !done() {
            assert!(self.process.try_wait().unwrap().is_none(), "it has ended: see rsyslog.log");
            assert!(start.elapsed() < PATIENCE, "{problem}");
            std::thread::park_timeout(Duration::from_millis(20));
        }
    }
}

/// One after the other, for one process has one observability: each transport in a child of its own.
#[test]
fn rsyslog_gets_exactly_what_was_sent_with_its_structured_data_over_each_transport() {
    if let Ok(transport) = std::env::var("RSYSLOG_TRANSPORT") {
        return log_over(&transport, std::env::var("RSYSLOG_ADDRESS").unwrap());
    }
    let has = match unpacked() {
        Some(root) => root.join("usr/sbin/rsyslogd").exists() || counterpart::skip("no rsyslogd unpacked", 3),
        None => counterpart::has("rsyslogd", &["-v"], 3),
    };
    if !has {
        return;
    }
    let folder = std::env::temp_dir().join(format!("feagi-rsyslog-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let tcp = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut server = Rsyslog::start(&folder, udp, tcp);
    let out = folder.join("out");
    for (transport, address) in [
        ("tcp", format!("127.0.0.1:{tcp}")),
        ("udp", format!("127.0.0.1:{udp}")),
        ("unix", folder.join("socket").display().to_string()),
    ] {
        let logs = send(transport, &address, &folder);
        server.until(&format!("not everything came over {transport}"), || lines(&out) as u64 >= MESSAGES);
        compare(transport, &logs, &std::fs::read_to_string(&out).unwrap());
        std::fs::write(&out, "").unwrap();
    }
    drop(server);
    std::fs::remove_dir_all(&folder).unwrap();
}

/// Runs this test as a child, and returns the JSON lines that it logged beside.
fn send(transport: &str, address: &str, folder: &Path) -> String {
    let log = folder.join(format!("{transport}.jsonl"));
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "rsyslog_gets_exactly_what_was_sent_with_its_structured_data_over_each_transport"])
        .env("RSYSLOG_TRANSPORT", transport)
        .env("RSYSLOG_ADDRESS", address)
        .env("RSYSLOG_LOG", &log)
        .env("RSYSLOG_OUT", folder.join("out"))
        .output()
        .unwrap();
    assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stdout));
    std::fs::read_to_string(log).unwrap()
}

fn lines(path: impl AsRef<Path>) -> usize {
    std::fs::read_to_string(path).map_or(0, |text| text.lines().count())
}

fn log_over(transport: &str, address: String) {
    let transport = match transport {
        "tcp" => SyslogTransport::Tcp,
        "udp" => SyslogTransport::Udp,
        _ => SyslogTransport::Unix,
    };
    let beside = SinkConfig {
        output: LogOutput::File(std::env::var("RSYSLOG_LOG").unwrap()),
        format: feagi_observability::LogFormat::Json,
        level: None,
    };
    let mut config = ObservabilityConfig {
        logging: LoggingConfig {
            output: LogOutput::Syslog,
            syslog: SyslogConfig {
                transport,
                address,
                facility: "local3".to_owned(),
                app_name: "brain".to_owned(),
                ..Default::default()
            },
            sinks: vec![beside],
            ..Default::default()
        },
        ..Default::default()
    };
    config.telemetry.export.batch_age_ms = 1;
    let observability = init_observability(&config).unwrap();
    let out = std::env::var("RSYSLOG_OUT").unwrap();
    for n in 1..=MESSAGES {
        burst(n);
        let start = Instant::now();
        while n % BURST == 0 && (lines(&out) as u64) < n {
            assert!(start.elapsed() < PATIENCE, "{n} messages, and not all have come");
            std::thread::park_timeout(Duration::from_millis(5));
        }
    }
    let report = observability.shutdown(Duration::from_secs(30));
    assert_eq!((report.dropped.len(), report.exported["syslog"]), (0, MESSAGES), "{report:?}");
}

fn compare(transport: &str, logs: &str, received: &str) {
    let sent: Vec<Value> = logs.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let received: Vec<Value> = received.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((sent.len(), received.len()), (MESSAGES as usize, MESSAGES as usize), "{transport}");
    for (sent, received) in sent.iter().zip(&received) {
        let n = sent["fields"]["n"].to_string();
        for (key, value) in
            [("severity", "info"), ("facility", "local3"), ("app", "brain"), ("n", n.as_str())]
        {
            assert_eq!(received[key], value, "{transport}: {received}");
        }
        for key in ["trace_id", "span_id", "timestamp"] {
            assert_eq!(received[key], sent[key], "{transport}: {received}");
        }
        assert_eq!(received["span"], sent["name"], "{transport}: {received}");
        assert_eq!(received["msg"].as_str().unwrap().trim_start(), sent["message"], "{transport}");
        // A line feed stays what it was made on the way: two characters.
        assert_eq!(received["text"], NASTY.replace('\n', "\\n"), "{transport}: {received}");
    }
}
