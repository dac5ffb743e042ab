//! The checks that need the machine: made before a run starts, so that a refused run leaves nothing behind.

use crate::args::Args;
use crate::usage_error::UsageError;
use std::fs;
use std::io;
use std::net::TcpListener;
use std::path::{Path, PathBuf};

/// Checks the configuration file, the port and the folder, in this order, and creates the folder.
///
/// The folder comes last because it is the only check that changes anything.
///
/// # Errors
/// The first thing that the run would stumble over.
pub fn check(args: &Args) -> Result<(), UsageError> {
    if let Some(file) = &args.config {
        readable(file)?;
    }
    if let Some(address) = &args.serve {
        free(address)?;
    }
    writable(&args.out)
}

fn readable(file: &Path) -> Result<(), UsageError> {
    let refused = |why: String| {
        UsageError::new("--config", file.display(), why, "name a readable TOML file, or leave the flag out")
    };
    // Opening a folder works on Unix; only reading it fails.
    match fs::metadata(file) {
        Ok(found) if found.is_dir() => Err(refused("is a folder".to_owned())),
        Ok(_) => fs::File::open(file).map(drop).map_err(|e| refused(plain(&e))),
        Err(e) => Err(refused(plain(&e))),
    }
}

/// Binds the address and lets it go again; whoever binds it for good may still fail, and must say so then.
fn free(address: &str) -> Result<(), UsageError> {
    TcpListener::bind(address).map(drop).map_err(|e| {
        UsageError::new("--serve", address, plain(&e), "choose a free port, or port 0 for any free one")
    })
}

fn writable(folder: &Path) -> Result<(), UsageError> {
    let created = missing_ancestors(folder);
    let probe = folder.join(format!(".feagi-burst-probe-{}", std::process::id()));
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(&probe, b"probe"))
        .and_then(|()| fs::remove_file(&probe))
        .map_err(|e| {
            // Best effort: `remove_dir` takes only empty folders, and only those that this call made.
            let _ = fs::remove_file(&probe);
            created.iter().for_each(|made| drop(fs::remove_dir(made)));
            UsageError::new("--out", folder.display(), plain(&e), "name a folder that can be written")
        })
}

/// The folders that `create_dir_all` would make, innermost first.
fn missing_ancestors(folder: &Path) -> Vec<PathBuf> {
    let named = |path: &&Path| !path.as_os_str().is_empty();
    folder.ancestors().take_while(named).take_while(|path| !path.exists()).map(Path::to_owned).collect()
}

/// The operating system's words without "(os error 13)", in lower case like the sentence around them.
fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
