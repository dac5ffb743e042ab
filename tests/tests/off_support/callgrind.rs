//! Instructions a call, counted by callgrind on the calling thread: the same every time, whatever else the machine does.

use super::Built;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Few enough that no ring fills up, whenever the collector comes.
const CALLS: u64 = 200;

/// Whether there is a valgrind; says so if not.
pub(crate) fn is_there() -> bool {
    let there = Command::new("valgrind").arg("--version").output().is_ok();
    if !there {
        eprintln!("SKIPPED: valgrind is not installed; no instructions were counted");
    }
    there
}

/// Instructions a call: the difference of two runs, so that start and end cancel out.
pub(crate) fn count(built: &Built, case: &str) -> u64 {
    let (few, many) = (total(built, case, CALLS), total(built, case, 2 * CALLS));
    (many.saturating_sub(few) + CALLS / 2) / CALLS
}

fn total(built: &Built, case: &str, calls: u64) -> u64 {
    // Tests of this process count at once.
    static RUNS: AtomicU64 = AtomicU64::new(0);
    let run = RUNS.fetch_add(1, Relaxed);
    let folder = built.signals.with_file_name(format!("callgrind-{}-{run}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--separate-threads=yes", "--toggle-collect=counted_calls"])
        .arg(format!("--callgrind-out-file={}", folder.join("out").display()))
        .arg(&built.signals)
        .args(["calls", case, &calls.to_string()])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // A program without a second thread writes a file without a number.
    let text = std::fs::read_to_string(folder.join("out-01"))
        .or_else(|_| std::fs::read_to_string(folder.join("out")))
        .unwrap();
    let _ = std::fs::remove_dir_all(folder);
    text.lines().find_map(|line| line.strip_prefix("totals: ")).unwrap().trim().parse().unwrap()
}
