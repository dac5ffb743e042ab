//! What is sent to the system log, and where to.

use serde::{Deserialize, Serialize};

/// What is sent to the system log, and where to.
///
/// ```
/// use feagi_observability::{LogOutput, LoggingConfig, SyslogConfig, SyslogTransport};
/// let syslog = SyslogConfig {
///     transport: SyslogTransport::Tcp,
///     address: "127.0.0.1:601".to_owned(),
///     facility: "local0".to_owned(),
///     ..Default::default()
/// };
/// let logging = LoggingConfig { output: LogOutput::Syslog, syslog, ..Default::default() };
/// # assert_eq!(logging.syslog.facility, "local0");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SyslogConfig {
    /// How messages travel. Default a socket of this machine.
    pub transport: SyslogTransport,
    /// A path for `unix`, else `host:port`. Default empty: `/dev/log`, `127.0.0.1:514` for `udp`, `127.0.0.1:601` for `tcp`.
    pub address: String,
    /// `kern`, `user`, `daemon`, `auth`, `local0` to `local7` and the others of RFC 5424, section 6.2.1. Default `user`.
    pub facility: String,
    /// How a message looks. Default RFC 5424.
    pub protocol: SyslogProtocol,
    /// The name in front of each message, no more than 48 printable ASCII characters. Default empty: `telemetry.service_name`.
    pub app_name: String,
    /// The number behind the names of structured data, as IANA assigns them to enterprises. Default 32473, which is nobody's (RFC 5612).
    pub enterprise_number: u32,
}

impl Default for SyslogConfig {
    fn default() -> Self {
        SyslogConfig {
            transport: SyslogTransport::Unix,
            address: String::new(),
            facility: "user".to_owned(),
            protocol: SyslogProtocol::Rfc5424,
            app_name: String::new(),
            enterprise_number: 32473,
        }
    }
}

/// How messages travel.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum SyslogTransport {
    /// A socket of this machine, in datagrams, or as a stream where it is one.
    #[default]
    #[serde(rename = "unix")]
    Unix,
    /// A datagram a message (RFC 5426). What gets lost on the way, nobody is told.
    #[serde(rename = "udp")]
    Udp,
    /// A stream, with the length in front of each message (RFC 6587, section 3.4.1).
    #[serde(rename = "tcp")]
    Tcp,
}

/// How a message looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum SyslogProtocol {
    /// RFC 5424, with ids and fields as structured data.
    #[default]
    #[serde(rename = "rfc5424")]
    Rfc5424,
    /// RFC 3164, for relays that know nothing else: fields and ids stand behind the message.
    #[serde(rename = "rfc3164")]
    Rfc3164,
}
