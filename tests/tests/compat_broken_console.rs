//! Standard output and standard error on a full device.
#![cfg(target_os = "linux")]

use std::fs::{self, OpenOptions};
use std::path::PathBuf;
use std::process::{Command, Stdio};

#[test]
fn a_console_that_refuses_all_lines_costs_the_lines_and_not_the_process() {
    let base =
        PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("broken_console_{}", std::process::id()));
    let full = || Stdio::from(OpenOptions::new().write(true).open("/dev/full").unwrap());
    let status = Command::new(env!("CARGO_BIN_EXE_compat_broken_console"))
        .arg(&base)
        .env_remove("RUST_LOG")
        .stdout(full())
        .stderr(full())
        .status()
        .unwrap();
    assert_eq!(status.code(), Some(0));
    fs::remove_dir_all(base).unwrap();
}
