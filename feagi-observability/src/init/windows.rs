//! CPU profiles that are taken when a call goes over its budget: of what follows, as what slows one call is seldom over with it.
//!
//! Receives such calls from the collector; the thread that samples and writes is its own, so that nobody waits for it.

use crate::collect::Entry;
use crate::config::ProfilingConfig;
use crate::context::TraceId;
use crate::profiling::{CpuProfiler, ProfilingError};
use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// Profiles that are kept.
const KEPT: u32 = 10;
/// A window is followed by a pause so many times as long.
const PAUSE: u32 = 10;

/// How often it looks whether it is to stop.
const LOOK: Duration = Duration::from_millis(100);

/// Why a window is opened.
struct Cause {
    name: String,
    trace_id: TraceId,
}

/// The thread that takes them; none where nobody asks for it.
pub(super) struct Windows(Option<Open>);

struct Open {
    causes: SyncSender<Cause>,
    /// Says to stop, by being dropped.
    stop: Sender<()>,
    thread: JoinHandle<()>,
}

impl Windows {
    /// With a profiler, begins to wait for calls.
    pub(super) fn open(profiler: Option<CpuProfiler>, config: &ProfilingConfig) -> io::Result<Self> {
        let Some(profiler) = profiler else { return Ok(Windows(None)) };
        let length = Duration::from_millis(u64::from(config.window_on_budget));
        // One that waits is enough: while a window is open, or the pause after it lasts, there is room for none.
        let (causes, next) = sync_channel(1);
        let (stop, stopped) = channel();
        let thread = std::thread::Builder::new()
            .name("feagi-obs-slow".to_owned())
            .spawn(move || take_all(&profiler, length, &next, &stopped))?;
        Ok(Windows(Some(Open { causes, stop, thread })))
    }

    /// What the collector calls; it never waits.
    pub(super) fn hook(&self) -> Box<dyn FnMut(&Entry<'_>) + Send> {
        let Windows(Some(open)) = self else { return Box::new(|_| {}) };
        let causes = open.causes.clone();
        Box::new(move |entry| {
            let cause = Cause { name: entry.name.to_owned(), trace_id: entry.trace_id };
            // Full: the last one is not over.
            let _ = causes.try_send(cause);
        })
    }

    /// Writes the profile that is being taken, and ends.
    pub(super) fn close(&mut self) {
        if let Some(Open { causes, stop, thread }) = self.0.take() {
            drop((causes, stop));
            let _ = thread.join();
        }
    }
}

/// Until it is stopped.
fn take_all(profiler: &CpuProfiler, length: Duration, next: &Receiver<Cause>, stopped: &Receiver<()>) {
    let mut number = 0;
    let is_over = |wait| stopped.recv_timeout(wait) != Err(RecvTimeoutError::Timeout);
    // It waits for a cause, and looks now and then whether it is to stop.
    while !is_over(Duration::ZERO) {
        let Ok(cause) = next.recv_timeout(LOOK) else { continue };
        number = number % KEPT + 1;
        let mut ended = false;
        report(profiler.window_into(&format!("over-budget-{number}"), || ended = is_over(length)), &cause);
        if ended || is_over(length * PAUSE) {
            return;
        }
        // One that came while there was no room.
        let _ = next.try_recv();
    }
}

fn report(written: Result<std::path::PathBuf, ProfilingError>, cause: &Cause) {
    let Cause { name, trace_id } = cause;
    match written {
        Ok(path) => tracing::info!(
            target: "feagi_observability::profiling",
            path = %path.display(), slow.name = name, slow.trace_id = %trace_id, "profile after a call over its budget"
        ),
        // Somebody looks already.
        Err(ProfilingError::AlreadyRunning) => {}
        Err(error) => tracing::warn!(
            target: "feagi_observability::profiling",
            error = %error, slow.name = name, "no profile after a call over its budget"
        ),
    }
}
