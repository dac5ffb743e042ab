//! `perf record` on this process, as a child of it.
//!
//! Receives the folder and frequency of `ProfilingConfig`; leaves `perf.data`, its text `perf.script.txt`, and `perf.log`, which holds what
//! perf said. Nothing here can fail the host: what goes wrong is a [`PerfStatus`] and a WARN record.
//!
//! A thread of its own starts perf and waits for it, for as long as it runs: perf is told of its parent's death, and for the kernel the
//! parent is the thread that forked. So it is never left behind, also when the host is killed.

use super::output;
use super::perf_status::{PerfStatus, PerfUnavailable};
use crate::config::ProfilingConfig;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

const DATA: &str = "perf.data";
const SCRIPT: &str = "perf.script.txt";
const LOG: &str = "perf.log";

/// How much of what perf said a status repeats.
const SAID: usize = 500;
/// How long a process that was killed may take to be gone.
const DEATH: Duration = Duration::from_secs(1);

/// Records with perf, from [`start`](Self::start) to [`stop`](Self::stop).
pub(crate) struct PerfRecorder {
    output_dir: PathBuf,
    frequency_hz: u32,
    run: Arc<Run>,
}

/// What the thread that waits for perf shares with those who ask.
#[derive(Default)]
struct Run {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    status: PerfStatus,
    /// Whether the thread is there.
    is_running: bool,
    /// Whether it has started perf, or knows that it cannot.
    is_started: bool,
    /// Nobody waits for it any longer.
    is_given_up: bool,
    /// The child that it waits for, not reaped yet.
    child: Option<libc::pid_t>,
}

impl Default for State {
    fn default() -> Self {
        State {
            status: PerfStatus::Off,
            is_running: false,
            is_started: false,
            is_given_up: false,
            child: None,
        }
    }
}

impl PerfRecorder {
    /// Starts nothing.
    pub(crate) fn new(config: &ProfilingConfig) -> Self {
        let (output_dir, frequency_hz) = (config.output_dir.clone(), config.frequency_hz);
        PerfRecorder { output_dir, frequency_hz, run: Arc::default() }
    }

    /// Starts perf, if it does not run already, and waits until it is started or refused; it takes some more milliseconds to begin.
    pub(crate) fn start(&self) {
        let mut state = self.run.lock();
        if state.is_running {
            return;
        }
        *state = State { is_running: true, ..State::default() };
        let (run, folder, hertz) = (Arc::clone(&self.run), self.output_dir.clone(), self.frequency_hz);
        let thread = std::thread::Builder::new().name("feagi-obs-perf".to_owned());
        if let Err(error) = thread.spawn(move || run.follow(&folder, hertz)) {
            let reason = PerfUnavailable::Failed { said: format!("no thread to wait for it: {error}") };
            *state = State { status: PerfStatus::Unavailable(reason), ..State::default() };
            return;
        }
        drop(self.run.changed.wait_while(state, |state| !state.is_started && state.is_running));
    }

    /// Ends perf and waits until its files are written: for `timeout`, then it is killed.
    pub(crate) fn stop(&self, timeout: Duration) {
        let state = self.run.lock();
        if let (PerfStatus::Recording { .. }, Some(child)) = (&state.status, state.child) {
            signal(child, libc::SIGINT);
        }
        let waited = self.run.changed.wait_timeout_while(state, timeout, |state| state.is_running);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if !state.is_running {
            return;
        }
        state.is_given_up = true;
        if let Some(child) = state.child {
            signal(child, libc::SIGKILL);
        }
        drop(self.run.changed.wait_timeout_while(state, DEATH, |state| state.is_running));
    }

    pub(crate) fn status(&self) -> PerfStatus {
        self.run.lock().status.clone()
    }
}

impl Run {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The thread: from the start of perf to its files.
    fn follow(&self, folder: &Path, hertz: u32) {
        let status = match self.record(folder, hertz) {
            Ok(()) => self.script(folder),
            Err(reason) => PerfStatus::Unavailable(reason),
        };
        if let PerfStatus::Unavailable(reason) = &status {
            tracing::warn!(target: "feagi_observability::profiling", "nothing is recorded with perf: {reason}");
        }
        let mut state = self.lock();
        (state.status, state.is_running, state.is_started) = (status, false, true);
        self.changed.notify_all();
    }

