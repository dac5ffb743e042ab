//! Builds `off-proof` in each of the ways to leave something out, and looks at what comes of it.
//!
//! A wrapper around rustc sets the cfgs, for the workspace's crates alone: what they depend on is built once for all ways.
//! It denies warnings, so that each way compiles cleanly, in a crate of a user's, too, that lists no cfg of ours.

#![allow(dead_code, reason = "each test file takes its part")]

pub(crate) mod assembly;
pub(crate) mod callgrind;

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A way to build.
pub(crate) struct Way {
    pub(crate) name: &'static str,
    features: &'static str,
    cfgs: &'static [&'static str],
}

const SIGNALS: &str = "signals";

pub(crate) const ON: Way = Way { name: "on", features: SIGNALS, cfgs: &[] };
pub(crate) const FEATURE: Way = Way { name: "feature", features: "", cfgs: &[] };
pub(crate) const CFG: Way = Way { name: "cfg", features: SIGNALS, cfgs: &["feagi_observability_off"] };
pub(crate) const LOG: Way =
    Way { name: "log", features: SIGNALS, cfgs: &[r#"feagi_observability_off="log""#] };
pub(crate) const TRACE: Way =
    Way { name: "trace", features: SIGNALS, cfgs: &[r#"feagi_observability_off="trace""#] };
pub(crate) const METRICS: Way =
    Way { name: "metrics", features: SIGNALS, cfgs: &[r#"feagi_observability_off="metrics""#] };
pub(crate) const PROFILE: Way =
    Way { name: "profile", features: SIGNALS, cfgs: &[r#"feagi_observability_off="profile""#] };
/// Nothing that goes over a ring.
pub(crate) const RECORDS: Way = Way {
    name: "records",
    features: SIGNALS,
    cfgs: &[r#"feagi_observability_off="log""#, r#"feagi_observability_off="trace""#],
};
/// Each of the four.
pub(crate) const ALL_FOUR: Way = Way {
    name: "all-four",
    features: SIGNALS,
    cfgs: &[
        r#"feagi_observability_off="log""#,
        r#"feagi_observability_off="trace""#,
        r#"feagi_observability_off="metrics""#,
        r#"feagi_observability_off="profile""#,
    ],
};

/// The three ways to leave everything out.
pub(crate) const WHOLE: [Way; 3] = [FEATURE, CFG, ALL_FOUR];

/// What a build leaves.
pub(crate) struct Built {
    /// Of the library with the pairs.
    pub(crate) assembly: String,
    /// Prints the sizes of the futures.
    pub(crate) sizes: PathBuf,
    /// Uses every signal.
    pub(crate) signals: PathBuf,
}

impl Built {
    /// What `signals` writes to standard output.
    pub(crate) fn tells(&self, arguments: &[&str]) -> String {
        told(Command::new(&self.signals).args(arguments).output().unwrap())
    }

    /// Whether the program holds such a text anywhere, among its data or the names of its functions, as mangled as they are.
    pub(crate) fn has_text(&self, text: &str) -> bool {
        let program = fs::read(&self.signals).unwrap();
        program.windows(text.len()).any(|bytes| bytes == text.as_bytes())
    }
}

/// The standard output of a program that has ended well.
pub(crate) fn told(output: Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Builds; what is there already is only looked at.
pub(crate) fn build(way: &Way) -> Built {
    let _lock = lock();
    told(cargo(way, "build").args(["--lib", "--bins"]).output().unwrap());
    let own = folder().join(way.name);
    fs::create_dir_all(&own).unwrap();
    let kept = |name: &str| {
        let copy = own.join(name);
        // Another way overwrites the original, and another test may be running the copy.
        let fresh = own.join(format!("{name}.new"));
        fs::copy(folder().join("release").join(name), &fresh).unwrap();
        fs::rename(fresh, &copy).unwrap();
        copy
    };
    Built {
        assembly: fs::read_to_string(wrapper(way).with_extension("s")).unwrap(),
        sizes: kept("off-proof"),
        signals: kept("signals"),
    }
}

/// What the compiler says of the programs that are to be refused.
pub(crate) fn refusal(way: &Way) -> String {
    let _lock = lock();
    let output =
        cargo(way, "rustc").args(["--example", "refused", "--", "--cfg", "refused"]).output().unwrap();
    assert!(!output.status.success(), "{}: accepted", way.name);
    String::from_utf8(output.stderr).unwrap()
}

/// Test files may run at once, but not build.
fn lock() -> File {
    fs::create_dir_all(folder()).unwrap();
    let lock = File::create(folder().join("lock")).unwrap();
    lock.lock().unwrap();
    lock
}

fn cargo(way: &Way, command: &str) -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.arg(command).args([
        "--quiet",
        "--locked",
        "--release",
        "-p",
        "off-proof",
        "--features",
        way.features,
    ]);
    // Dependencies are not what is looked at.
    cargo.args(["--config", r#"profile.release.package."*".opt-level=0"#]);
    cargo.env("RUSTC_WORKSPACE_WRAPPER", wrapper(way)).env("CARGO_TARGET_DIR", folder());
    // Builds are many: no more than the proof needs.
    cargo.env("CARGO_PROFILE_RELEASE_LTO", "off").env("CARGO_PROFILE_RELEASE_DEBUG", "0");
    cargo.env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
    cargo.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
    cargo.current_dir(env!("CARGO_MANIFEST_DIR"));
    cargo
}

/// A script in rustc's place; the assembly of the library stands beside it.
fn wrapper(way: &Way) -> PathBuf {
    let path = folder().join(format!("{}.sh", way.name));
    let cfgs: String = way.cfgs.iter().map(|cfg| format!(" --cfg '{cfg}'")).collect();
    let script = format!(
        "#!/bin/sh\n\
         case \" $* \" in\n\
         *\" --crate-name off_proof \"*\" --crate-type lib \"*)\n\
         set -- \"$@\" -Ccodegen-units=1 \"--emit=asm=${{0%.sh}}.s\" ;;\n\
         esac\n\
         exec \"$@\" -Dwarnings{cfgs}\n"
    );
    // Not written again: cargo would not mind, but a script that runs cannot be overwritten everywhere.
    if fs::read_to_string(&path).ok().as_deref() != Some(&script) {
        fs::write(&path, script).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    path
}

/// Of all builds; the outer cargo holds the lock of its own.
fn folder() -> PathBuf {
    let exe = std::env::current_exe().unwrap();
    // <target>/<profile>/deps/<test>
    exe.ancestors().nth(3).map(Path::to_owned).unwrap().join("off-proof")
}
