//! The sampler for Linux: a timer on each thread's CPU clock, whose signal makes that thread note what it is doing.
//!
//! ```text
//! Threads ─► Timer ─► SIGPROF ─► handler ─► Desk ─► Ring ─┐
//!              seats (context room) ─► ids, site ─┘       ▼ every 50 ms
//! Tables ─► LOADED (published to handlers)            Collected ─► Symbols, at the end ─► CpuProfile
//! ```
//!
//! A sample weighs as many periods as have passed since the last one: the kernel looks at the timers at each of its own ticks only, and
//! counts what it has left out (timer_getoverrun(2)).

mod collected;
mod desk;
mod handler;
mod ring;
mod stacks;
mod threads;
mod tick;
mod timer;

use super::ProfilingError;
use super::capture::CpuProfile;
use super::profile::own_mappings;
use super::recorder::{Sampler, Settings};
use super::tables::Tables;
use crate::context::{labelled, seats};
use collected::{Collected, Epochs};
use handler::Installed;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};
use threads::{Threads, threads};

/// How often the rings are emptied, and new threads and modules looked for.
const LOOK: Duration = Duration::from_millis(50);

/// What handlers walk by, and the number that samples remember it by.
struct Loaded {
    epoch: u32,
    tables: Arc<Tables>,
}

/// The sampler of this system.
#[derive(Default)]
pub(super) struct OwnSampler {
    running: Option<Running>,
}

struct Running {
    /// Says to stop, by being dropped.
    stop: Sender<()>,
    thread: JoinHandle<Session>,
    process: u32,
    started: (SystemTime, Instant),
    period: u64,
    installed: Installed,
}

/// What the sampler's thread works on.
struct Session {
    collected: Collected,
    epochs: Epochs,
    tables: Arc<Tables>,
}

impl Sampler for OwnSampler {
    fn start(&mut self, settings: &Settings) -> Result<(), ProfilingError> {
        tick::warn_above(settings.frequency_hz);
        let period = 1_000_000_000 / u64::from(settings.frequency_hz.max(1));
        labelled::label(settings.labelled);
        let mut session = Session::new();
        let installed = Installed::new().map_err(sampler_error)?;
        let mut all = Threads::new(period);
        all.look();
        *threads() = Some(all);
        seats::on_arrival(threads::arrive);
        let started = (SystemTime::now(), Instant::now());
        let (stop, stopped) = channel();
        let thread = std::thread::Builder::new().name("feagi-obs-cpu".to_owned()).spawn(move || {
            if let Some(threads) = threads().as_mut() {
                threads.own();
            }
            while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(LOOK) {
                session.look();
            }
            session
        });
        match thread {
            Ok(thread) => {
                let process = std::process::id();
                self.running = Some(Running { stop, thread, process, started, period, installed });
                Ok(())
            }
            Err(error) => {
                end_timers();
                drop(installed);
                Err(sampler_error(error))
            }
        }
    }

    fn stop(&mut self) -> Result<CpuProfile, ProfilingError> {
        let running = self.running.take().ok_or(ProfilingError::NotRunning)?;
        let (period, (started, since)) = (running.period, running.started);
        let duration = since.elapsed();
        let session = running.end().ok_or(ProfilingError::NotRunning)?;
        let Session { collected, tables, .. } = session;
        let loaded = Loaded { epoch: 0, tables };
        Ok(CpuProfile {
            started,
            duration,
            period,
            moments: collected.named(&loaded, period),
            mappings: own_mappings().into(),
        })
    }
}

impl Running {
    /// Ends everything; what was collected, if it was this process that did so.
    fn end(self) -> Option<Session> {
        let Running { stop, thread, process, installed, .. } = self;
        if process != std::process::id() {
            // A forked child has neither the thread nor the timers.
            std::mem::forget(thread);
            *threads() = None;
            return None;
        }
        drop(stop);
        let session = thread.join().ok();
        let mut remaining = end_timers();
        // After the timers: nothing of ours comes any more.
        drop(installed);
        session.map(|mut session| {
            if let Some(threads) = &mut remaining {
                session.drain(threads);
            }
            session
        })
    }
}

impl Drop for OwnSampler {
    fn drop(&mut self) {
        self.running.take().map(Running::end);
    }
}

/// No thread has a timer any more; what they have left.
fn end_timers() -> Option<Threads> {
    let mut remaining = threads().take();
    if let Some(threads) = &mut remaining {
        threads.end_all();
    }
    handler::LOADED.replace(None);
    handler::STACKS.replace(None);
    remaining
}

impl Session {
    fn new() -> Self {
        let tables = Arc::new(Tables::read(None));
        let epochs = Epochs { now: (0, tables.modules.clone()), before: Arc::new([]) };
        handler::LOADED.replace(Some(Loaded { epoch: 0, tables: Arc::clone(&tables) }));
        Session { collected: Collected::default(), epochs, tables }
    }

    fn look(&mut self) {
        if self.tables.is_outdated() {
            self.follow();
        }
        if let Some(threads) = threads().as_mut() {
            self.drain(threads);
            threads.look();
        }
    }

    /// Takes new tables. No handler walks by the old ones afterwards; what was walked by them is still on the rings.
    fn follow(&mut self) {
        if let Some(threads) = threads().as_mut() {
            self.drain(threads);
        }
        let epoch = self.epochs.now.0.wrapping_add(1);
        self.tables = Arc::new(Tables::read(Some(&self.tables)));
        let now = (epoch, self.tables.modules.clone());
        self.epochs.before = std::mem::replace(&mut self.epochs.now, now).1;
        handler::LOADED.replace(Some(Loaded { epoch, tables: Arc::clone(&self.tables) }));
    }

    fn drain(&mut self, threads: &mut Threads) {
        let Session { collected, epochs, .. } = self;
        threads.drain(|thread, name, raw| collected.add(thread, name, raw, epochs));
    }
}

fn sampler_error(error: io::Error) -> ProfilingError {
    ProfilingError::Sampler { source: Box::new(error) }
}
