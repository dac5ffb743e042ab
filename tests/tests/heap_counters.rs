//! The totals of the counting allocator are the truth: in a program with one thread, with several that free each other's blocks, with
//! ten thousand short ones, and in a forked child.

#![cfg(target_os = "linux")]

use std::process::Command;

fn run(mode: &str) {
    let ran = Command::new(env!("CARGO_BIN_EXE_heap")).arg(mode).output().expect("the program starts");
    assert!(ran.status.success(), "{}: {}", ran.status, String::from_utf8_lossy(&ran.stderr));
}

#[test]
fn one_thread_is_counted_exactly() {
    run("exact");
}

#[test]
fn four_threads_at_rest_are_counted_exactly_though_they_free_each_others_blocks() {
    run("together");
}

#[test]
fn ten_thousand_threads_leave_their_counts() {
    run("churn");
}

#[test]
fn a_forked_child_goes_on_counting() {
    run("fork");
}
