//! A CPU profile from `start` to the files that other programs read.

#![cfg(unix)]

mod profiling_support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use feagi_observability::{CpuProfiler, FlamegraphGenerator, ProfilingConfig, ProfilingError};
use feagi_observability_tests::counterpart::has;
use profiling_support::{Folder, Pprof, process_cpu, simulate_spiking_neurons, thread_cpu, well_formed_svg};

const BUSY: &str = "simulate_spiking_neurons";

/// A process takes one profile at a time, but the test harness runs its tests side by side.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn profiler(folder: &Folder, frequency_hz: u32) -> CpuProfiler {
    let output_dir = folder.join("profiles");
    let config = ProfilingConfig { cpu_profiling: true, output_dir, frequency_hz, ..Default::default() };
    CpuProfiler::new(&config).expect("a valid configuration")
}

fn sigprof_action() -> libc::sighandler_t {
    // SAFETY: a null new action only queries; a zeroed `sigaction` is a valid place for the old one.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        assert_eq!(libc::sigaction(libc::SIGPROF, std::ptr::null(), &mut action), 0);
        action.sa_sigaction
    }
}

#[test]
fn the_busy_function_its_thread_and_its_cpu_time_are_in_the_profile() {
    let _alone = alone();
    let folder = Folder::new("cpu-busy");
    let profiler = profiler(&folder, 99);
    let outer = process_cpu();
    profiler.start().expect("started");
    let worker = std::thread::Builder::new().name("neurons".to_owned());
    let worker = worker.spawn(|| {
        let before = thread_cpu();
        simulate_spiking_neurons(Duration::from_millis(500));
        thread_cpu() - before
    });
    let inner = worker.expect("spawned").join().expect("no panic");
    let path = profiler.stop().expect("stopped");
    let outer = process_cpu() - outer;

    let pprof = Pprof::read(&path);
    let types: Vec<(&str, &str)> = pprof.sample_types.iter().map(|(kind, unit)| (&**kind, &**unit)).collect();
    assert_eq!(types, [("samples", "count"), ("cpu", "nanoseconds")]);
    assert_eq!(pprof.period, 1_000_000_000 / 99);
    let busy: Vec<_> =
        pprof.samples.iter().filter(|s| s.stack.iter().any(|name| name.contains(BUSY))).collect();
    let of_worker = |label: &(String, String)| *label == ("thread".to_owned(), "neurons".to_owned());
    assert!(busy.iter().any(|sample| sample.labels.iter().any(of_worker)), "{busy:?}");
    let busy_count: u64 = busy.iter().map(|sample| sample.values[0]).sum();
    assert!(busy_count * 2 > pprof.total(0), "{busy_count} of {} samples", pprof.total(0));

    // A thread's first sample comes somewhere within its first period, and its last period is not over when it ends.
    let (total, few_periods) = (Duration::from_nanos(pprof.total(1)), Duration::from_millis(40));
    assert!(total + few_periods >= inner, "{total:?}, {inner:?} used");
    assert!(total <= outer + few_periods, "{total:?}, {outer:?} used");

    let [_, system_name, file] = pprof.functions.iter().find(|f| f[0].contains(BUSY)).expect("the function");
    assert!(system_name.starts_with("_ZN") || system_name.starts_with("_R"), "{system_name} is not mangled");
    assert!(file.ends_with("profiling_support/mod.rs"), "{file}");
    let program = std::env::current_exe().expect("our own path");
    assert_eq!(pprof.mappings.first().map(Path::new), Some(&*program));
    check_with_go(&path);
}

/// What Go's own tool makes of it, where that is installed.
fn check_with_go(path: &Path) {
    if !has("go", &["tool", "-n", "pprof"], 3) {
        return;
    }
    let go = |argument: &str| Command::new("go").args(["tool", "pprof", argument]).arg(path).output();
    let top = go("-top").expect("found above");
    let (out, err) = (String::from_utf8_lossy(&top.stdout), String::from_utf8_lossy(&top.stderr));
    assert!(top.status.success() && out.contains(BUSY), "{out}\n{err}");
    assert!(err.is_empty(), "{err}");
    let tags = go("-tags").expect("found above");
    assert!(String::from_utf8_lossy(&tags.stdout).contains("neurons"), "{tags:?}");
}

#[test]
fn the_flamegraph_is_well_formed_shows_the_function_and_can_be_drawn_again_from_the_profile() {
    let _alone = alone();
    let folder = Folder::new("cpu-svg");
    let profiler = profiler(&folder, 99);
    assert_eq!(profiler.flamegraph_path(), None);
    profiler.start().expect("started");
    simulate_spiking_neurons(Duration::from_millis(300));
    let path = profiler.stop().expect("stopped");

    let svg_path = profiler.flamegraph_path().expect("a flamegraph");
    let svg = well_formed_svg(&svg_path);
    assert!(svg.contains(BUSY));
    fs::remove_file(&svg_path).expect("removed");
    assert_eq!(FlamegraphGenerator.generate(&path).expect("drawn"), svg_path);
    // Of what it is a profile, only its maker knows.
    assert_eq!(well_formed_svg(&svg_path), svg.replace("CPU profile", "Profile"));
}

#[test]
fn files_and_folders_are_their_owners_only_and_no_temporary_file_stays() {
    let _alone = alone();
    let folder = Folder::new("cpu-modes");
    let profiler = profiler(&folder, 99);
    profiler.start().expect("started");
    simulate_spiking_neurons(Duration::from_millis(300));
    let path = profiler.stop().expect("stopped");
    let mode = |path: &Path| fs::metadata(path).expect("exists").permissions().mode() & 0o777;
    assert_eq!(mode(&folder.join("profiles")), 0o700);
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(&profiler.flamegraph_path().expect("a flamegraph")), 0o600);
    let entries = fs::read_dir(folder.join("profiles")).expect("readable");
    let mut names: Vec<_> = entries.map(|entry| entry.expect("an entry").file_name()).collect();
    names.sort();
    assert_eq!(names, ["cpu.pb.gz", "cpu.svg"]);
}

