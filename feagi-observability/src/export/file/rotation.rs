//! When a file's time is over, and what it is called when it is set aside: `app.log` becomes `app.2026-11-24T20-15-00.log`, and the
//! second one of that second `app.2026-11-24T20-15-00_0002.log`. The names order as the files do.

use crate::config::Rotation;
use crate::logging::format::append_timestamp;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Files that may be set aside within one second.
const MOST: u32 = 9999;
/// The length of `2026-11-24T20-15-00`.
const TIME: usize = 19;

/// The hour or the day that a file is for, in UTC.
#[derive(Clone, Copy, Debug)]
pub(super) struct Period {
    /// In seconds; 0 is for ever.
    length: u64,
    number: u64,
}

impl Period {
    /// Times are seconds since the Unix epoch.
    pub(super) fn new(rotation: Rotation, now: u64) -> Self {
        let length = match rotation {
            Rotation::Never => 0,
            Rotation::Hourly => 3600,
            Rotation::Daily => 24 * 3600,
        };
        Period { length, number: 0 }.at(now)
    }

    pub(super) fn at(self, now: u64) -> Self {
        Period { number: now.checked_div(self.length).unwrap_or(0), ..self }
    }

    pub(super) fn is_over(self, now: u64) -> bool {
        self.at(now).number != self.number
    }
}

/// Names for files that are set aside, each later than the one before.
#[derive(Debug, Default)]
pub(super) struct Aside {
    /// Seconds since the Unix epoch, and the number of the last file of that second. A number is not given again when its file has gone.
    last: (u64, u32),
}

impl Aside {
    /// Renames `path`; whether that worked.
    pub(super) fn set(&mut self, path: &Path, now: u64) -> bool {
        // A clock that was put back gives no earlier names.
        let second = now.max(self.last.0);
        let first = if second == self.last.0 { self.last.1 + 1 } else { 1 };
        let mut time = Vec::new();
        append_timestamp(second.saturating_mul(1_000_000_000), &mut time);
        let time = String::from_utf8_lossy(&time).replace(':', "-");
        let Some(name) = Name::of(path) else { return false };
        let file = |number| path.with_file_name(name.aside(time.get(..TIME).unwrap_or_default(), number));
        let free = |number: &u32| !exists(&file(*number)) && !exists(&packed(&file(*number)));
        let Some(number) = (first..=MOST).find(free) else { return false };
        self.last = (second, number);
        std::fs::rename(path, file(number)).is_ok()
    }
}

fn exists(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok()
}

/// The name of the same file when it is packed.
pub(super) fn packed(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".gz");
    PathBuf::from(name)
}

/// A log's name, taken apart.
#[derive(Clone, Debug)]
pub(super) struct Name {
    stem: String,
    /// With its dot; may be empty.
    extension: String,
}

impl Name {
    /// `None` of a name that is not UTF-8.
    pub(super) fn of(path: &Path) -> Option<Name> {
        let text = |part: Option<&OsStr>| Some(part?.to_str()?.to_owned());
        let stem = text(path.file_stem())?;
        let extension = match path.extension() {
            Some(extension) => format!(".{}", extension.to_str()?),
            None => String::new(),
        };
        Some(Name { stem, extension })
    }

    fn aside(&self, time: &str, number: u32) -> String {
        let Name { stem, extension } = self;
        match number {
            1 => format!("{stem}.{time}{extension}"),
            _ => format!("{stem}.{time}_{number:04}{extension}"),
        }
    }

    /// The time and the number of a file that was set aside, packed or not; `None` of every other.
    pub(super) fn read<'a>(&self, file: &'a str) -> Option<(&'a str, u32)> {
        let file = file.strip_suffix(".gz").unwrap_or(file);
        let middle = file.strip_prefix(&self.stem)?.strip_prefix('.')?.strip_suffix(&self.extension)?;
        let (time, number) = middle.split_at_checked(TIME)?;
        let digit = |(place, byte): (usize, u8)| match place {
            4 | 7 | 13 | 16 => byte == b'-',
            10 => byte == b'T',
            _ => byte.is_ascii_digit(),
        };
        let number = match number.strip_prefix('_') {
            Some(number) if number.len() == 4 => number.parse().ok()?,
            None if number.is_empty() => 1,
            _ => return None,
        };
        time.bytes().enumerate().all(digit).then_some((time, number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_set_aside_is_read_as_that() {
        let name = Name::of(Path::new("logs/app.log")).unwrap();
        let time = "2026-11-24T20-15-00";
        for (number, packed) in [(1, ""), (2, ".gz"), (9999, "")] {
            assert_eq!(name.read(&format!("{}{packed}", name.aside(time, number))), Some((time, number)));
        }
        for other in [
            "app.log",
            "app.x.log",
            "app.2026-11-24T20-15-00.log.bak",
            "b.2026-11-24T20-15-00.log",
            "app..log",
        ] {
            assert_eq!(name.read(other), None, "{other}");
        }
        assert!(name.aside(time, 1) < name.aside(time, 2) && name.aside(time, 9) < name.aside(time, 10));
        assert!(name.aside(time, 9999) < name.aside("2026-11-24T20-15-01", 1));
        let bare = Name::of(Path::new("app")).unwrap();
        assert_eq!(bare.read(&bare.aside(time, 3)), Some((time, 3)));
    }
}
