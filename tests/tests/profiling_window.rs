//! Profiles of a window of time: asked for, narrowed down, compared; and taken when a call goes over its budget.

#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

mod profiling_support;

use std::fs;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use feagi_observability::{
    CpuProfile, CpuProfiler, FlamegraphGenerator, LogFormat, LogOutput, ObservabilityConfig,
    ObservabilityManager, ProfilingConfig, ProfilingError, current_context, init_observability, observe,
};
use feagi_observability_tests::counterpart::has;
use profiling_support::{Folder, Pprof, simulate_spiking_neurons, well_formed_svg};

const WINDOW: Duration = Duration::from_millis(400);

/// One profile at a time, and one observability for all.
fn alone<R>(test: impl FnOnce(&ObservabilityManager, &Folder) -> R) -> R {
    static ALONE: Mutex<()> = Mutex::new(());
    static RUNNING: OnceLock<(ObservabilityManager, Folder)> = OnceLock::new();
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let (manager, folder) = RUNNING.get_or_init(|| {
        let folder = Folder::new("window");
        let mut config = ObservabilityConfig {
            profiling: ProfilingConfig {
                output_dir: folder.join("profiles"),
                frequency_hz: 250,
                window_on_budget: 300,
                ..Default::default()
            },
            ..Default::default()
        };
        config.logging.format = LogFormat::Json;
        config.logging.output = LogOutput::File(folder.join("log.jsonl").to_string_lossy().into_owned());
        (init_observability(&config).expect("a valid configuration"), folder)
    });
    test(manager, folder)
}

#[observe(name = "window::left")]
fn left(budget: Duration) -> u64 {
    simulate_spiking_neurons(budget)
}

#[observe(name = "window::right")]
fn right(budget: Duration) -> u64 {
    simulate_spiking_neurons(budget)
}

#[observe(name = "window::slow", budget = "1ms")]
fn slow(budget: Duration) -> u64 {
    simulate_spiking_neurons(budget)
}

/// Keeps a thread of that name busy while `work` goes on.
fn while_busy<R>(busy: impl Fn() + Sync, work: impl FnOnce() -> R) -> R {
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("a busy one".to_owned());
        // Relaxed: the flag only ends the loop.
        let busy = thread.spawn_scoped(scope, || {
            while !stop.load(Ordering::Relaxed) {
                busy();
            }
        });
        let result = work();
        stop.store(true, Ordering::Relaxed);
        busy.expect("spawned").join().expect("no panic");
        result
    })
}

fn both() {
    left(Duration::from_millis(20));
    right(Duration::from_millis(20));
}

fn profile_of_both(manager: &ObservabilityManager) -> CpuProfile {
    while_busy(both, || manager.profile(WINDOW)).expect("a profile")
}

#[test]
fn a_window_is_narrowed_down_to_a_site_or_a_trace() {
    alone(|manager, _| {
        let whole = profile_of_both(manager);
        assert!(whole.duration() >= WINDOW);
        let (of_left, of_right) = (whole.of_site("window::left"), whole.of_site("window::right"));
        assert!(of_left.samples().len() > 0 && of_right.samples().len() > 0);
        assert!(of_left.cpu_time() + of_right.cpu_time() <= whole.cpu_time());
        assert!(of_left.samples().all(|sample| sample.site() == Some("window::left")));
        let times: Vec<u64> = whole.samples().map(|sample| sample.monotonic_nanos()).collect();
        assert!(times.is_sorted() && times[0] > 0);
        let trace = of_left.samples().next().and_then(|sample| sample.trace_id()).expect("labelled");
        let of_trace = whole.of_trace(trace);
        assert!(of_trace.samples().len() > 0);
        // Each call began a trace of its own.
        assert!(of_trace.samples().all(|sample| sample.trace_id() == Some(trace)));
        assert!(of_trace.samples().all(|sample| sample.site() == Some("window::left")));
    });
}

#[test]
fn folded_stacks_and_flamegraphs_have_the_site_for_a_root_and_can_be_read_back() {
    alone(|manager, folder| {
        let profile = profile_of_both(manager);
        let folded = profile.folded();
        let of_left =
            folded.lines().find(|line| line.starts_with("window::left;a busy one;")).expect("a stack");
        assert!(of_left.contains("simulate_spiking_neurons"), "{of_left}");
        let path = folder.join("read.folded");
        fs::write(&path, &folded).expect("written");
        let drawn = well_formed_svg(&FlamegraphGenerator.generate(&path).expect("drawn"));
        let whole = String::from_utf8(profile.flamegraph().expect("drawn")).expect("utf-8");
        // Of what it is a profile, only its maker knows.
        assert_eq!(drawn, whole.replace("CPU profile", "Profile"));
        assert!(drawn.contains("window::left") && drawn.contains("window::right"));
    });
}

