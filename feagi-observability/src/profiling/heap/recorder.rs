//! One heap profile from start to files: claims the process, drives the hooks, writes what they have seen.

use super::hooks::{self, Run, Unsampled};
use super::snapshot;
use super::tables::Losses;
use super::walker::Walker;
use crate::config::ProfilingConfig;
use crate::context::labelled;
use crate::instrument::alloc::is_counting;
use crate::profiling::tables::Tables;
use crate::profiling::{HeapProfile, ProfilingError, output, pprof_format, svg};
use std::mem::ManuallyDrop;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::SystemTime;

const PROFILE_FILE: &str = "heap.pb.gz";
const FLAMEGRAPH_FILE: &str = "heap.svg";

/// Whether a profile is being taken anywhere in this process.
static CLAIMED: AtomicBool = AtomicBool::new(false);

/// What `MemoryProfiler` guards with its mutex.
pub(in crate::profiling) struct HeapRecorder {
    output_dir: PathBuf,
    interval: u64,
    sample_rate: f64,
    running: Option<Running>,
}

/// A run at work; it ends when dropped.
struct Running {
    run: ManuallyDrop<Box<Run>>,
    /// All that the run has had, the newest last. The run points to them, wherever this list is.
    walkers: ManuallyDrop<Vec<Arc<Walker>>>,
    started: SystemTime,
    is_over: bool,
    /// Whether nobody is with the run any more. Else it stays for ever.
    is_alone: bool,
}

impl Default for HeapRecorder {
    fn default() -> Self {
        let config = ProfilingConfig::default();
        let ProfilingConfig { output_dir, heap_sample_bytes: interval, sample_rate, .. } = config;
        HeapRecorder { output_dir, interval, sample_rate, running: None }
    }
}

impl HeapRecorder {
    pub(in crate::profiling) fn new(config: &ProfilingConfig) -> Result<Self, ProfilingError> {
        if config.heap_sample_bytes == 0 {
            return Err(ProfilingError::HeapSampleBytes);
        }
        if !(0.0..=1.0).contains(&config.sample_rate) {
            return Err(ProfilingError::SampleRate { value: config.sample_rate });
        }
        Ok(HeapRecorder {
            output_dir: config.output_dir.clone(),
            interval: config.heap_sample_bytes,
            sample_rate: config.sample_rate,
            running: None,
        })
    }

    pub(in crate::profiling) fn start(&mut self) -> Result<(), ProfilingError> {
        if !is_counting() {
            return Err(ProfilingError::AllocatorNotInstalled);
        }
        let _own = Unsampled::begin();
        // Now rather than after an hour of sampling.
        output::create_folder(&self.output_dir)?;
        if CLAIMED.swap(true, SeqCst) {
            return Err(ProfilingError::HeapAlreadyRunning);
        }
        labelled::label(self.sample_rate);
        self.running = Running::begin(self.interval);
        if self.running.is_none() {
            CLAIMED.store(false, SeqCst);
            return Err(ProfilingError::OutOfMemory);
        }
        Ok(())
    }

    /// Writes what was seen so far, and ends the run, also when the files cannot be written.
    pub(in crate::profiling) fn stop(&mut self) -> Result<HeapProfile, ProfilingError> {
        let _own = Unsampled::begin();
        let mut running = self.running.take().ok_or(ProfilingError::HeapNotRunning)?;
        running.end();
        self.write_of(&running)
    }

    /// Writes what was seen so far; the run goes on.
    pub(in crate::profiling) fn write(&mut self) -> Result<HeapProfile, ProfilingError> {
        let _own = Unsampled::begin();
        let running = self.running.as_ref().ok_or(ProfilingError::HeapNotRunning)?;
        self.write_of(running)
    }

    /// Looks whether libraries have been loaded, whose functions could not be walked through before.
    pub(in crate::profiling) fn keep_up(&mut self) {
        let _own = Unsampled::begin();
        if let Some(running) = &mut self.running {
            running.keep_up();
        }
    }

    pub(in crate::profiling) fn is_running(&self) -> bool {
        self.running.is_some()
    }

    fn write_of(&self, running: &Running) -> Result<HeapProfile, ProfilingError> {
        let (run, modules) = (&running.run, running.walkers.last().map(|walker| &*walker.tables().modules));
        let profile =
            snapshot::profile(&run.tables, modules.unwrap_or_default(), running.started, run.interval);
        let pprof = self.output_dir.join(PROFILE_FILE);
        let flamegraph = self.output_dir.join(FLAMEGRAPH_FILE);
        let compressed =
            pprof_format::compressed(&profile).map_err(ProfilingError::io("compress", &pprof))?;
        output::replace(&pprof, &compressed)?;
        let flamegraph = match svg::draw_titled(&snapshot::in_use(&profile), "Heap in use") {
            Ok(drawn) => {
                output::replace(&flamegraph, &drawn)?;
                Some(flamegraph)
            }
            // An older run's picture beside the new profile would be taken for the new one's.
            Err(ProfilingError::EmptyProfile) => {
                output::remove(&flamegraph)?;
                None
            }
            Err(error) => return Err(error),
        };
        let Losses { samples, untracked, without_ids, without_stack } = run.tables.losses();
        Ok(HeapProfile { path: pprof, flamegraph, lost: samples, untracked, without_ids, without_stack })
    }
}

impl Running {
    /// `None` if the system has no memory left.
    fn begin(interval: u64) -> Option<Running> {
        let walker = Arc::new(Walker::new(Tables::read(None)));
        let run = Run::new(interval, &walker)?;
        // SAFETY: `drop` frees both only when nobody is with them.
        unsafe { hooks::begin(&run) };
        Some(Running {
            run: ManuallyDrop::new(run),
            walkers: ManuallyDrop::new(vec![walker]),
            started: SystemTime::now(),
            is_over: false,
            is_alone: false,
        })
    }

    fn keep_up(&mut self) {
        let Some(newest) = self.walkers.last().filter(|walker| walker.tables().is_outdated()) else { return };
        let walker = Arc::new(Walker::new(Tables::read(Some(newest.tables()))));
        // SAFETY: it is kept with the others.
        unsafe { hooks::walk_by(&self.run, &walker) };
        self.walkers.push(walker);
    }

    fn end(&mut self) {
        if !std::mem::replace(&mut self.is_over, true) {
            self.is_alone = hooks::end();
            CLAIMED.store(false, SeqCst);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
        if self.is_alone {
            // SAFETY: neither is touched again, here or by the hooks.
            unsafe {
                ManuallyDrop::drop(&mut self.run);
                ManuallyDrop::drop(&mut self.walkers);
            }
        }
    }
}
