//! The folder of one run: `run_YYYYMMDD_HHMMSS` (UTC), with `_1`, `_2`, … where a run of that second has it already.

use std::cmp::Ordering;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use anyhow::Context;
use chrono::{DateTime, NaiveDateTime, Utc};

const PREFIX: &str = "run_";
const TIME_FORMAT: &str = "%Y%m%d_%H%M%S";
/// Runs that may start within one second.
const MAX_SEQUENCE: u32 = 999;

/// When a run started, and its place among those of the same second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RunName {
    pub(super) started: DateTime<Utc>,
    sequence: u32,
}

impl RunName {
    /// Reads a folder's name; `None` for every folder that this crate would not have made.
    pub(super) fn parse(name: &str) -> Option<Self> {
        let rest = name.strip_prefix(PREFIX)?;
        let (time, tail) = rest.split_at_checked("YYYYMMDD_HHMMSS".len())?;
        if !time.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_') {
            return None;
        }
        let started = NaiveDateTime::parse_from_str(time, TIME_FORMAT).ok()?.and_utc();
        let sequence = match tail.strip_prefix('_') {
            Some(digits) => digits.parse().ok()?,
            None if tail.is_empty() => 0,
            None => return None,
        };
        // The same name again, so that `run_2025_101_…` or `…_007` is not taken for ours.
        let run = Self { started, sequence };
        (sequence <= MAX_SEQUENCE && run.folder_name() == name).then_some(run)
    }

    fn folder_name(&self) -> String {
        let time = self.started.format(TIME_FORMAT);
        if self.sequence == 0 {
            format!("{PREFIX}{time}")
        } else {
            format!("{PREFIX}{time}_{}", self.sequence)
        }
    }

    /// Oldest first.
    pub(super) fn age_order(&self, other: &Self) -> Ordering {
        (self.started, self.sequence).cmp(&(other.started, other.sequence))
    }
}

/// Makes the folder for a run that starts at `started`, below `base`, which is made too where it is missing.
pub(super) fn create(base: &Path, started: DateTime<Utc>) -> anyhow::Result<PathBuf> {
    let make = |recursive: bool, path: &Path| folder_builder(recursive).create(path);
    make(true, base).with_context(|| unusable(base))?;
    for sequence in 0..=MAX_SEQUENCE {
        let folder = base.join(RunName { started, sequence }.folder_name());
        match make(false, &folder) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            outcome => return outcome.map(|()| folder).with_context(|| unusable(base)),
        }
    }
    anyhow::bail!(
        "`{}` has {MAX_SEQUENCE} runs of one second; give each process its own log_dir",
        base.display()
    )
}

/// Makes a log file that was not there before; so it follows no symbolic link.
pub(super) fn create_file(path: &Path) -> anyhow::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create_new(true);
    owner_only_file(&mut options);
    options.open(path).with_context(|| {
        format!(
            "log file `{}` cannot be made; give a log_dir with room and open files to spare",
            path.display()
        )
    })
}

/// Removes a run's folder. Symbolic links in it are removed themselves, not what they point at.
pub(super) fn remove(folder: &Path) -> io::Result<()> {
    fs::remove_dir_all(folder)
}

fn unusable(base: &Path) -> String {
    format!("log_dir `{}` cannot be used; give a folder that this process may write to", base.display())
}

/// Log lines may hold what only the owner should read.
fn folder_builder(recursive: bool) -> DirBuilder {
    let mut builder = DirBuilder::new();
    builder.recursive(recursive);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

#[cfg(unix)]
fn owner_only_file(options: &mut OpenOptions) {
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
}

#[cfg(not(unix))]
fn owner_only_file(_options: &mut OpenOptions) {}
