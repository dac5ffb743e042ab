//! The file that is written to: opened again when it is no longer the one under its name, set aside when it is full.

use super::kept::Kept;
use super::packing::Packing;
use super::rotation::{Aside, Period};
use crate::config::FileConfig;
use crate::error::ObservabilityError;
use crate::export::lines::Out;
use crate::export::open::{open, private};
use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The configuration field that a failure to open is blamed on.
const FIELD: &str = "logging.output";
/// How often it is looked whether the file is still the one under its name.
const LOOK: Duration = Duration::from_secs(1);

pub(super) struct Appended {
    path: PathBuf,
    file: File,
    /// How long it is. Others may change it: it is asked for at each look.
    bytes: u64,
    limit: u64,
    period: Period,
    aside: Aside,
    kept: Kept,
    packing: Option<Packing>,
    /// Whether the file is still to be emptied: only once the collector runs, for until then the start may be refused, and
    /// what an earlier run has logged is not to be lost for that.
    to_be_emptied: bool,
    looked: Instant,
}

impl Appended {
    pub(super) fn open(path: &Path, config: &FileConfig) -> Result<Self, ObservabilityError> {
        let file = open(OpenOptions::new().append(true), path, FIELD)?;
        let bytes = regular(&file).map_or(0, |metadata| metadata.len());
        let kept = Kept::new(path, config);
        kept.prune(bytes);
        Ok(Appended {
            path: path.to_owned(),
            bytes,
            limit: config.max_bytes,
            period: Period::new(config.rotate, now()),
            aside: Aside::default(),
            packing: config.compress.then(|| Packing::new(kept.clone())),
            kept,
            to_be_emptied: config.truncate,
            looked: Instant::now(),
            file,
        })
    }

    /// Whether a regular file has a last line without a line feed: an earlier run was killed while it wrote.
    pub(super) fn ends_within_a_line(&self) -> bool {
        let last_byte = || -> io::Result<u8> {
            // The log itself is open for appending only, so that it may be write-only.
            let mut reader = private(OpenOptions::new().read(true)).open(&self.path)?;
            reader.seek(SeekFrom::End(-1))?;
            let mut last = [0];
            reader.read_exact(&mut last)?;
            let [last] = last;
            Ok(last)
        };
        !self.to_be_emptied && self.bytes > 0 && last_byte().is_ok_and(|last| last != b'\n')
    }

    pub(super) fn empty_once(&mut self) {
        if std::mem::take(&mut self.to_be_emptied) {
            // What is no regular file has nothing to empty.
            let _ = self.file.set_len(0);
            self.bytes = 0;
        }
    }

    pub(super) fn close(&mut self, deadline: Instant) {
        if let Some(packing) = &mut self.packing {
            packing.wait(deadline);
        }
    }

    /// Opens the file anew if it was moved or deleted; takes note of what others have done to its length.
    fn look(&mut self) {
        if self.looked.elapsed() < LOOK {
            return;
        }
        self.looked = Instant::now();
        let Some(open) = regular(&self.file) else { return };
        self.bytes = open.len();
        let named = std::fs::symlink_metadata(&self.path);
        if !named.is_ok_and(|named| is_same(&named, &open)) {
            self.begin_anew();
        }
    }

    #[cfg(all(test, unix))]
    pub(super) fn look_again(&mut self) {
        self.looked = Instant::now().checked_sub(LOOK).unwrap();
    }

    /// Goes on in a new file under the same name; if there can be none, in the old one.
    fn begin_anew(&mut self) -> bool {
        let Ok(file) = open(OpenOptions::new().append(true), &self.path, FIELD) else { return false };
        self.bytes = regular(&file).map_or(0, |metadata| metadata.len());
        self.file = file;
        true
    }

    /// Sets the file aside. What fails is tried again at the next look: until then the file grows.
    fn rotate(&mut self) {
        let now = now();
        let set_aside = regular(&self.file).is_some() && self.aside.set(&self.path, now);
        // Whether or not it worked: a folder that cannot be written to is not asked for every line.
        self.period = self.period.at(now);
        if !set_aside || !self.begin_anew() {
            return;
        }
        match &mut self.packing {
            Some(packing) => packing.start(self.limit),
            None => self.kept.prune(self.limit),
        }
    }

    fn is_full(&self, line: usize) -> bool {
        let is_too_long = self.limit > 0 && self.bytes.saturating_add(line as u64) > self.limit;
        self.bytes > 0 && (is_too_long || self.period.is_over(now()))
    }
}

impl Out for Appended {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.bytes = self.bytes.saturating_add(written as u64);
        Ok(written)
    }

    fn room(&mut self, from: usize, ends: &[usize]) -> usize {
        self.look();
        let all = ends.last().copied().unwrap_or(from);
        let Some(first) = ends.iter().find(|end| **end > from) else { return all };
        if self.is_full(first - from) {
            self.rotate();
        }
        if self.limit == 0 {
            return all;
        }
        let left = self.limit.saturating_sub(self.bytes);
        let fits = |end: &&usize| **end <= from || (**end - from) as u64 <= left;
        ends.iter().take_while(fits).last().copied().unwrap_or(from).max(*first)
    }
}

/// What is no regular file, such as a device, is neither long nor moved.
fn regular(file: &File) -> Option<Metadata> {
    file.metadata().ok().filter(Metadata::is_file)
}

#[cfg(unix)]
fn is_same(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// Elsewhere a file that is open cannot be moved.
#[cfg(not(unix))]
fn is_same(_: &Metadata, _: &Metadata) -> bool {
    true
}

/// Seconds since the Unix epoch.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |age| age.as_secs())
}
