//! The checks that need the machine: made before a run starts, so that a refused run leaves nothing behind.

use crate::args::Args;
use crate::usage_error::UsageError;
use std::fs;
use std::io;
use std::net::TcpListener;
use std::path::{Path, PathBuf};

/// Memory that a neuron takes with its twenty synapses: 1.26 GB were measured for a million, rounded up.
const BYTES_PER_NEURON: u64 = 1_300;
/// The same while a brain is taken apart, when it exists more than once: 3.34 GB for a million.
const BYTES_PER_NEURON_OF_PHASES: u64 = 3_400;

/// Checks memory, the configuration file, the port and the folder, in this order, and creates the folder.
///
/// The folder comes last because it is the only check that changes anything.
///
/// # Errors
/// The first thing that the run would stumble over.
pub fn check(args: &Args) -> Result<Made, UsageError> {
    fits(args, available_memory())?;
    if let Some(file) = &args.config {
        readable(file)?;
    }
    if let Some(address) = &args.serve {
        free(address)?;
    }
    writable(&args.out)
}

/// A machine that runs out of memory kills the run without a word, so the word is said before.
fn fits(args: &Args, available: Option<u64>) -> Result<(), UsageError> {
    let each = if args.phases { BYTES_PER_NEURON_OF_PHASES } else { BYTES_PER_NEURON };
    let needed = u64::from(args.neurons) * each;
    let megabytes = |bytes: u64| bytes.div_ceil(1_000_000);
    match available {
        Some(available) if needed > available => {
            let (needed, free) = (megabytes(needed), megabytes(available));
            let problem = format!("needs about {needed} MB of memory and {free} MB are free");
            Err(UsageError::new("--neurons", args.neurons, problem, "give a smaller number"))
        }
        _ => Ok(()),
    }
}

/// Bytes that can be had without swapping, where the system tells (Linux, `proc_meminfo(5)`).
fn available_memory() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
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

/// The folders that a check has made, for a run that is refused later.
#[derive(Debug, PartialEq, Eq)]
pub struct Made(Vec<PathBuf>);

impl Made {
    /// Takes them away again, as far as nothing is in them.
    pub fn undo(&self) {
        // Best effort: `remove_dir` takes only empty folders, and only those that the check made.
        self.0.iter().for_each(|made| drop(fs::remove_dir(made)));
    }
}

fn writable(folder: &Path) -> Result<Made, UsageError> {
    let created = Made(missing_ancestors(folder));
    let probe = folder.join(format!(".feagi-burst-probe-{}", std::process::id()));
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(&probe, b"probe"))
        .and_then(|()| fs::remove_file(&probe))
        .map_err(|e| {
            let _ = fs::remove_file(&probe);
            created.undo();
            UsageError::new("--out", folder.display(), plain(&e), "name a folder that can be written")
        })?;
    Ok(created)
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

#[cfg(test)]
mod tests {
    use super::fits;
    use crate::args::Args;

    fn brain(neurons: u32, phases: bool) -> Args {
        Args { neurons, phases, ..Args::default() }
    }

    #[test]
    fn a_brain_that_does_not_fit_into_memory_is_refused_with_both_sizes() {
        let refused = fits(&brain(5_000_000, false), Some(4_000_000_000)).expect_err("6.5 GB do not fit");
        assert_eq!(
            refused.to_string(),
            "`--neurons 5000000`: needs about 6500 MB of memory and 4000 MB are free; give a smaller number"
        );
        assert!(fits(&brain(10_000, true), Some(13_000_000)).is_err(), "a brain taken apart needs more");
    }

    #[test]
    fn a_brain_that_fits_is_accepted_and_so_is_any_where_the_system_does_not_tell() {
        assert_eq!(fits(&brain(10_000, false), Some(13_000_000)), Ok(()));
        assert_eq!(fits(&brain(5_000_000, true), None), Ok(()));
    }
}
