//! A trace file is strict JSON whenever its process is killed: at random moments, and at each of its writes.

use feagi_observability_tests::counterpart::has;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder =
            std::env::temp_dir().join(format!("feagi-observability-kill-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Folder(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            std::fs::remove_dir_all(&self.0).unwrap();
        }
    }
}

/// How many events a strict parser finds; the file is there.
fn events(folder: &Path) -> usize {
    let bytes = std::fs::read(folder.join("trace.json")).unwrap();
    let events: Vec<serde_json::Value> =
        serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{error}: {}", folder.display()));
    events.len()
}

#[test]
fn killed_at_any_moment_the_file_parses() {
    let folder = Folder::new("moments");
    // Linear congruential: the moments are the same in every run, as far as a machine lets them.
    let mut random = 7_u64;
    let mut found = Vec::new();
    for _ in 0..40 {
        let mut child =
            Command::new(env!("CARGO_BIN_EXE_traced")).arg(&folder.0).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n");
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        // Not to wait for something: whatever has happened by then, the file is to be whole.
        std::thread::sleep(Duration::from_micros(random >> 33 & 0xffff));
        child.kill().unwrap();
        child.wait().unwrap();
        found.push(events(&folder.0));
    }
    assert!(found.iter().any(|events| *events > 1000), "{found:?}");
}

#[test]
fn killed_at_each_of_its_writes_the_file_parses() {
    if !has("strace", &["-V"], 1) {
        return;
    }
    let folder = Folder::new("writes");
    let mut found = Vec::new();
    // The first writes make the file, before the program can observe anything.
    for write in 25..75 {
        let inject = format!("inject=pwrite64:signal=KILL:when={write}");
        let status = Command::new("strace")
            .args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=pwrite64", "-e", &inject])
            .args([env!("CARGO_BIN_EXE_traced").as_ref(), folder.0.as_os_str()])
            .stdout(Stdio::null())
            .status()
            .unwrap();
        assert!(!status.success(), "it runs until it is killed");
        found.push(events(&folder.0));
    }
    assert!(found.iter().all(|events| *events > 2) && found.iter().any(|events| *events > 100), "{found:?}");
}
