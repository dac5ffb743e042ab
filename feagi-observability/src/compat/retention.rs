//! Deletes the folders of runs that are too old or too many.
//!
//! Invariant: only folders whose names this crate gives, directly below the log folder, and never through a
//! symbolic link.

use std::fs::{self, DirEntry};
use std::io;
use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, Utc};

use crate::compat::run_folder::{self, RunName};

const DEFAULT_DAYS: u64 = 30;
const DEFAULT_RUNS: usize = 10;

/// What is kept.
pub(super) struct Retention {
    /// Runs that started before this go; `None` where the limit lies before all time.
    oldest: Option<DateTime<Utc>>,
    runs: usize,
}

impl Retention {
    /// Keeps runs of the last `days` days (30 unless given), and of those the newest `runs` (10 unless given).
    pub(super) fn new(now: DateTime<Utc>, days: Option<u64>, runs: Option<usize>) -> Self {
        let days = i64::try_from(days.unwrap_or(DEFAULT_DAYS)).ok().and_then(TimeDelta::try_days);
        let oldest = days.and_then(|age| now.checked_sub_signed(age));
        Self { oldest, runs: runs.unwrap_or(DEFAULT_RUNS) }
    }

    /// Deletes below `base` what need not be kept. `current` is the run that has just begun: it counts as one of
    /// the runs and always stays. Returns what could not be deleted, and why.
    pub(super) fn apply(&self, base: &Path, current: &Path) -> Vec<(PathBuf, io::Error)> {
        let mut runs = match earlier_runs(base, current) {
            Ok(runs) => runs,
            Err(error) => return vec![(base.to_path_buf(), error)],
        };
        runs.sort_by(|(left, _), (right, _)| right.age_order(left));
        let places = self.runs.saturating_sub(1);
        let surplus = runs.into_iter().enumerate().filter(|(place, (run, _))| {
            *place >= places || self.oldest.is_some_and(|oldest| run.started < oldest)
        });
        surplus
            .filter_map(|(_, (_, path))| run_folder::remove(&path).err().map(|error| (path, error)))
            .collect()
    }
}

fn earlier_runs(base: &Path, current: &Path) -> io::Result<Vec<(RunName, PathBuf)>> {
    let mut runs = Vec::new();
    for entry in fs::read_dir(base)? {
        let entry = entry?;
        if Some(entry.file_name().as_os_str()) == current.file_name() {
            continue;
        }
        runs.extend(run_of(&entry).map(|run| (run, entry.path())));
    }
    Ok(runs)
}

fn run_of(entry: &DirEntry) -> Option<RunName> {
    // The entry's own type: a symbolic link to a folder is not a folder here.
    let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
    entry.file_name().to_str().filter(|_| is_folder).and_then(RunName::parse)
}
