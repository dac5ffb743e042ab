//! The files of one run: `feagi.log` with every record, and one file for each known crate with its own.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;

use crate::compat::capture::Captured;
use crate::compat::clock::Timestamp;
use crate::compat::json_line::json_line;
use crate::compat::known_crates::{KNOWN_CRATES, aliases_of, same_name};
use crate::compat::line_writer::{Line, LineWriter, Output, Progress};
use crate::compat::retention::Retention;
use crate::compat::run_folder;
use crate::compat::run_layer::SpanEntry;

const DEFAULT_BASE: &str = "./logs";
const COMBINED: &str = "feagi";

/// The run as its guard sees it.
pub(super) struct Run {
    base: PathBuf,
    folder: PathBuf,
    progress: Arc<Progress>,
}

/// The run as the layer sees it.
pub(super) struct RunFiles {
    writer: LineWriter,
}

impl Run {
    /// Makes the folder and its files and starts to write.
    pub(super) fn open(base: Option<PathBuf>) -> anyhow::Result<(Self, RunFiles)> {
        let base = base.unwrap_or_else(|| PathBuf::from(DEFAULT_BASE));
        let folder = run_folder::create(&base, Timestamp::now().utc())?;
        match start_writer(&folder) {
            Ok(writer) => Ok((Self { base, folder, progress: writer.progress() }, RunFiles { writer })),
            Err(error) => {
                remove_quietly(&folder);
                Err(error)
            }
        }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn progress(&self) -> Option<Arc<Progress>> {
        Some(Arc::clone(&self.progress))
    }

    /// Takes the folder back, for a run that could not begin.
    pub(super) fn discard(self) {
        remove_quietly(&self.folder);
    }

    /// Deletes earlier runs. A folder that cannot be deleted is a warning in the log, not a reason not to start.
    pub(super) fn prune(&self, days: Option<u64>, runs: Option<usize>) {
        let retention = Retention::new(Timestamp::now().utc(), days, runs);
        for (path, error) in retention.apply(&self.base, &self.folder) {
            tracing::warn!(path = %path.display(), %error, "old log folder cannot be deleted; delete it by hand");
        }
    }
}

impl RunFiles {
    pub(super) fn send(&self, event: &Captured, spans: &[SpanEntry]) {
        // The combined file is the first output.
        let also = crate_of(event.metadata.target()).map(|place| place + 1);
        self.writer.send(Line { text: json_line(event, spans), also });
    }
}

/// The place in [`KNOWN_CRATES`] of the crate that writes under `target`.
fn crate_of(target: &str) -> Option<usize> {
    let root = target.split("::").next().unwrap_or(target);
    KNOWN_CRATES
        .iter()
        .position(|name| same_name(name, root) || aliases_of(name).iter().any(|alias| same_name(alias, root)))
}

fn start_writer(folder: &Path) -> anyhow::Result<LineWriter> {
    let names = std::iter::once(&COMBINED).chain(KNOWN_CRATES);
    let open = |name: &&str| run_folder::create_file(&folder.join(format!("{name}.log"))).map(Output::new);
    let outputs = names.map(open).collect::<anyhow::Result<Vec<Output>>>()?;
    LineWriter::start("feagi-log-files", outputs)
        .context("the thread that writes log files cannot be started; raise the limit of threads")
}

/// The error that led here is the one to report.
fn remove_quietly(folder: &Path) {
    let _ = run_folder::remove(folder);
}
