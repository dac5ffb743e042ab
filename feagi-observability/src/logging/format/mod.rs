//! Turns one record into one physical line, appended to a buffer that the sink reuses.
//!
//! Invariant: whatever a record's texts hold, a line has exactly one line feed, at its end, and no control character,
//! terminal escape or bidirectional override before it.

mod color;
mod compact;
mod ecs;
mod escape;
mod json;
mod logfmt;
mod number;
#[cfg(test)]
pub(crate) mod sample;
#[cfg_attr(not(feature = "syslog"), allow(dead_code, reason = "the system log takes parts of lines"))]
mod text;
#[cfg_attr(not(feature = "syslog"), allow(dead_code, reason = "the system log has a form of its own"))]
mod timestamp;
mod word;

// What other rooms write in formats of their own.
#[allow(unused_imports, reason = "depends on the features")]
pub(crate) use {
    escape::{Quotes, escape},
    json::{append_fields, append_links, append_string},
    number::{append_f64, append_hex, append_i64, append_thousandths, append_u64},
    text::append_details,
    timestamp::{append as append_timestamp, append_calendar},
};

use crate::collect::Entry;
use crate::config::{LogFormat, TelemetryConfig};
use color::Palette;
use ecs::Ecs;

/// How one output writes its lines.
#[derive(Clone, Debug)]
pub(crate) struct LineFormat(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Text(Palette),
    Compact(Palette),
    Json,
    Ecs(Ecs),
    Logfmt,
}

impl LineFormat {
    /// `config` says whose lines they are, for formats that name that in each line.
    pub(crate) fn new(format: LogFormat, config: &TelemetryConfig) -> Self {
        let palette = Palette::default();
        LineFormat(match format {
            LogFormat::Text => Kind::Text(palette),
            LogFormat::Compact => Kind::Compact(palette),
            LogFormat::Json => Kind::Json,
            LogFormat::Logfmt => Kind::Logfmt,
            LogFormat::Ecs => {
                let version = config.service_version.as_deref().unwrap_or_default();
                Kind::Ecs(Ecs::new(&config.service_name, version))
            }
        })
    }

    /// The same for a terminal that shows colours: only formats for people have any.
    pub(crate) fn colored(self) -> Self {
        let palette = Palette::new(true);
        LineFormat(match self.0 {
            Kind::Text(_) => Kind::Text(palette),
            Kind::Compact(_) => Kind::Compact(palette),
            other => other,
        })
    }

    /// Appends `entry` as one line, line feed included.
    pub(crate) fn append(&self, entry: &Entry<'_>, out: &mut Vec<u8>) {
        self.append_open(entry, out);
        out.push(b'\n');
    }

    /// Appends `entry` as one line without its line feed.
    pub(crate) fn append_open(&self, entry: &Entry<'_>, out: &mut Vec<u8>) {
        match &self.0 {
            Kind::Text(palette) => text::append(entry, *palette, out),
            Kind::Compact(palette) => compact::append(entry, *palette, out),
            Kind::Json => json::append(entry, out),
            Kind::Ecs(ecs) => ecs.append(entry, out),
            Kind::Logfmt => logfmt::append(entry, out),
        }
    }
}

/// Of a process that has not been given a name.
#[cfg(test)]
impl From<LogFormat> for LineFormat {
    fn from(format: LogFormat) -> Self {
        LineFormat::new(format, &TelemetryConfig::default())
    }
}

#[cfg(test)]
mod tests;
