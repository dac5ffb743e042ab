//! Off is nothing: compiled out, an annotated function has the machine code of the plain one, and an annotated future its size.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The two ways to compile everything out.
const WAYS: [(&str, &[&str], &str); 2] =
    [("feature", &[], ""), ("cfg", &["--features", "enabled"], "--cfg feagi_observability_off")];

#[test]
fn annotated_functions_have_the_machine_code_of_plain_ones() {
    for (way, features, flags) in WAYS {
        let assembly = assembly(way, features, flags);
        for name in ["sum", "store", "parse", "longest", "event", "derived", "handles", "block", "checked"] {
            let plain = function(&assembly, &format!("plain_{name}"));
            let observed = function(&assembly, &format!("observed_{name}"));
            assert!(plain.len() > 1, "{way}: no code found for plain_{name}");
            assert_eq!(plain, observed, "{way}: {name}");
        }
    }
}

#[test]
fn annotated_functions_differ_while_the_signals_are_compiled_in() {
    let assembly = assembly("on", &["--features", "enabled"], "");
    for name in ["sum", "store", "parse", "longest", "event", "derived", "handles", "block", "checked"] {
        let plain = function(&assembly, &format!("plain_{name}"));
        let observed = function(&assembly, &format!("observed_{name}"));
        assert_ne!(plain, observed, "the comparison would not notice instrumentation in {name}");
    }
}

#[test]
fn annotated_futures_have_the_size_of_plain_ones() {
    for (way, features, flags) in WAYS {
        let output = cargo(way, flags).args(["run", "--quiet"]).args(common(features)).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let sizes = String::from_utf8(output.stdout).unwrap();
        assert_eq!(sizes.lines().count(), 3);
        for line in sizes.lines() {
            let [name, plain, observed] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
            assert_eq!(plain, observed, "{way}: {name}");
        }
    }
}

fn cargo(way: &str, flags: &str) -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    // A target folder for each way: the flags differ, and the outer cargo holds the lock of its own.
    cargo.env("CARGO_TARGET_DIR", target().join("off-proof").join(way)).env("RUSTFLAGS", flags);
    cargo.env_remove("CARGO_ENCODED_RUSTFLAGS").current_dir(env!("CARGO_MANIFEST_DIR"));
    cargo
}

fn common<'a>(features: &[&'a str]) -> Vec<&'a str> {
    [&["--locked", "--release", "-p", "off-proof"], features].concat()
}

fn assembly(way: &str, features: &[&str], flags: &str) -> String {
    let folder = target().join("off-proof").join(way);
    let output = cargo(way, flags)
        .arg("rustc")
        .args(common(features))
        .args(["--lib", "--", "--emit=asm", "-Cdebuginfo=0"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let deps = folder.join("release/deps");
    let newest = std::fs::read_dir(&deps)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| is_assembly(path))
        .max_by_key(|path| path.metadata().unwrap().modified().unwrap())
        .unwrap_or_else(|| panic!("no assembly in {}", deps.display()));
    std::fs::read_to_string(newest).unwrap()
}

fn is_assembly(path: &Path) -> bool {
    let name = path.file_name().unwrap().to_string_lossy();
    name.starts_with("off_proof-") && name.ends_with(".s")
}

/// The instructions of one function; labels are numbered anew, and directives left out, because they name the function.
fn function(assembly: &str, name: &str) -> Vec<String> {
    // The compiler may find out by itself that two functions are one, and say `observed = plain`.
    let alias = format!(".set {name}, ");
    if let Some(line) = assembly.lines().find_map(|line| line.trim().strip_prefix(&alias)) {
        return function(assembly, line.trim());
    }
    let start = format!("{name}:");
    let body = assembly.lines().skip_while(|line| *line != start).skip(1);
    let instructions = body.take_while(|line| !line.starts_with(".Lfunc_end"));
    let mut labels: Vec<String> = Vec::new();
    instructions
        .filter(|line| !line.trim_start().starts_with('.') || line.contains(":"))
        .map(|line| normalise(line, &mut labels))
        .collect()
}

fn normalise(line: &str, labels: &mut Vec<String>) -> String {
    let mut out = String::new();
    let mut rest = line.split('#').next().unwrap_or(line).trim();
    while let Some(at) = rest.find(".L") {
        let (before, label) = rest.split_at(at);
        let end =
            label.find(|c: char| !c.is_ascii_alphanumeric() && !"._$".contains(c)).unwrap_or(label.len());
        let (label, after) = label.split_at(end);
        let number = labels.iter().position(|known| known == label).unwrap_or_else(|| {
            labels.push(label.to_owned());
            labels.len() - 1
        });
        out.push_str(&format!("{before}L{number}"));
        rest = after;
    }
    out + rest
}

fn target() -> PathBuf {
    let exe = std::env::current_exe().unwrap();
    // <target>/<profile>/deps/<test>
    exe.ancestors().nth(3).unwrap().to_owned()
}
