//! What a sampler in signal handlers has to live through, at the highest frequency. Each test is a process of its own, so that a crash is
//! seen as what it is.

#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

mod profiling_support;

use std::ffi::{CString, c_void};
use std::hint::black_box;
use std::panic;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use feagi_observability::{
    CapturedContext, Context, CpuProfile, CpuProfiler, CpuSample, LogOutput, ObservabilityConfig,
    ProfilingConfig, SpanId, TraceId, init_observability, observe,
};
use profiling_support::{Folder, process_cpu, simulate_spiking_neurons, thread_cpu};

/// Names the test that a process is to run.
const CHILD: &str = "PROFILING_STRESS_CHILD";

/// Runs `test` in a process of its own, which the test of that name is called in again.
fn in_process(name: &str, test: impl FnOnce(&Folder)) {
    if std::env::var(CHILD).is_ok_and(|child| child == name) {
        let folder = Folder::new(name);
        let mut config = ObservabilityConfig::default();
        config.logging.output = LogOutput::File(folder.join("log.jsonl").to_string_lossy().into_owned());
        let _observability = init_observability(&config).expect("a valid configuration");
        return test(&folder);
    }
    let mut child = Command::new(std::env::current_exe().expect("our own path"));
    let ran = child.args(["--exact", name, "--nocapture"]).env(CHILD, name).output().expect("started");
    let (out, err) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success() && out.contains("1 passed"), "{}: {out}\n{err}", ran.status);
    print!("{out}");
}

fn profiler(folder: &Folder, frequency_hz: u32) -> CpuProfiler {
    let config = ProfilingConfig { output_dir: folder.join("p"), frequency_hz, ..Default::default() };
    CpuProfiler::new(&config).expect("a valid configuration")
}

fn trace_id(number: u64) -> TraceId {
    TraceId::from_hex(&format!("5c3a9e7f1b2d4680{:016x}", (number + 1) << 40 | 1)).expect("valid")
}

fn caller(number: u64) -> CapturedContext {
    let span = SpanId::from_hex("00f067aa0ba902b7").expect("valid");
    CapturedContext::from(Context::remote(trace_id(number), span, true).expect("valid"))
}

#[inline(never)]
fn odd_marker(work: &mut dyn FnMut()) {
    work();
    black_box(());
}

#[inline(never)]
fn even_marker(work: &mut dyn FnMut()) {
    work();
    black_box(());
}

#[observe(name = "odd")]
fn odd(work: &mut dyn FnMut()) {
    odd_marker(work);
}

#[observe(name = "even")]
fn even(work: &mut dyn FnMut()) {
    even_marker(work);
}

/// Does something for one of two traces, in a function and a call of its own.
fn for_trace(number: u64, mut work: impl FnMut()) {
    let call = if number.is_multiple_of(2) { even } else { odd };
    caller(number % 2).run(|| call(&mut work));
}

/// Compares labels with stacks; how many samples were right.
fn all_right(profile: &CpuProfile) -> usize {
    let of = |sample: &CpuSample<'_>, marker: &str| sample.functions().any(|name| name.ends_with(marker));
    let mut right = 0;
    for sample in profile.samples() {
        for (marker, site, number) in [("even_marker", "even", 0), ("odd_marker", "odd", 1)] {
            if of(&sample, marker) {
                assert_eq!(
                    (sample.site(), sample.trace_id()),
                    (Some(site), Some(trace_id(number))),
                    "{sample:?}"
                );
                right += 1;
            }
        }
    }
    println!("{right} of {} samples belong to a trace, and are right", profile.samples().len());
    right
}

#[test]
fn ten_thousand_short_threads_are_sampled_as_often_as_they_deserve() {
    in_process("ten_thousand_short_threads_are_sampled_as_often_as_they_deserve", |folder| {
        let profiler = profiler(folder, 997);
        profiler.start().expect("started");
        for round in 0..1250_u64 {
            std::thread::scope(|scope| {
                for thread in 0..8 {
                    scope.spawn(move || {
                        let mut work = || _ = simulate_spiking_neurons(Duration::from_micros(500));
                        for_trace(round + thread, &mut work);
                    });
                }
            });
        }
        let profile = profiler.finish().expect("stopped");
        assert!(all_right(&profile) > 100);
        // Many have lived for less than a look of the sampler, and not all are threads of their own by then.
        let threads: std::collections::BTreeSet<u32> =
            profile.samples().map(|sample| sample.thread_id()).collect();
        assert!(threads.len() > 100, "{} threads", threads.len());
    });
}

#[test]
fn panics_that_unwind_through_observed_calls_leave_every_label_right() {
    in_process("panics_that_unwind_through_observed_calls_leave_every_label_right", |folder| {
        panic::set_hook(Box::new(|_| {}));
        let profiler = profiler(folder, 997);
        profiler.start().expect("started");
        std::thread::scope(|scope| {
            for first in 0..2 {
                scope.spawn(move || {
                    let end = thread_cpu() + Duration::from_secs(2);
                    let mut number = first;
                    while thread_cpu() < end {
                        number += 1;
                        let storm = panic::AssertUnwindSafe(|| for_trace(number, || unwind(15)));
                        assert!(panic::catch_unwind(storm).is_err());
                    }
                });
            }
        });
        let profile = profiler.finish().expect("stopped");
        let _ = panic::take_hook();
        assert!(all_right(&profile) > 100);
    });
}

#[inline(never)]
fn unwind(depth: u32) {
    let owned = black_box(vec![depth]);
    if depth == 0 {
        panic::panic_any("a panic of the storm");
    }
    unwind(depth - 1);
    black_box(owned);
}