    /// Runs `perf record` until somebody stops it.
    fn record(&self, folder: &Path, hertz: u32) -> Result<(), PerfUnavailable> {
        permitted()?;
        let failed = |what: &str, error: &dyn std::fmt::Display| PerfUnavailable::Failed {
            said: format!("{what}: {error}"),
        };
        output::create_folder(folder).map_err(|error| failed("no folder", &error))?;
        let (data, log) = (folder.join(DATA), folder.join(LOG));
        for old in [&data, &folder.join(SCRIPT), &log] {
            output::remove(old).map_err(|error| failed("an old file stays", &error))?;
        }
        let said = private(&log).map_err(|error| failed("no log", &error))?;
        let mut command = Command::new("perf");
        command.args(["record", "-k", "CLOCK_MONOTONIC", "-e", "cpu-clock:u", "-g"]);
        command.args(["-F", &hertz.to_string(), "-p", &std::process::id().to_string(), "-o"]).arg(&data);
        command.stdout(Stdio::null()).stderr(said);
        let ended = self.run(command, libc::SIGINT, |pid| PerfStatus::Recording { pid });
        let ended = ended.map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => PerfUnavailable::NotFound,
            _ => failed("it cannot be started", &error),
        })?;
        // Ended by the signal that asked it to, it has written its file all the same.
        let has_data = std::fs::metadata(&data).is_ok_and(|data| data.len() > 0);
        match (has_data, self.lock().is_given_up, ended.signal()) {
            (true, false, _) => Ok(()),
            (_, true, _) => Err(failed("it was killed", &"it has not ended in the time that it had")),
            (false, _, Some(libc::SIGINT)) => Err(failed("it was stopped", &"before it had begun")),
            (false, ..) => Err(failed(&ended.to_string(), &what_it_said(&log))),
        }
    }

    /// Has perf write its samples as text, unless nobody waits for it.
    fn script(&self, folder: &Path) -> PerfStatus {
        let (data, script) = (folder.join(DATA), folder.join(SCRIPT));
        let text = private(&script).and_then(|text| {
            let mut command = Command::new("perf");
            command.args(["script", "--ns", "--no-inline", "-i"]).arg(&data);
            command.stdout(text).stderr(Stdio::null());
            self.run(command, libc::SIGKILL, |_| PerfStatus::Writing)
        });
        let is_whole = text.is_ok_and(|ended| ended.success());
        if !is_whole {
            // Half a text would be taken for a whole one.
            let _ = output::remove(&script);
        }
        PerfStatus::Recorded { data, script: is_whole.then_some(script) }
    }

    /// Runs a command of perf to its end; the host's death ends it by `death`.
    fn run(
        &self,
        mut command: Command,
        death: libc::c_int,
        status: impl FnOnce(u32) -> PerfStatus,
    ) -> io::Result<ExitStatus> {
        // A terminal's Ctrl-C is for the host, which then stops perf.
        command.stdin(Stdio::null()).process_group(0);
        die_with_the_host(&mut command, death);
        let mut state = self.lock();
        if state.is_given_up {
            return Err(io::ErrorKind::TimedOut.into());
        }
        let mut child = command.spawn()?;
        state.status = status(child.id());
        state.child = libc::pid_t::try_from(child.id()).ok();
        state.is_started = true;
        self.changed.notify_all();
        drop(state);
        wait_unreaped(&child);
        // Reaped under the lock: as long as others see its id, it is its.
        let mut state = self.lock();
        state.child = None;
        child.wait()
    }
}

