//! What a process has measured of itself.

use serde::{Deserialize, Serialize};
use std::fs;

/// Of a sender, or of all.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Sent {
    /// Spans that were made.
    pub(crate) emitted: u64,
    /// Spans that have arrived, as the exporter knows it.
    pub(crate) exported: u64,
    /// Spans that were lost, wherever.
    pub(crate) dropped: u64,
    /// Attempts that were made again: what they carried may have come twice.
    pub(crate) retries: u64,
    /// From the first span to the end of the shutdown.
    pub(crate) seconds: f64,
    /// Processor time of the process.
    pub(crate) cpu_seconds: f64,
    /// What one observed site has on the metrics page.
    pub(crate) page_lines: u64,
    /// The same in bytes.
    pub(crate) page_bytes: u64,
}

impl Sent {
    /// All of them together.
    pub(crate) fn sum(all: &[Sent]) -> Sent {
        all.iter().fold(Sent::default(), |sum, one| Sent {
            emitted: sum.emitted + one.emitted,
            exported: sum.exported + one.exported,
            dropped: sum.dropped + one.dropped,
            retries: sum.retries + one.retries,
            seconds: sum.seconds.max(one.seconds),
            cpu_seconds: sum.cpu_seconds + one.cpu_seconds,
            page_lines: sum.page_lines.max(one.page_lines),
            page_bytes: sum.page_bytes.max(one.page_bytes),
        })
    }
}

/// Of the receiver.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Received {
    /// `None` of a receiver that does not tell.
    pub(crate) counts: Option<Counts>,
    /// Processor time of the process.
    pub(crate) cpu_seconds: f64,
}

/// What has come.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Counts {
    pub(crate) requests: u64,
    pub(crate) spans: u64,
    /// Bytes of the bodies as they came.
    pub(crate) bytes: u64,
    /// The same, unpacked.
    pub(crate) unpacked: u64,
}

/// Processor time of a process so far, in seconds; 0 where the system does not tell. `process` is its id or `self`.
pub(crate) fn cpu_seconds(process: &str) -> f64 {
    // proc_pid_stat(5): user and system time are fields 14 and 15, in hundredths of a second on every Linux; the second is in brackets.
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let after = stat.rsplit_once(')').map_or("", |(_, after)| after);
    let ticks = after.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u64>().ok());
    ticks.sum::<u64>() as f64 / 100.0
}
