//! Recording with perf: what is asked of it, how it ends, and what is said where there is none.

use feagi_observability_tests::counterpart::has;
use std::fs;
use std::io::{BufRead, BufReader, Lines, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// Notes how it is called, and behaves as it is told to by `FAKE_PERF`.
const FAKE: &str = r#"#!/bin/sh
echo "$@" >> "$FAKE_LOG"
case "$1" in
script) echo "a sample"; exit ;;
esac
while [ $# -gt 0 ]; do
    [ "$1" = -o ] && data="$2"
    shift
done
case "$FAKE_PERF" in
refuses) echo "Error: no such event" >&2; exit 255 ;;
deaf) trap "" INT ;;
*) trap 'echo interrupted >> "$FAKE_LOG"; echo samples > "$data"; exit 0' INT ;;
esac
echo "pid $$" >> "$FAKE_LOG"
while :; do sleep 0.02; done
"#;

/// The recorded program, and the folder that it writes to.
struct Host {
    child: Child,
    commands: Option<ChildStdin>,
    answers: Lines<BufReader<ChildStdout>>,
    folder: PathBuf,
}

impl Host {
    /// Runs with the real perf, with a fake one of that behaviour, or without any.
    fn start(test: &str, perf: Perf) -> Host {
        let folder =
            std::env::temp_dir().join(format!("feagi-observability-perf-{test}-{}", std::process::id()));
        let bin = folder.join("bin");
        fs::create_dir_all(&bin).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_perfed"));
        match perf {
            Perf::Real => {}
            Perf::None => drop(command.env("PATH", &bin)),
            Perf::Fake(behaviour) => {
                fs::write(bin.join("perf"), FAKE).unwrap();
                fs::set_permissions(bin.join("perf"), fs::Permissions::from_mode(0o755)).unwrap();
                let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
                command.env("PATH", path).env("FAKE_PERF", behaviour).env("FAKE_LOG", folder.join("calls"));
            }
        }
        let mut child =
            command.arg(&folder).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
        let answers = BufReader::new(child.stdout.take().unwrap()).lines();
        Host { commands: child.stdin.take(), child, answers, folder }
    }

    fn tell(&mut self, command: &str) -> String {
        writeln!(self.commands.as_mut().unwrap(), "{command}").unwrap();
        self.answer()
    }

    fn answer(&mut self) -> String {
        self.answers.next().expect("an answer").unwrap()
    }

    /// The status after the end.
    fn finish(&mut self) -> String {
        self.commands = None;
        let last = self.answer();
        assert!(self.child.wait().unwrap().success());
        last
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.folder.join(name)).unwrap_or_default()
    }

    /// The process of the fake, when it is ready for signals.
    fn fake(&self) -> u32 {
        let pid = || self.text("calls").lines().find_map(|line| line.strip_prefix("pid ")?.parse().ok());
        wait_for("the fake perf", || pid().is_some());
        pid().unwrap()
    }

    fn warnings(&self) -> Vec<String> {
        let log = self.text("log.jsonl");
        let warnings =
            log.lines().filter(|line| line.contains("\"WARN\"") && line.contains("recorded with perf"));
        warnings.map(str::to_owned).collect()
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if !std::thread::panicking() {
            fs::remove_dir_all(&self.folder).unwrap();
        }
    }
}

