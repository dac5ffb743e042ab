//! What annotations cost the compiler: seconds for 1,000 functions, plain, with `#[observe]`, and with `#[tracing::instrument]`.
//!
//! `cargo run --release -p feagi-observability-peers --bin compile_time` writes a crate of each kind below the target folder, builds
//! what they need once, and then builds the crates alone, interleaved. It prints medians of the processor time that a build takes
//! beyond the plain crate's, and their ratio to tracing's.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{fs, io};

const FUNCTIONS: usize = 1_000;
const ROUNDS: usize = 5;

/// A crate's name, what stands in front of each function, and what it is compared with.
const KINDS: [(&str, &str, &str); 5] = [
    ("plain", "", ""),
    ("instrument", "#[tracing::instrument]", "one field"),
    ("instrument_err", "#[tracing::instrument(err)]", "one field, the error"),
    ("observe", "#[feagi_observability::observe]", "the error, outcome, metrics"),
    (
        "observe_fields",
        "#[feagi_observability::observe(args(n), metric = \"f{}\")]",
        "one field, the error, outcome, metrics of its own",
    ),
];

/// How the crates are built.
const WAYS: [(&str, &[&str]); 3] =
    [("check", &["check"]), ("build (debug)", &["build"]), ("build (release)", &["build", "--release"])];

fn main() -> ExitCode {
    match compare() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn compare() -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
    let folder = target(&root).join("compile-time");
    write_crates(&root, &folder)?;
    for (way, command) in WAYS {
        build(&folder, command, None)?;
        let mut times = vec![Vec::new(); KINDS.len()];
        for round in 1..=ROUNDS {
            eprintln!("{way}: round {round} of {ROUNDS}");
            for (times, (name, ..)) in times.iter_mut().zip(KINDS) {
                times.push(build(&folder, command, Some(name))?);
            }
        }
        print(way, &times);
    }
    Ok(())
}

fn print(way: &str, times: &[Vec<f64>]) {
    let plain = &times[0];
    println!(
        "\ncargo {way}: seconds of processor time for {FUNCTIONS} functions beyond the plain ones ({:.2} s)",
        median(plain)
    );
    for (kind, (name, _, what)) in KINDS.iter().enumerate().skip(1) {
        let more = |round: usize, kind: usize| times[kind][round] - plain[round];
        let seconds: Vec<f64> = (0..ROUNDS).map(|round| more(round, kind)).collect();
        let ratios: Vec<f64> = (0..ROUNDS).map(|round| more(round, kind) / more(round, 1)).collect();
        println!("{:>8.2} s {:>6.2} x  {name}: {what}", median(&seconds), median(&ratios));
    }
}

fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn target(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from)
}

fn write_crates(root: &Path, folder: &Path) -> io::Result<()> {
    let members: Vec<String> = KINDS.iter().map(|(name, ..)| format!("\"{name}\"")).collect();
    let manifest = format!("[workspace]\nresolver = \"3\"\nmembers = [{}]\n", members.join(", "));
    fs::create_dir_all(folder)?;
    fs::write(folder.join("Cargo.toml"), manifest)?;
    // The same versions, so that nothing has to be looked up.
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock"))?;
    for (name, attribute, _) in KINDS {
        let source = folder.join(name).join("src");
        fs::create_dir_all(&source)?;
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
             feagi-observability = {{ path = {:?} }}\n\
             tracing = {{ version = \"0.1.44\", features = [\"attributes\"] }}\n",
            root.join("feagi-observability")
        );
        fs::write(folder.join(name).join("Cargo.toml"), manifest)?;
        fs::write(source.join("lib.rs"), functions(attribute))?;
    }
    Ok(())
}

/// Functions as people annotate them: an argument, a `Result`, a few lines.
fn functions(attribute: &str) -> String {
    let mut source = String::new();
    for n in 0..FUNCTIONS {
        let attribute = attribute.replace("{}", &n.to_string());
        let _ = writeln!(
            source,
            "{attribute}\npub fn f{n}(n: u64) -> Result<u64, String> {{\n    if n == {n} {{\n        return Err(String::from(\"unlucky\"));\n    }}\n    \
             Ok(n.wrapping_mul({n}))\n}}\n"
        );
    }
    source
}

/// Builds all crates, or one of them anew; the seconds of processor time that it took.
fn build(folder: &Path, command: &[&str], name: Option<&str>) -> io::Result<f64> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(command).args(["--quiet", "--offline"]).current_dir(folder);
    cargo.env("CARGO_TARGET_DIR", folder.join("target")).env("CARGO_INCREMENTAL", "0");
    if let Some(name) = name {
        cargo.args(["--package", name]);
        let file = fs::File::options().append(true).open(folder.join(name).join("src/lib.rs"))?;
        file.set_modified(std::time::SystemTime::now())?;
    }
    let before = children_seconds();
    let status = cargo.status()?;
    if !status.success() {
        return Err(io::Error::other(format!("cargo has failed in {}: {status}", folder.display())));
    }
    Ok(children_seconds() - before)
}

/// Processor time of all ended children: less shaken by other programs than the clock on the wall.
#[cfg(unix)]
fn children_seconds() -> f64 {
    let mut usage = std::mem::MaybeUninit::uninit();
    // SAFETY: a place for the answer; with these arguments the call cannot fail.
    let usage: libc::rusage = unsafe {
        libc::getrusage(libc::RUSAGE_CHILDREN, usage.as_mut_ptr());
        usage.assume_init()
    };
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 * 1e-6;
    seconds(usage.ru_utime) + seconds(usage.ru_stime)
}

/// Elsewhere the clock on the wall.
#[cfg(not(unix))]
fn children_seconds() -> f64 {
    static START: std::sync::LazyLock<std::time::Instant> = std::sync::LazyLock::new(std::time::Instant::now);
    START.elapsed().as_secs_f64()
}
