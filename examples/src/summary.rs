//! `summary.json`: what a run did and where its signals went, for people and for scripts.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::ops::AddAssign;
use std::path::{Path, PathBuf};

/// What a run did, and where its signals went.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Neurons in the connectome, the engine's own core neurons included.
    pub neurons: usize,
    /// Synapses in the connectome.
    pub synapses: usize,
    /// Bursts that ran.
    pub bursts: u64,
    /// Bursts a second that were asked for; 0 is as fast as it goes.
    pub target_hz: f64,
    /// Bursts a second that were reached.
    pub bursts_per_second: f64,
    /// Bursts that took longer than their share of a second; 0 where no rate was asked for.
    pub late_bursts: u64,
    /// Mean duration of a burst, in milliseconds, without the wait for the next one.
    pub burst_ms_mean: f64,
    /// Longest burst, in milliseconds.
    pub burst_ms_max: f64,
    /// What all bursts did together.
    #[serde(flatten)]
    pub totals: Totals,
    /// 64-bit digest of which neurons fired in which burst, in hexadecimal.
    pub fired_digest: String,
    /// Where to look: the files and ids of this run.
    #[serde(flatten)]
    pub signals: Signals,
}

/// What all bursts did together; a neuron counts once in every burst.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Neurons that fired.
    pub neurons_fired: u64,
    /// Those of them that drive the body.
    pub motor_neurons_fired: u64,
    /// Synapses that carried something: those of the neurons that fired.
    pub synapses_activated: u64,
    /// Neurons that synapses reached.
    pub neurons_reached: u64,
    /// Neurons that the engine computed.
    pub neurons_computed: u64,
    /// Neurons that could not fire because they just had.
    pub neurons_refractory: u64,
}

/// Where the signals of a run went; a signal that was not asked for is `null` in the file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signals {
    /// The id that finds this run in every signal.
    pub trace_id: Option<String>,
    /// Log lines.
    pub log_file: Option<PathBuf>,
    /// Spans, for Chrome's or Perfetto's viewer.
    pub trace_file: Option<PathBuf>,
    /// The last state of all metrics.
    pub metrics_file: Option<PathBuf>,
    /// CPU profile.
    pub cpu_profile: Option<PathBuf>,
    /// Flamegraph made from the CPU profile.
    pub flamegraph: Option<PathBuf>,
    /// Heap profile.
    #[serde(default)]
    pub heap_profile: Option<PathBuf>,
    /// Flamegraph of the memory in use.
    #[serde(default)]
    pub heap_flamegraph: Option<PathBuf>,
    /// What was lost: reason and count.
    pub dropped: BTreeMap<String, u64>,
}

impl AddAssign for Totals {
    fn add_assign(&mut self, more: Self) {
        self.neurons_fired += more.neurons_fired;
        self.motor_neurons_fired += more.motor_neurons_fired;
        self.synapses_activated += more.synapses_activated;
        self.neurons_reached += more.neurons_reached;
        self.neurons_computed += more.neurons_computed;
        self.neurons_refractory += more.neurons_refractory;
    }
}

impl Summary {
    /// The name of the file within a run's folder.
    pub const FILE_NAME: &'static str = "summary.json";

    /// Writes `summary.json` into `folder` and returns its path.
    ///
    /// Whoever waits for the file never sees half of it: it is written under another name and renamed.
    ///
    /// # Errors
    /// What the file system says.
    pub fn write(&self, folder: &Path) -> io::Result<PathBuf> {
        let path = folder.join(Self::FILE_NAME);
        let unfinished = folder.join(format!(".{}.{}", Self::FILE_NAME, std::process::id()));
        let written = self.write_to(&unfinished).and_then(|()| std::fs::rename(&unfinished, &path));
        if written.is_err() {
            // Best effort: the error that is returned is the one that matters.
            let _ = std::fs::remove_file(&unfinished);
        }
        written.map(|()| path)
    }

    fn write_to(&self, path: &Path) -> io::Result<()> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        std::fs::File::create(path)?.write_all(text.as_bytes())
    }
}
