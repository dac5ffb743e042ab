//! Puts a finished file in place: whole or not at all, and readable by its owner only.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::ProfilingError;

/// A profile tells what the program does: nobody else's business on a shared machine.
pub(super) const FILE_MODE: u32 = 0o600;
const FOLDER_MODE: u32 = 0o700;

/// Creates the folder and its missing parents; existing ones keep their modes.
pub(super) fn create_folder(path: &Path) -> Result<(), ProfilingError> {
    let created = DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(path);
    created.map_err(ProfilingError::io("create the folder", path))
}

/// Writes a file beside its place and renames it, so that a reader sees the old or the new one, never a part.
pub(super) fn replace(path: &Path, content: &[u8]) -> Result<(), ProfilingError> {
    let temporary = temporary_name(path);
    let written = write_new(&temporary, content).and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        // It may not exist; the first error is the one to report.
        let _ = fs::remove_file(&temporary);
    }
    written.map_err(ProfilingError::io("write", path))
}

/// Deletes a file of an earlier run; none is as good.
pub(super) fn remove(path: &Path) -> Result<(), ProfilingError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(ProfilingError::io("remove", path)(error))
        }
        _ => Ok(()),
    }
}

/// In the same folder, as rename cannot cross file systems; per process, as two may share the folder.
fn temporary_name(path: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.tmp", std::process::id()));
    path.with_file_name(name)
}

fn write_new(path: &Path, content: &[u8]) -> io::Result<()> {
    // `create_new` follows no symlink; a leftover of a crashed process with our id is removed first.
    let _ = fs::remove_file(path);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(FILE_MODE).open(path)?;
    file.write_all(content)
}
