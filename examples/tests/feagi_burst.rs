//! The example as a user runs it: exit codes, what it leaves behind, and that it fires the same neurons every time.
//!
//! `cargo test -p feagi-observability-examples` builds the example before it runs this; a run that is narrowed with
//! `--test feagi_burst` does not, so build it first with `--example feagi_burst`.

use feagi_observability_examples::summary::Summary;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// `<target>/<profile>/examples/feagi_burst`, next to the folder that this test runs from.
fn example() -> PathBuf {
    let test = std::env::current_exe().expect("a running test has a path");
    let profile = test.parent().and_then(Path::parent).expect("tests live in <profile>/deps");
    let path = profile.join("examples").join(format!("feagi_burst{}", std::env::consts::EXE_SUFFIX));
    assert!(
        path.exists(),
        "build it first: cargo build -p feagi-observability-examples --example feagi_burst"
    );
    path
}

fn run(args: &[&str]) -> Output {
    Command::new(example()).args(args).output().expect("the example starts")
}

/// An empty folder of this test's own.
fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("feagi_burst-{name}"));
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).expect("the test folder can be made");
    path
}

/// Runs a small brain into `out` and reads its summary.
fn small_run(out: &Path, bursts: &str, threads: &str, more: &[&str]) -> Summary {
    let output = Command::new(example())
        .args(["--neurons", "2000", "--hz", "0", "--bursts", bursts, "--out"])
        .arg(out)
        .args(more)
        .env("RAYON_NUM_THREADS", threads)
        .output()
        .expect("the example starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = std::fs::read_to_string(out.join("summary.json")).expect("a summary was written");
    serde_json::from_str(&text).expect("the summary is JSON")
}

/// Asserts that `args` are refused with exit code 2 and one sentence that holds all of `words`.
fn refused(args: &[&str], words: &[&str]) {
    let output = run(args);
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{args:?}: {told}");
    assert_eq!(told.lines().count(), 1, "{args:?} was answered with more than a sentence: {told}");
    assert!(output.stdout.is_empty(), "{args:?} wrote to standard output");
    for word in words {
        assert!(told.contains(word), "{args:?} was answered without `{word}`: {told}");
    }
}

#[test]
fn a_run_fires_and_leaves_a_summary_and_nothing_unfinished() {
    let out = folder("summary").join("made/on/the/way");
    let done = small_run(&out, "20", "2", &[]);
    let heap = [&done.signals.heap_profile, &done.signals.heap_flamegraph];
    assert!(heap.iter().all(|file| file.as_ref().is_some_and(|file| file.exists())), "{heap:?}");
    assert_eq!((done.neurons, done.synapses, done.bursts), (2_003, 40_000, 20));
    // Twenty stimuli in each burst, of which a few hit a neuron twice or one that has just fired.
    assert!((350..=450).contains(&done.totals.neurons_fired), "fired {}", done.totals.neurons_fired);
    assert!(done.totals.neurons_reached > 1_000, "synapses reached {}", done.totals.neurons_reached);
    // All that fired have twenty synapses, but for the power neuron, which fires every few bursts.
    let wired = done.totals.synapses_activated / 20;
    assert!(
        (done.totals.neurons_fired - 10..done.totals.neurons_fired).contains(&wired),
        "{:?}",
        done.totals
    );
    assert!(done.bursts_per_second > 0.0);
    assert_eq!(done.fired_digest.len(), 16);
    let unfinished: Vec<_> = std::fs::read_dir(&out)
        .expect("the folder can be read")
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.starts_with('.'))
        .collect();
    assert_eq!(unfinished, [""; 0]);
}

/// Which neurons fire in 50 bursts of a brain of 2,000: a fact about the engine and the workload, not about the
/// machine. All inputs are powers of two, so no sum is rounded and no order of adding matters.
const DIGEST: &str = "41c76a5535b1f0e6";

#[test]
fn the_same_neurons_fire_in_every_run_whatever_the_number_of_threads() {
    let out = folder("digest");
    for threads in ["1", "1", "2", "7"] {
        assert_eq!(small_run(&out, "50", threads, &[]).fired_digest, DIGEST, "with {threads} threads");
    }
    assert_ne!(small_run(&out, "49", "1", &[]).fired_digest, DIGEST, "the digest misses the last burst");
}

#[test]
fn the_engine_taken_apart_does_what_the_engine_does() {
    let out = folder("phases");
    let (whole, phased) = (small_run(&out, "50", "2", &[]), small_run(&out, "50", "2", &["--phases"]));
    assert_eq!(phased.fired_digest, whole.fired_digest);
    assert_eq!(phased.totals, whole.totals);
    assert_eq!((phased.neurons, phased.synapses), (whole.neurons, whole.synapses));
}

#[test]
fn help_is_printed_to_standard_output_and_succeeds() {
    let output = run(&["--help"]);
    assert!(output.status.success());
    let text = String::from_utf8_lossy(&output.stdout);
    let flags =
        ["--neurons", "--bursts", "--hz", "--phases", "--out", "--otlp", "--serve", "--config", "--help"];
    for flag in flags {
        assert!(text.contains(flag), "`{flag}` is missing from:\n{text}");
    }
}

#[test]
fn bad_arguments_are_refused_before_anything_is_made() {
    let out = folder("refused").join("never-made");
    let out_text = out.to_str().expect("the target folder is UTF-8");
    refused(&["--out", out_text, "--neurons", "0"], &["--neurons 0", "from 1 to 5000000"]);
    refused(&["--out", out_text, "--neurons", "5000001"], &["--neurons 5000001", "from 1 to 5000000"]);
    refused(&["--out", out_text, "--burst", "3"], &["--burst", "did you mean `--bursts`?"]);
    refused(
        &["--out", out_text, "--config", "no-such.toml"],
        &["--config no-such.toml", "readable TOML file"],
    );
    assert!(!out.exists(), "a refused run made its folder");
}

#[test]
fn a_taken_port_is_refused_before_anything_is_made() {
    let out = folder("port").join("never-made");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("it has an address").to_string();
    let out_text = out.to_str().expect("the target folder is UTF-8");
    refused(&["--out", out_text, "--serve", &address], &["--serve", &address, "choose a free port"]);
    assert!(!out.exists(), "a refused run made its folder");
}

#[test]
fn a_folder_that_cannot_be_made_is_refused_and_what_was_made_on_the_way_is_removed() {
    let out = folder("out");
    std::fs::write(out.join("file"), "not a folder").expect("the test folder can be written");
    let below = out.join("file/below");
    refused(&["--out", below.to_str().expect("UTF-8")], &["--out", "name a folder that can be written"]);
    let too_long = out.join("new").join("x".repeat(300));
    refused(&["--out", too_long.to_str().expect("UTF-8")], &["--out", "name a folder that can be written"]);
    assert!(!out.join("new").exists(), "the outer folder was left behind");
}
