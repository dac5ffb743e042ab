//! Starts logging for a process that has no `tracing` subscriber of its own.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use tracing_subscriber::layer::SubscriberExt;

use crate::compat::cli::CrateDebugFlags;
use crate::compat::console::Console;
use crate::compat::env_filter;
pub use crate::compat::line_writer::LineCounts;
use crate::compat::line_writer::Progress;
use crate::compat::ring_layer::{capacity_from_env, install_global_ring};
use crate::compat::run_files::Run;
use crate::compat::run_layer::RunLayer;

/// How long a guard waits for lines that are still to be written.
const FLUSH_TIME: Duration = Duration::from_secs(2);
/// A deadline has to be a point in time that the clock can express.
const LONGEST_FLUSH: Duration = Duration::from_secs(3_600);

/// Waits, when it is dropped, until what was logged has been written, for two seconds at most.
///
/// Keep it until the end of `main`. Lines that are logged after it is gone are still written, but nothing waits
/// for them.
pub struct LoggingGuard {
    run: Run,
    console: Option<Arc<Progress>>,
}

impl LoggingGuard {
    /// The folder of this run; `.` without the feature `file-logging`.
    pub fn log_dir(&self) -> &Path {
        self.run.folder()
    }

    /// What became of the lines for standard output.
    pub fn console_lines(&self) -> LineCounts {
        self.console.as_ref().map(|progress| progress.counts()).unwrap_or_default()
    }

    /// What became of the lines for files. A record of a known crate is two lines: one in its own file, one in
    /// `feagi.log`. All are zero without the feature `file-logging`.
    pub fn file_lines(&self) -> LineCounts {
        self.run.progress().map(|progress| progress.counts()).unwrap_or_default()
    }

    /// Waits until all that was logged before this call is written or counted as lost; false after `timeout`.
    pub fn flush(&self, timeout: Duration) -> bool {
        let waits: Vec<Arc<Progress>> = self.run.progress().into_iter().chain(self.console.clone()).collect();
        if waits.is_empty() {
            // Where there are no threads there may be no clock to ask for a deadline.
            return true;
        }
        let deadline = Instant::now() + timeout.min(LONGEST_FLUSH);
        // Once one has used up the time there is none left to wait for another.
        waits.iter().all(|progress| progress.flush(deadline))
    }
}

impl Drop for LoggingGuard {
    fn drop(&mut self) {
        self.flush(FLUSH_TIME);
    }
}

/// Logs to standard output, to the ring of recent records and, with the feature `file-logging`, to files.
///
/// The files are in a folder of their own for each run, with one JSON object a line:
///
/// ```text
/// logs/run_20250101_120000/
///     feagi.log             every record
///     feagi-api.log         the records of one crate; likewise for each of KNOWN_CRATES
/// ```
///
/// - `debug_flags`: the crates to log from debug level on; all others from info on. `RUST_LOG`, where it is set,
///   replaces the flags.
/// - `log_dir`: where the run's folder is made; `./logs` unless given.
/// - `retention_days`: folders of runs that are older are deleted; 30 unless given.
/// - `retention_runs`: of the rest, this many are kept, with this run among them; 10 unless given.
///
/// # Errors
/// The process has a `tracing` subscriber already, `RUST_LOG` is not a filter, or the folder cannot be made. Then
/// nothing is left behind.
///
/// ```no_run
/// # fn main() -> anyhow::Result<()> {
/// let flags = feagi_observability::parse_debug_flags();
/// let logging = feagi_observability::init_logging(&flags, Some("/var/log/feagi".into()), Some(7), None)?;
/// tracing::info!("logs are in {}", logging.log_dir().display());
/// # Ok(())
/// # }
/// ```
pub fn init_logging(
    debug_flags: &CrateDebugFlags,
    log_dir: Option<PathBuf>,
    retention_days: Option<u64>,
    retention_runs: Option<usize>,
) -> anyhow::Result<LoggingGuard> {
    let filter = env_filter::resolve(debug_flags)?;
    let console = Console::open()
        .context("the thread that writes to standard output cannot be started; raise the limit of threads")?;
    let (run, files) = Run::open(log_dir)?;
    let console_progress = console.progress();
    let ring_capacity = capacity_from_env();
    let layer = RunLayer { console, files, ring: ring_capacity > 0 };
    // One filter for all: what it turns away costs neither console nor files nor ring anything.
    let subscriber = tracing_subscriber::registry().with(filter).with(layer);
    if let Err(error) = tracing::subscriber::set_global_default(subscriber) {
        run.discard();
        return Err(error).context(
            "this process has a tracing subscriber already; call init_logging once, before any other sets one",
        );
    }
    if ring_capacity > 0 {
        install_global_ring(ring_capacity);
    }
    run.prune(retention_days, retention_runs);
    Ok(LoggingGuard { run, console: console_progress })
}

/// [`init_logging`] with files in `./logs`, for 30 days and 10 runs.
///
/// # Errors
/// Those of [`init_logging`].
pub fn init_logging_default(debug_flags: &CrateDebugFlags) -> anyhow::Result<LoggingGuard> {
    init_logging(debug_flags, None, None, None)
}
