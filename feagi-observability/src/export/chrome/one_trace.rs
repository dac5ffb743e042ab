//! The file of one trace, from records that somebody has kept.

use super::{ChromeConfig, ChromeSink};
use crate::collect::{DropReason, EntryKind, Sink, WholeRecord};
use crate::error::ObservabilityError;
use std::path::Path;
use std::time::Instant;

/// What a file of one trace is made of.
pub(crate) struct OneTrace<'a> {
    /// What the process is called.
    pub(crate) process: &'a str,
    /// Bytes that the file may have.
    pub(crate) limit: u64,
    pub(crate) records: Vec<WholeRecord>,
}

/// How many records are in the file now, and how many are not.
pub(crate) fn write_one_trace(path: &Path, trace: &OneTrace<'_>) -> Result<(u64, u64), ObservabilityError> {
    let start = trace.records.iter().map(|record| record.entry().start).min().unwrap_or_default();
    let (process, limit) = (trace.process, trace.limit);
    let mut sink = ChromeSink::open(
        path,
        ChromeConfig { process, limit, start, memory: Box::new(Vec::new), profiles: Default::default() },
    )?;
    for record in &trace.records {
        let entry = record.entry();
        if entry.kind == EntryKind::Log { sink.note(&entry) } else { sink.write(&entry) }
    }
    sink.close(Instant::now());
    let counters = sink.counters();
    let lost = DropReason::ALL.iter().map(|reason| counters.dropped(*reason)).sum();
    Ok((counters.exported(), lost))
}
