//! Go's own tool reads the CPU profile and the heap profile.

use feagi_observability_tests::counterpart::{Said, ask, has};
use feagi_observability_tests::run::Run;
use std::path::Path;
use std::process::Command;

const BUSY: &str = "simulate_spiking_neurons";

fn pprof(arguments: &[&str], profile: &Path) -> Said {
    let said = ask(Command::new("go").args(["tool", "pprof"]).args(arguments).arg(profile));
    assert_eq!(said.code, Some(0), "{said:?}");
    said
}

#[test]
fn go_names_the_busy_function_and_counts_its_samples() {
    if !has("go", &["tool", "-n", "pprof"], 7) {
        return;
    }
    let run = Run::of(env!("CARGO_BIN_EXE_emit"), "pprof");
    let profile = run.path("cpu.pb.gz");

    let top = pprof(&["-top"], &profile).out;
    // The default is the last sample type, `cpu`; flat, flat%, sum%, cum, cum%, name.
    let busy = top.lines().find(|line| line.contains(BUSY)).unwrap_or_else(|| panic!("{BUSY} in {top}"));
    let cumulated = busy.split_whitespace().nth(4).and_then(|percent| percent.strip_suffix('%'));
    let share: f64 = cumulated.and_then(|percent| percent.parse().ok()).unwrap_or_else(|| panic!("{busy}"));
    assert!(share > 50.0, "the program does little else: {top}");

    let raw = pprof(&["-raw"], &profile).out;
    assert!(raw.contains("samples/count cpu/nanoseconds"), "{raw}");
    assert!(raw.contains(BUSY), "{raw}");
    let samples: u64 = raw.lines().filter_map(sample_count).sum();
    assert!(samples > 0, "{raw}");
}

#[test]
fn go_adds_up_the_heap_in_use_and_finds_what_one_trace_has_allocated() {
    if !has("go", &["tool", "-n", "pprof"], 7) {
        return;
    }
    let folder = std::env::temp_dir().join(format!("feagi-observability-pprof-heap-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder below the temporary one");
    let ran = Command::new(env!("CARGO_BIN_EXE_heap_profile")).arg("calls").arg(&folder).status();
    assert!(ran.expect("the program starts").success());
    let profile = folder.join("heap.pb.gz");

    let raw = pprof(&["-raw"], &profile).out;
    assert!(
        raw.contains("alloc_objects/count alloc_space/bytes inuse_objects/count inuse_space/bytes"),
        "{raw}"
    );
    let top = pprof(&["-top", "-sample_index=alloc_space"], &profile).out;
    assert!(top.contains("Type: alloc_space") && top.contains("cortex_blocks"), "{top}");
    // Without an index it is the memory in use.
    let tags = pprof(&["-tags"], &profile).out;
    for key in ["observe:", "request_id:", "span_id:", "thread:", "trace_id:"] {
        assert!(tags.contains(key), "{key} in {tags}");
    }
    let of_cortex = pprof(&["-top", "-tagfocus=observe=cortex"], &profile).out;
    assert!(of_cortex.contains("Type: inuse_space") && of_cortex.contains("cortex_blocks"), "{of_cortex}");
    assert!(!of_cortex.contains("wandering_blocks"), "{of_cortex}");
    let _ = std::fs::remove_dir_all(&folder);
}

/// `count nanoseconds: location location …`
fn sample_count(line: &str) -> Option<u64> {
    let (values, _) = line.split_once(": ")?;
    let (count, nanoseconds) = values.trim().split_once(' ')?;
    nanoseconds.trim().parse::<u64>().ok()?;
    count.parse().ok()
}