#[test]
fn a_second_start_is_refused_for_any_profiler_of_the_process_and_harms_the_first_one_not() {
    let _alone = alone();
    let folder = Folder::new("cpu-twice");
    let (first, second) = (profiler(&folder, 99), profiler(&folder, 99));
    first.start().expect("started");
    assert!(matches!(first.start(), Err(ProfilingError::AlreadyRunning)));
    assert!(matches!(second.start(), Err(ProfilingError::AlreadyRunning)));
    assert!(matches!(second.stop(), Err(ProfilingError::NotRunning)));
    simulate_spiking_neurons(Duration::from_millis(300));
    let path = first.stop().expect("stopped");
    assert!(Pprof::read(&path).total(0) > 0);
    second.start().expect("the signal is free again");
    second.stop().expect("stopped");
}

#[test]
fn stop_without_start_is_an_error_and_so_is_a_second_stop() {
    let _alone = alone();
    let folder = Folder::new("cpu-stop");
    let profiler = profiler(&folder, 99);
    assert!(matches!(profiler.stop(), Err(ProfilingError::NotRunning)));
    profiler.start().expect("started");
    profiler.stop().expect("stopped");
    assert!(matches!(profiler.stop(), Err(ProfilingError::NotRunning)));
}

#[test]
fn a_profile_without_samples_is_a_valid_file_and_leaves_no_old_flamegraph() {
    let _alone = alone();
    let folder = Folder::new("cpu-empty");
    let profiler = profiler(&folder, 1);
    profiler.start().expect("started");
    let old = folder.join("profiles").join("cpu.svg");
    fs::write(&old, "of an earlier run").expect("written");
    let nothing = profiler.finish().expect("stopped").filtered(|_| false);
    let path = nothing.write(&folder.join("profiles")).expect("written");
    let pprof = Pprof::read(&path);
    assert_eq!((pprof.samples.len(), pprof.sample_types.len()), (0, 2));
    assert!(matches!(nothing.flamegraph(), Err(ProfilingError::EmptyProfile)));
    assert!(!old.exists());
    assert!(matches!(FlamegraphGenerator.generate(&path), Err(ProfilingError::EmptyProfile)));
}

#[test]
fn a_dropped_profiler_gives_the_signal_back() {
    let _alone = alone();
    let folder = Folder::new("cpu-drop");
    let before = sigprof_action();
    let dropped = profiler(&folder, 99);
    dropped.start().expect("started");
    assert_ne!(sigprof_action(), before);
    drop(dropped);
    assert_eq!(sigprof_action(), before);
    let next = profiler(&folder, 99);
    next.start().expect("started");
    next.stop().expect("stopped");
    assert_eq!(sigprof_action(), before);
}

/// How often somebody else's handler was called.
static THEIRS: AtomicU64 = AtomicU64::new(0);

extern "C" fn somebody_elses_handler(_signal: libc::c_int) {
    // Relaxed: read by the thread that the signal was sent to.
    THEIRS.fetch_add(1, Ordering::Relaxed);
}

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[test]
fn another_profilers_handler_gets_its_signals_meanwhile_and_its_place_back_at_the_end() {
    let _alone = alone();
    let folder = Folder::new("cpu-foreign");
    let profiler = profiler(&folder, 99);
    let theirs = somebody_elses_handler as *const () as libc::sighandler_t;
    // SAFETY: the handler is a plain function that does nothing.
    let before = unsafe { libc::signal(libc::SIGPROF, theirs) };
    profiler.start().expect("started");
    assert_ne!(sigprof_action(), theirs);
    for _ in 0..7 {
        // SAFETY: there is a handler.
        assert_eq!(unsafe { libc::raise(libc::SIGPROF) }, 0);
    }
    let met = THEIRS.load(Ordering::Relaxed);
    simulate_spiking_neurons(Duration::from_millis(300));
    let path = profiler.stop().expect("stopped");
    let kept = sigprof_action();
    // SAFETY: puts back what the first call returned.
    unsafe { libc::signal(libc::SIGPROF, before) };
    assert_eq!((met, THEIRS.load(Ordering::Relaxed)), (7, 7), "theirs alone");
    assert_eq!(kept, theirs);
    assert!(Pprof::read(&path).total(0) > 10, "ours came all the same");
}

#[test]
fn an_impossible_frequency_is_refused_with_its_value_and_the_range() {
    for frequency_hz in [0, 1001, u32::MAX] {
        let refused = CpuProfiler::new(&ProfilingConfig { frequency_hz, ..Default::default() });
        let text = refused.expect_err("refused").to_string();
        assert!(
            text.contains(&format!("frequency_hz = {frequency_hz} ")) && text.contains("1 to 1000"),
            "{text}"
        );
    }
}

#[test]
fn an_output_folder_that_cannot_be_made_fails_the_start_and_names_it() {
    let _alone = alone();
    let folder = Folder::new("cpu-folder");
    fs::write(folder.join("profiles"), "a file, not a folder").expect("written");
    let before = sigprof_action();
    let error = profiler(&folder, 99).start().expect_err("refused");
    assert!(
        matches!(&error, ProfilingError::Io { path, .. } if *path == folder.join("profiles")),
        "{error:?}"
    );
    assert_eq!(sigprof_action(), before);
}
