//! Wall-clock time of a record.

use std::time::{SystemTime, UNIX_EPOCH};

use chrono::{DateTime, SecondsFormat, Utc};

/// A point in time as microseconds since 1970. A clock that stands before that reads as 1970.
#[derive(Debug, Clone, Copy)]
pub(super) struct Timestamp {
    micros: i64,
}

impl Timestamp {
    /// Now; 1970 in a browser, where the standard library has no clock and would panic if asked for one.
    pub(super) fn now() -> Self {
        if cfg!(all(target_arch = "wasm32", target_os = "unknown")) {
            return Self { micros: 0 };
        }
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { micros: i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX) }
    }

    pub(super) fn millis(self) -> i64 {
        self.micros / 1_000
    }

    pub(super) fn utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.micros).unwrap_or_default()
    }

    /// RFC 3339 with microseconds and `Z`.
    pub(super) fn rfc3339(self) -> String {
        self.utc().to_rfc3339_opts(SecondsFormat::Micros, true)
    }
}
