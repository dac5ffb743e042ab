//! Lines, as the collector hands them over, to a socket that takes syslog messages.

use super::message::Header;
use crate::collect::{Entry, Sink, SinkCounters};
use crate::config::{LogFormat, ObservabilityConfig, SyslogConfig, SyslogTransport};
use crate::error::ObservabilityError;
use crate::export::delivery::{Address, Limits, Outbox, Socket};
use crate::export::host::host_name;
use crate::logging::format::{LineFormat, append_u64};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

/// The names of RFC 5424, table 1, by their numbers; 12 to 15 as the C library calls them, where it does.
const FACILITIES: [&str; 24] = [
    "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp",
    "ntp", "audit", "alert", "clock", "local0", "local1", "local2", "local3", "local4", "local5", "local6",
    "local7",
];
/// What a UDP datagram over IPv4 has room for is 65,507 bytes; a little less, so that no address family minds.
const LARGEST_DATAGRAM: usize = 65_000;

/// Sends lines as syslog messages.
pub(crate) struct SyslogSink {
    header: Header,
    framing: Framing,
    message: Vec<u8>,
    framed: Vec<u8>,
    outbox: Outbox,
}

/// How messages are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Framing {
    /// By datagrams.
    Datagram,
    /// By their lengths.
    OctetCounting,
}

impl SyslogSink {
    /// Checks the configuration, and opens nothing.
    ///
    /// # Errors
    /// [`ObservabilityError::Config`] names the field, the value and the remedy.
    pub(crate) fn check(config: &ObservabilityConfig) -> Result<(), ObservabilityError> {
        let syslog = &config.logging.syslog;
        facility(&syslog.facility)?;
        app_name(config)?;
        address(syslog)?;
        Limits::new(&config.telemetry.export).map(drop)
    }

    /// Starts the sending thread.
    ///
    /// # Errors
    /// Those of [`check`](Self::check), and [`ObservabilityError::Thread`] if the system refuses a thread.
    pub(crate) fn start(config: &ObservabilityConfig, format: LogFormat) -> Result<Self, ObservabilityError> {
        let syslog = &config.logging.syslog;
        let mut limits = Limits::new(&config.telemetry.export)?;
        let header = Header {
            protocol: syslog.protocol,
            facility: facility(&syslog.facility)?,
            host: printable(&host_name(), 255),
            app_name: app_name(config)?,
            process: std::process::id(),
            enterprise: syslog.enterprise_number,
            line: Header::line(format, LineFormat::new(format, &config.telemetry)),
        };
        let framing = match syslog.transport {
            SyslogTransport::Unix | SyslogTransport::Udp => Framing::Datagram,
            SyslogTransport::Tcp => Framing::OctetCounting,
        };
        if framing == Framing::Datagram {
            limits.record_bytes = limits.record_bytes.min(LARGEST_DATAGRAM);
        }
        let socket = Box::new(Socket::new(address(syslog)?));
        Ok(SyslogSink {
            header,
            framing,
            message: Vec::new(),
            framed: Vec::new(),
            outbox: Outbox::start("feagi-obs-log", limits, socket)?,
        })
    }
}

impl Sink for SyslogSink {
    fn name(&self) -> &'static str {
        "syslog"
    }

    fn counters(&self) -> Arc<SinkCounters> {
        self.outbox.counters()
    }

    fn write(&mut self, entry: &Entry<'_>) {
        self.message.clear();
        self.header.append(entry, &mut self.message);
        match self.framing {
            Framing::Datagram => self.outbox.add(&self.message),
            Framing::OctetCounting => {
                self.framed.clear();
                append_u64(self.message.len() as u64, &mut self.framed);
                self.framed.push(b' ');
                self.framed.extend_from_slice(&self.message);
                self.outbox.add(&self.framed);
            }
        }
    }

    fn flush(&mut self) {
        self.outbox.flush();
    }

    fn closing(&mut self, deadline: Instant) {
        self.outbox.closing(deadline);
    }

    fn close(&mut self, deadline: Instant) {
        self.outbox.close(deadline);
    }
}

fn facility(name: &str) -> Result<u8, ObservabilityError> {
    let found = FACILITIES.iter().position(|known| *known == name);
    found.and_then(|number| u8::try_from(number).ok()).ok_or_else(|| {
        ObservabilityError::Config(format!(
            "`logging.syslog.facility` is `{}`; write one of {}",
            name.escape_debug(),
            FACILITIES.join(", ")
        ))
    })
}

/// RFC 5424, section 6.2.5. What is configured has to be so; a service's name is made so.
fn app_name(config: &ObservabilityConfig) -> Result<String, ObservabilityError> {
    let name = &config.logging.syslog.app_name;
    if name.is_empty() {
        return Ok(printable(&config.telemetry.service_name, 48));
    }
    if name.len() > 48 || !name.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(ObservabilityError::Config(format!(
            "`logging.syslog.app_name` is `{}`; write up to 48 printable ASCII characters without spaces",
            name.escape_debug()
        )));
    }
    Ok(name.clone())
}

/// What the header has room for: printable ASCII.
fn printable(text: &str, longest: usize) -> String {
    text.chars().map(|c| if c.is_ascii_graphic() { c } else { '_' }).take(longest).collect()
}

fn address(config: &SyslogConfig) -> Result<Address, ObservabilityError> {
    let or = |default: &str| {
        if config.address.is_empty() { default.to_owned() } else { config.address.clone() }
    };
    match config.transport {
        SyslogTransport::Unix => {
            let path = PathBuf::from(or("/dev/log"));
            if !cfg!(unix) || !path.is_absolute() {
                return Err(refused(config, "an absolute path such as `/dev/log`, on a unix system"));
            }
            Ok(Address::Path(path))
        }
        SyslogTransport::Udp => host_and_port(config, or("127.0.0.1:514")).map(Address::Udp),
        SyslogTransport::Tcp => host_and_port(config, or("127.0.0.1:601")).map(Address::Tcp),
    }
}

fn host_and_port(config: &SyslogConfig, address: String) -> Result<String, ObservabilityError> {
    let parts =
        address.rsplit_once(':').filter(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok());
    match parts {
        Some(_) => Ok(address),
        None => Err(refused(config, "a host and a port such as `127.0.0.1:514`")),
    }
}

fn refused(config: &SyslogConfig, remedy: &str) -> ObservabilityError {
    ObservabilityError::Config(format!(
        "`logging.syslog.address` is `{}`; for this `transport` write {remedy}",
        config.address.escape_debug()
    ))
}