/// A library with a function that is busy for so many rounds.
fn library(folder: &Folder) -> PathBuf {
    let (source, library) = (folder.join("busy.c"), folder.join("libbusy.so"));
    let code = "unsigned long busy_in_library(unsigned long rounds) {\n\
                volatile unsigned long state = 1;\n\
                while (rounds--) state = state * 6364136223846793005ul + 1;\n\
                return state; }\n";
    std::fs::write(&source, code).expect("written");
    let mut compiler = Command::new("cc");
    let ran = compiler.args(["-O1", "-shared", "-fPIC", "-o"]).args([&library, &source]).status();
    assert!(ran.expect("the linker that Rust uses").success());
    library
}

/// Loads it, is busy in it, and unloads it again.
fn visit(path: &Path, rounds: u64) {
    let path = CString::new(path.to_str().expect("utf-8")).expect("no zero");
    // SAFETY: the library is ours: its function takes and returns a word, and nothing of it is used after it is closed.
    unsafe {
        let library = libc::dlopen(path.as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL);
        assert!(!library.is_null());
        let busy: *mut c_void = libc::dlsym(library, c"busy_in_library".as_ptr());
        assert!(!busy.is_null());
        let busy: extern "C" fn(u64) -> u64 = std::mem::transmute(busy);
        black_box(busy(rounds));
        assert_eq!(libc::dlclose(library), 0);
    }
}

#[test]
fn libraries_that_come_and_go_are_walked_through_and_named_as_far_as_they_can() {
    in_process("libraries_that_come_and_go_are_walked_through_and_named_as_far_as_they_can", |folder| {
        let path = library(folder);
        let profiler = profiler(folder, 997);
        profiler.start().expect("started");
        std::thread::scope(|scope| {
            for first in 0..2 {
                let path = &path;
                scope.spawn(move || {
                    let end = thread_cpu() + Duration::from_millis(1500);
                    let mut number = first;
                    while thread_cpu() < end {
                        number += 1;
                        // Short stays, which the sampler hardly sees, and long ones.
                        for_trace(number, || visit(path, if number % 50 == 0 { 60_000_000 } else { 2000 }));
                    }
                });
            }
        });
        let profile = profiler.finish().expect("stopped");
        assert!(all_right(&profile) > 50);
        let inside = |name: &str| name.starts_with("libbusy.so+0x");
        let walked = profile
            .samples()
            .filter(|sample| sample.functions().next().is_some_and(inside))
            .filter(|sample| sample.functions().any(|name| name.ends_with("_marker")))
            .count();
        assert!(walked > 10, "{walked} samples in a library that is gone, with their callers");
    });
}

#[test]
fn children_that_are_forked_and_executed_meanwhile_are_not_harmed() {
    in_process("children_that_are_forked_and_executed_meanwhile_are_not_harmed", |folder| {
        let profiler = profiler(folder, 997);
        profiler.start().expect("started");
        let (program, argument) = (c"/bin/true", c"true");
        std::thread::scope(|scope| {
            scope.spawn(|| for_trace(1, || _ = simulate_spiking_neurons(Duration::from_secs(2))));
            for number in 0..150 {
                for_trace(number, || {
                    if number % 2 == 0 {
                        assert!(Command::new("true").status().expect("spawned").success());
                        return;
                    }
                    // SAFETY: the child does nothing but execute another program, or end.
                    let status = unsafe {
                        let child = libc::fork();
                        if child == 0 {
                            libc::execl(
                                program.as_ptr(),
                                argument.as_ptr(),
                                std::ptr::null::<libc::c_char>(),
                            );
                            libc::_exit(7);
                        }
                        let mut status = 0;
                        while libc::waitpid(child, &mut status, 0) < 0 {}
                        status
                    };
                    assert_eq!(status, 0);
                });
            }
        });
        assert!(all_right(&profiler.finish().expect("stopped")) > 50);
    });
}

#[test]
fn all_weights_together_are_the_cpu_time_at_a_low_frequency_too() {
    in_process("all_weights_together_are_the_cpu_time_at_a_low_frequency_too", |folder| {
        let profiler = profiler(folder, 99);
        profiler.start().expect("started");
        let before = process_cpu();
        std::thread::scope(|scope| {
            for number in 0..2 {
                scope.spawn(move || {
                    for_trace(number, || _ = simulate_spiking_neurons(Duration::from_secs(3)))
                });
            }
        });
        let used = process_cpu() - before;
        let profile = profiler.finish().expect("stopped");
        let share = profile.cpu_time().as_secs_f64() / used.as_secs_f64();
        assert!((0.95..1.05).contains(&share), "{share} of {used:?}");
        assert!(all_right(&profile) > 50);
    });
}

#[test]
fn a_system_calls_error_is_what_it_was_after_any_number_of_signals() {
    in_process("a_system_calls_error_is_what_it_was_after_any_number_of_signals", |folder| {
        let profiler = profiler(folder, 997);
        profiler.start().expect("started");
        // SAFETY: the place of this thread's errno.
        let errno = unsafe { libc::__errno_location() };
        let end = thread_cpu() + Duration::from_millis(500);
        // Nothing that is called below sets it.
        // SAFETY: as above.
        unsafe { errno.write(77) };
        while thread_cpu() < end {
            // SAFETY: as above.
            assert_eq!(unsafe { errno.read() }, 77);
        }
        assert!(profiler.finish().expect("stopped").samples().len() > 20);
    });
}