enum Perf {
    Real,
    None,
    Fake(&'static str),
}

fn wait_for(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !is_so() {
        assert!(Instant::now() < deadline, "{what} in time");
        std::thread::yield_now();
    }
}

fn is_alive(pid: u32) -> bool {
    // A zombie that nobody has reaped yet is dead all the same.
    fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn without_perf_the_program_runs_and_is_told_why_nothing_is_recorded() {
    let mut host = Host::start("none", Perf::None);
    assert_eq!(host.tell("status"), "Unavailable(NotFound)");
    assert_eq!(host.tell("stop"), "Unavailable(NotFound)");
    assert_eq!(host.finish(), "Unavailable(NotFound)");
    let warnings = host.warnings();
    assert!(warnings.len() == 1 && warnings[0].contains("no `perf` in the PATH"), "{warnings:?}");
}

#[test]
fn perf_is_asked_for_this_process_by_the_clock_of_all_signals_and_interrupted_at_the_stop() {
    let mut host = Host::start("fake", Perf::Fake("works"));
    let pid = host.fake();
    assert_eq!(host.tell("status"), format!("Recording {{ pid: {pid} }}"));
    let profiles = host.folder.join("profiles");
    let (data, script) = (profiles.join("perf.data"), profiles.join("perf.script.txt"));
    let recorded = format!("Recorded {{ data: {data:?}, script: Some({script:?}) }}");
    assert_eq!(host.tell("stop"), recorded);
    assert!(!is_alive(pid));
    let calls = host.text("calls");
    let expected = [
        format!(
            "record -k CLOCK_MONOTONIC -e cpu-clock:u -g -F 99 -p {} -o {}",
            host.child.id(),
            data.display()
        ),
        format!("pid {pid}"),
        "interrupted".to_owned(),
        format!("script --ns --no-inline -i {}", data.display()),
    ];
    assert_eq!(calls.lines().collect::<Vec<_>>(), expected);
    assert_eq!(host.text("profiles/perf.script.txt"), "a sample\n");
    assert_eq!((mode(&script), mode(&profiles.join("perf.log")), mode(&profiles)), (0o600, 0o600, 0o700));
    // Once more, and then nobody stops it but the end.
    fs::remove_file(host.folder.join("calls")).unwrap();
    assert!(host.tell("start").starts_with("Recording"));
    let again = host.fake();
    assert_eq!(host.finish(), recorded);
    assert!(!is_alive(again) && host.warnings().is_empty());
}

#[test]
fn what_perf_refuses_is_the_reason_that_is_given() {
    let mut host = Host::start("refuses", Perf::Fake("refuses"));
    let mut status = String::new();
    wait_for("its end", || {
        status = host.tell("status");
        !status.starts_with("Recording")
    });
    assert!(status.starts_with("Unavailable(Failed") && status.contains("Error: no such event"), "{status}");
    host.finish();
    assert_eq!(host.warnings().len(), 1);
}

#[test]
fn a_perf_that_does_not_listen_is_killed_when_the_time_is_up() {
    let mut host = Host::start("deaf", Perf::Fake("deaf"));
    let pid = host.fake();
    let status = host.finish();
    assert!(status.contains("has not ended in the time"), "{status}");
    assert!(!is_alive(pid));
}

#[test]
fn a_host_that_is_killed_leaves_no_perf_behind() {
    let mut host = Host::start("killed", Perf::Fake("works"));
    let pid = host.fake();
    host.child.kill().unwrap();
    host.child.wait().unwrap();
    wait_for("the end of perf", || !is_alive(pid));
    assert!(host.text("calls").ends_with("interrupted\n"), "it could write its file");
}

#[test]
fn the_real_perf_finds_the_function_that_is_busy() {
    if !has("perf", &["--version"], 1) {
        return;
    }
    let mut host = Host::start("real", Perf::Real);
    let first = host.tell("status");
    if first.contains("NotPermitted") {
        // Said, which is all that is left to do.
        return;
    }
    assert!(first.starts_with("Recording"), "{first}");
    let data = host.folder.join("profiles/perf.data");
    // It has begun soon after it has written the head of its file.
    for _ in 0..20 {
        wait_for("the head of perf's file", || fs::metadata(&data).is_ok_and(|data| data.len() > 0));
        (0..3).for_each(|_| drop(host.tell("burn")));
        let status = host.tell("stop");
        let script = host.text("profiles/perf.script.txt");
        if status.starts_with("Recorded") && script.contains("simulate_spiking_neurons") {
            let stamp = script.lines().next().unwrap_or_default();
            assert!(stamp.contains("cpu-clock:u") && stamp.starts_with("perfed"), "{stamp}");
            assert_eq!(mode(&data), 0o600);
            return;
        }
        host.tell("start");
    }
    panic!("no sample of the busy function: {}", host.text("profiles/perf.log"));
}
