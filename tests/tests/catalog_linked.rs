//! The list survives everything that a release build does to a program: fat link-time optimisation, one codegen unit, aborting panics,
//! the linker's collection of garbage. `tests/link-proof` has sites that nobody calls or instantiates; each shared object lists its own.

#![cfg(target_os = "linux")]

use std::path::{Path, PathBuf};
use std::process::Command;

/// Those of the executable and of the library in it, sorted as the catalog is.
const SITES: [&str; 10] = [
    "default body",
    "event",
    "future",
    "generic never instantiated",
    "in a module",
    "in the executable",
    "method of a generic type",
    "never called",
    "private",
    "trait impl",
];

#[test]
fn sites_that_nobody_calls_survive_a_release_build() {
    build("build", &[]);
    let program = target().join("release/link-proof");
    assert_eq!(printed(&program), expected(), "by the compiler's own linker");
    // The usual linker elsewhere, which the C compiler brings along.
    build("rustc", &["--bin", "link-proof", "--", "-Clink-arg=-fuse-ld=bfd"]);
    assert_eq!(printed(&program), expected(), "by GNU ld");
}

fn expected() -> Vec<String> {
    let of_executable = SITES.iter().map(|name| (*name).to_owned());
    of_executable.chain([format!("{} in the shared object", SITES.len() - 1)]).collect()
}

/// The names that the program lists, and how many the shared object has of its own.
fn printed(program: &Path) -> Vec<String> {
    let output = Command::new(program).arg(target().join("release/liblink_proof.so")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

fn build(command: &str, more: &[&str]) {
    let mut cargo = Command::new(env!("CARGO"));
    let profile = [("LTO", "fat"), ("PANIC", "abort"), ("CODEGEN_UNITS", "1"), ("DEBUG", "0")];
    cargo.envs(profile.map(|(name, value)| (format!("CARGO_PROFILE_RELEASE_{name}"), value)));
    // A target folder of its own: the outer cargo holds the lock of its own.
    cargo.env("CARGO_TARGET_DIR", target()).env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
    // What is optimised is the whole program, when it is linked; to do it for each dependency before costs a minute.
    cargo.args([command, "--config", "profile.release.package.\"*\".opt-level=0"]);
    cargo.args(["--locked", "--release", "-p", "link-proof"]).args(more);
    let output = cargo.current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn target() -> PathBuf {
    let exe = std::env::current_exe().unwrap();
    // <target>/<profile>/deps/<test>
    exe.ancestors().nth(3).unwrap().join("link-proof")
}
