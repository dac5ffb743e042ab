//! Log lines to the system log, of this machine or another: RFC 5424 with structured data, or RFC 3164 for relays that know nothing else.

mod message;
mod sink;

#[cfg(test)]
mod tests;

pub(crate) use sink::SyslogSink;