#[test]
fn two_profiles_are_compared_in_one_picture() {
    alone(|manager, folder| {
        let before = profile_of_both(manager);
        let after = while_busy(|| _ = left(Duration::from_millis(20)), || manager.profile(WINDOW))
            .expect("a profile");
        let path = folder.join("difference.svg");
        fs::write(&path, after.flamegraph_since(&before).expect("drawn")).expect("written");
        let drawn = well_formed_svg(&path);
        // Stacks that have grown say by how much.
        assert!(drawn.contains("window::left") && drawn.contains("+"), "{drawn}");
        let nothing = after.filtered(|_| false);
        assert!(matches!(nothing.flamegraph_since(&before), Err(ProfilingError::EmptyProfile)));
    });
}

#[test]
fn the_text_of_perf_script_has_a_paragraph_for_each_sample() {
    alone(|manager, _| {
        let profile = profile_of_both(manager);
        let text = profile.perf_script();
        let paragraphs: Vec<&str> = text.split_terminator("\n\n").collect();
        assert_eq!(paragraphs.len(), profile.samples().len());
        let busy =
            paragraphs.iter().find(|paragraph| paragraph.contains("simulate_spiking_neurons")).expect("one");
        assert!(busy.starts_with(&format!("a_busy_one {}/", std::process::id())), "{busy}");
    });
}

#[test]
fn go_lists_the_labels_and_focuses_on_a_trace() {
    alone(|manager, folder| {
        if !has("go", &["tool", "-n", "pprof"], 3) {
            return;
        }
        let profile = profile_of_both(manager);
        let path = profile.write(&folder.join("go")).expect("written");
        let go = |arguments: &[&str]| {
            let ran = Command::new("go")
                .args(["tool", "pprof"])
                .args(arguments)
                .arg(&path)
                .output()
                .expect("found");
            assert!(ran.status.success(), "{ran:?}");
            String::from_utf8(ran.stdout).expect("utf-8")
        };
        let tags = go(&["-tags"]);
        for label in ["trace_id", "span_id", "observe", "thread", "window::left"] {
            assert!(tags.contains(label), "{label}: {tags}");
        }
        let sample = profile.samples().find(|sample| sample.site() == Some("window::right")).expect("one");
        let trace = sample.trace_id().expect("labelled");
        let focused = go(&["-raw", &format!("-tagfocus=trace_id={trace}")]);
        // `count nanoseconds: location …`, as other lines do not have it.
        let counts = focused.lines().filter_map(|line| {
            let (count, nanos) = line.split_once(": ")?.0.trim().split_once(' ')?;
            nanos.trim().parse::<u64>().ok()?;
            count.parse::<u64>().ok()
        });
        let weights: u64 = Pprof::read(&path)
            .samples
            .iter()
            .filter(|sample| sample.labels.iter().any(|(_, value)| *value == trace.to_string()))
            .map(|sample| sample.values[0])
            .sum();
        assert_eq!(counts.sum::<u64>(), weights, "{focused}");
    });
}

#[test]
fn a_call_over_its_budget_has_what_follows_sampled() {
    alone(|_, folder| {
        let expected = folder.join("profiles").join("over-budget-1.pb.gz");
        let patience = Instant::now() + Duration::from_secs(60);
        let trace = while_busy(
            || _ = slow(Duration::from_millis(10)),
            || {
                while !expected.exists() && Instant::now() < patience {
                    std::thread::yield_now();
                }
                current_context()
            },
        );
        assert!(trace.is_none());
        let pprof = Pprof::read(&expected);
        let of_slow = |label: &(String, String)| *label == ("observe".to_owned(), "window::slow".to_owned());
        assert!(pprof.samples.iter().any(|sample| sample.labels.iter().any(of_slow)));
    });
}

#[test]
fn a_window_is_refused_while_another_profile_is_taken() {
    alone(|manager, folder| {
        let output_dir = folder.join("other");
        let other = CpuProfiler::new(&ProfilingConfig { output_dir, ..Default::default() }).expect("valid");
        other.start().expect("started");
        assert!(matches!(manager.profile(WINDOW), Err(ProfilingError::AlreadyRunning)));
        other.finish().expect("stopped");
        assert!(matches!(other.finish(), Err(ProfilingError::NotRunning)));
    });
}
