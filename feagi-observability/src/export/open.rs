//! Opens files that hold what a program logs: readable by its owner only, never through a symbolic link.

use crate::error::ObservabilityError;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::path::Path;

/// Opens `path` with `options`, creating it and its folders; `field` names the configuration that asked.
pub(super) fn open(
    options: &mut OpenOptions,
    path: &Path,
    field: &'static str,
) -> Result<File, ObservabilityError> {
    create_parent(path)
        .and_then(|()| private(options.create(true)).open(path))
        .map_err(|source| ObservabilityError::Write { field, path: path.to_owned(), source })
}

/// Folders that are missing are made for their owner only; those that are there stay as they are.
fn create_parent(path: &Path) -> io::Result<()> {
    let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) else { return Ok(()) };
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(parent)
}

/// Without a reader a FIFO would block in `open` for ever; `O_NONBLOCK` makes that an error and is nothing to a file.
/// `O_CLOEXEC` is set by the standard library.
#[cfg(unix)]
pub(super) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(0o600).custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK)
}

#[cfg(not(unix))]
pub(super) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}
