//! Which files that were set aside are kept.
//!
//! Invariant: only regular files with the names that we give are deleted, and only beside the log.

use super::rotation::Name;
use crate::config::FileConfig;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

#[derive(Clone, Debug)]
pub(super) struct Kept {
    folder: PathBuf,
    name: Option<Name>,
    files: usize,
    total: u64,
    age: Duration,
}

/// One that was set aside.
struct Aside {
    /// Its time and number.
    key: (String, u32),
    path: PathBuf,
    bytes: u64,
    written: SystemTime,
}

impl Kept {
    pub(super) fn new(path: &Path, config: &FileConfig) -> Self {
        let or_no_limit = |limit: u64| if limit == 0 { u64::MAX } else { limit };
        let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        Kept {
            folder: folder.unwrap_or(Path::new(".")).to_owned(),
            name: Name::of(path),
            files: usize::try_from(or_no_limit(u64::from(config.max_files))).unwrap_or(usize::MAX),
            total: or_no_limit(config.max_total_bytes),
            age: Duration::from_secs(or_no_limit(u64::from(config.retention_days)).saturating_mul(24 * 3600)),
        }
    }

    /// Deletes what is too old, and the oldest of what is too much; `bytes` are those that the log itself has, or may get.
    pub(super) fn prune(&self, bytes: u64) {
        if self.files == usize::MAX && self.total == u64::MAX && self.age == Duration::from_secs(u64::MAX) {
            return;
        }
        let mut total = bytes;
        for (place, file) in self.aside().into_iter().enumerate() {
            total = total.saturating_add(file.bytes);
            let is_old = file.written.elapsed().is_ok_and(|age| age > self.age) || self.is_named_old(&file);
            if place >= self.files || total > self.total || is_old {
                // Who cannot be deleted stays, and is tried again.
                let _ = std::fs::remove_file(&file.path);
            }
        }
    }

    /// A copy has a new date, and its old name.
    fn is_named_old(&self, file: &Aside) -> bool {
        let time = chrono::NaiveDateTime::parse_from_str(&file.key.0, "%Y-%m-%dT%H-%M-%S");
        let age = time.map(|time| chrono::Utc::now().naive_utc() - time);
        age.is_ok_and(|age| age.to_std().is_ok_and(|age| age > self.age))
    }

    /// All that were set aside, packed or not, the newest first.
    fn aside(&self) -> Vec<Aside> {
        let Some(name) = &self.name else { return Vec::new() };
        let entries = std::fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let mut files: Vec<Aside> = entries
            .filter_map(|entry| {
                let (time, number) =
                    name.read(entry.file_name().to_str()?).map(|(t, n)| (t.to_owned(), n))?;
                // Not through a link.
                let metadata = entry.metadata().ok().filter(|metadata| metadata.is_file())?;
                let (bytes, written) = (metadata.len(), metadata.modified().ok()?);
                Some(Aside { key: (time, number), path: entry.path(), bytes, written })
            })
            .collect();
        files.sort_by(|one, other| other.key.cmp(&one.key));
        files
    }

    /// Those that are not packed yet, the oldest first.
    pub(super) fn unpacked(&self) -> Vec<PathBuf> {
        let mut files: Vec<PathBuf> = self.aside().into_iter().map(|file| file.path).collect();
        files.retain(|path| path.extension().is_none_or(|extension| extension != "gz"));
        files.reverse();
        files
    }
}
