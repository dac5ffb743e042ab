//! The heap profile says the truth: how much is in use and who has allocated it, whatever threads, panics, forks and restarts there are.

#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

mod profiling_support;

use profiling_support::{Folder, Pprof, Sample, well_formed_svg};
use serde_json::Value;
use std::collections::BTreeSet;
use std::process::Command;

const ALLOC_SPACE: usize = 1;
const IN_USE_OBJECTS: usize = 2;
const IN_USE_SPACE: usize = 3;

/// What the program has left of a run.
struct Run {
    folder: Folder,
    profile: Pprof,
    truth: Value,
}

fn run(mode: &str) -> Run {
    let folder = Folder::new(&format!("heap-{mode}"));
    let path = folder.join("");
    let ran = Command::new(env!("CARGO_BIN_EXE_heap_profile")).arg(mode).arg(&path).output();
    let ran = ran.expect("the program starts");
    assert!(ran.status.success(), "{}: {}", ran.status, String::from_utf8_lossy(&ran.stderr));
    let truth = std::fs::read_to_string(folder.join("truth.json")).expect("its truth");
    let truth = serde_json::from_str(&truth).expect("JSON");
    let profile = Pprof::read(&folder.join("heap.pb.gz"));
    Run { folder, profile, truth }
}

fn passes(sample: &Sample, function: &str) -> bool {
    sample.stack.iter().any(|name| name.contains(function))
}

/// Sums up a value of the samples that pass through one of the functions.
fn total(profile: &Pprof, functions: &[&str], value: usize) -> u64 {
    let wanted = |sample: &&Sample| functions.iter().any(|function| passes(sample, function));
    profile.samples.iter().filter(wanted).map(|sample| sample.values[value]).sum()
}

/// Whether it is within so many hundredths of the truth.
fn is_near(said: u64, truth: &Value, hundredths: u64) -> bool {
    let truth = truth.as_u64().expect("a number");
    said.abs_diff(truth) * 100 <= truth * hundredths
}

#[test]
fn what_is_in_use_is_within_a_twentieth_of_the_truth() {
    let Run { folder, profile, truth } = run("use");
    let types: Vec<_> = profile.sample_types.iter().map(|(kind, unit)| format!("{kind}/{unit}")).collect();
    assert_eq!(
        types,
        ["alloc_objects/count", "alloc_space/bytes", "inuse_objects/count", "inuse_space/bytes"]
    );
    assert_eq!(profile.period, 8 << 10);
    let both = ["weave_dendrites", "grow_axons"];
    let bytes = total(&profile, &both, IN_USE_SPACE);
    assert!(is_near(bytes, &truth["bytes"], 5), "{bytes} bytes in use, {truth}");
    let axons = total(&profile, &["grow_axons"], IN_USE_SPACE);
    assert!(is_near(axons, &truth["axons"], 10), "{axons} bytes of axons, {truth}");
    let blocks = total(&profile, &both, IN_USE_OBJECTS);
    assert!(is_near(blocks, &truth["blocks"], 20), "{blocks} blocks in use, {truth}");
    let allocated = total(&profile, &["weave_dendrites"], ALLOC_SPACE);
    let all = truth["allocated"].as_u64().expect("a number");
    assert!(allocated > all / 2 && allocated < all, "{allocated} bytes allocated, {truth}");
    let leaf =
        &profile.samples.iter().find(|sample| passes(sample, "weave_dendrites")).expect("one").stack[0];
    assert!(
        !leaf.contains("feagi_observability::") && !leaf.contains("__rust"),
        "the allocator itself: {leaf}"
    );
    let svg = well_formed_svg(&folder.join("heap.svg"));
    assert!(svg.contains("Heap in use") && svg.contains("weave_dendrites"));
}

const LABELS: [&str; 5] = ["observe", "request_id", "span_id", "thread", "trace_id"];

fn label<'a>(sample: &'a Sample, key: &str) -> &'a str {
    sample.labels.iter().find(|(name, _)| name == key).map_or("", |(_, value)| value)
}

#[test]
fn every_sampled_block_has_the_labels_of_the_call_that_has_allocated_it() {
    let Run { profile, truth, .. } = run("calls");
    let calls = truth.as_array().expect("a list");
    let known: BTreeSet<[&str; 5]> =
        calls.iter().map(|call| LABELS.map(|key| call[key].as_str().expect("a text"))).collect();
    let mut samples = 0;
    for (function, observe) in
        [("cortex_blocks", "cortex"), ("thalamus_blocks", "thalamus"), ("wandering_blocks", "wandering")]
    {
        let of_it: Vec<_> = profile.samples.iter().filter(|sample| passes(sample, function)).collect();
        assert!(of_it.len() > 50, "{} samples of {function}", of_it.len());
        samples += of_it.len();
        for sample in of_it {
            assert_eq!(label(sample, "observe"), observe, "{sample:?}");
            let labels = LABELS.map(|key| label(sample, key));
            assert!(known.contains(&labels), "no call has said so: {labels:?}");
        }
    }
    assert!(samples > 500, "{samples}");
    let outside = profile.samples.iter().filter(|sample| passes(sample, "outside_blocks"));
    for sample in outside {
        assert_eq!(LABELS.map(|key| label(sample, key))[..3], ["", "", ""], "in no call: {sample:?}");
        assert!(label(sample, "thread").starts_with("worker-"), "{sample:?}");
    }
}

#[test]
fn nothing_is_left_of_a_storm() {
    let Run { profile, truth, .. } = run("storm");
    assert_eq!((truth["lost"].as_u64(), truth["untracked"].as_u64()), (Some(0), Some(0)), "{truth}");
    assert!(total(&profile, &["churn"], ALLOC_SPACE) > 0);
    assert_eq!(total(&profile, &["churn"], IN_USE_SPACE), 0, "all of it was freed");
}

#[test]
fn a_forked_child_lives_and_may_end_the_profile() {
    let Run { truth, .. } = run("fork");
    assert_eq!(truth, Value::from(vec![0; 4]), "how the children have ended");
}