/// Has the kernel send `signal` to the child when this thread ends, and with it the process.
fn die_with_the_host(command: &mut Command, signal: libc::c_int) {
    let host = std::process::id();
    let ask = move || {
        // SAFETY: two system calls that touch no memory, fit for the time between `fork` and `exec`.
        let (asked, parent) = unsafe { (libc::prctl(libc::PR_SET_PDEATHSIG, signal), libc::getppid()) };
        // The host may have died before it was asked.
        if asked == 0 && u32::try_from(parent) == Ok(host) {
            Ok(())
        } else {
            Err(io::ErrorKind::BrokenPipe.into())
        }
    };
    // SAFETY: the closure allocates nothing, takes no lock and touches no memory but its own.
    unsafe { command.pre_exec(ask) };
}

/// Waits until the child has ended, and leaves it to be reaped.
fn wait_unreaped(child: &Child) {
    let mut info = std::mem::MaybeUninit::<libc::siginfo_t>::uninit();
    // SAFETY: waits for a child of ours, and writes to a place of the right size.
    let mut wait =
        || unsafe { libc::waitid(libc::P_PID, child.id(), info.as_mut_ptr(), libc::WEXITED | libc::WNOWAIT) };
    while wait() != 0 && io::Error::last_os_error().kind() == io::ErrorKind::Interrupted {}
}

/// `child` is one of ours that has not been reaped.
fn signal(child: libc::pid_t, signal: libc::c_int) {
    // SAFETY: sends a signal; no memory is touched.
    unsafe { libc::kill(child, signal) };
}

/// Whether the kernel lets a process look at itself; perf finds out the rest.
fn permitted() -> Result<(), PerfUnavailable> {
    let paranoid = std::fs::read_to_string("/proc/sys/kernel/perf_event_paranoid").unwrap_or_default();
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    may_measure_itself(&paranoid, &status)
}

/// capabilities(7): either of these stands above `perf_event_paranoid`.
const CAP_SYS_ADMIN: u32 = 21;
const CAP_PERFMON: u32 = 38;

/// perf_event_open(2): up to level 2 a process may measure its own code. Levels above are of some distributions' kernels.
fn may_measure_itself(paranoid: &str, status: &str) -> Result<(), PerfUnavailable> {
    let effective = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    let effective = effective.and_then(|bits| u64::from_str_radix(bits.trim(), 16).ok()).unwrap_or_default();
    match paranoid.trim().parse::<i32>() {
        // Without the file there are no such events at all.
        Err(_) => Err(PerfUnavailable::NotPermitted { paranoid: None }),
        Ok(level) if level > 2 && effective & (1 << CAP_SYS_ADMIN | 1 << CAP_PERFMON) == 0 => {
            Err(PerfUnavailable::NotPermitted { paranoid: Some(level) })
        }
        Ok(_) => Ok(()),
    }
}

fn private(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(output::FILE_MODE).open(path)
}

/// The end of it, on one line.
fn what_it_said(log: &Path) -> String {
    let said = std::fs::read(log).unwrap_or_default();
    let said = String::from_utf8_lossy(&said);
    let lines: Vec<&str> = said.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let said = lines.join("; ");
    said.get(said.ceil_char_boundary(said.len().saturating_sub(SAID))..).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn up_to_level_two_or_with_a_capability_a_process_may_measure_itself() {
        let status = |bits: &str| format!("Name:\tx\nCapEff:\t{bits}\n");
        let (none, admin, perfmon) = ("0000000000000000", "0000000000200000", "0000004000000000");
        for (paranoid, bits, allowed) in [
            ("2\n", none, true),
            ("-1", none, true),
            ("3", none, false),
            ("4", admin, true),
            ("3", perfmon, true),
        ] {
            let answer = may_measure_itself(paranoid, &status(bits));
            let expected = PerfUnavailable::NotPermitted { paranoid: paranoid.trim().parse().ok() };
            assert_eq!(answer, if allowed { Ok(()) } else { Err(expected) }, "{paranoid} {bits}");
        }
        assert!(may_measure_itself("", &status(none)).is_err());
    }

    #[test]
    fn without_a_start_there_is_nothing_to_stop() {
        let perf = PerfRecorder::new(&ProfilingConfig::default());
        perf.stop(Duration::from_secs(60));
        assert_eq!(perf.status(), PerfStatus::Off);
    }
}
