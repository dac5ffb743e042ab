//! The rooms of the runtime, and who may call whom: the imports are read, and an arrow that is not allowed fails.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A room, and the rooms that it may import. `config` and `error` are words that all share; `sync` is the standard library where no model
/// is run.
const ALLOWED: [(&str, &[&str]); 12] = [
    ("context", &[]),
    ("sync", &[]),
    ("instrument", &["context", "sync"]),
    ("crossing", &["context", "instrument"]),
    ("tower", &["context", "instrument", "crossing"]),
    ("collect", &["context", "instrument", "sync"]),
    ("logging", &["context", "instrument", "collect", "config", "error"]),
    ("telemetry", &["context", "instrument", "collect", "config", "error"]),
    ("profiling", &["context", "instrument", "collect", "config", "error", "protobuf"]),
    (
        "export",
        &[
            "context",
            "instrument",
            "collect",
            "config",
            "error",
            "protobuf",
            "logging",
            "telemetry",
            "profiling",
            "sync",
        ],
    ),
    ("server", &[]),
    // Schemas alone: what the derive makes of them goes by `crate::__private`, as at every user's.
    ("events", &[]),
];

#[test]
fn every_room_imports_only_what_it_may() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../feagi-observability/src");
    let mut arrows = 0;
    for (room, allowed) in ALLOWED {
        let files = rust_files(&source.join(room));
        assert!(!files.is_empty(), "`{room}` is empty");
        for file in files {
            for target in imports(&fs::read_to_string(&file).unwrap()) {
                arrows += 1;
                let fine = target == room || allowed.contains(&target.as_str());
                assert!(fine, "{}: `{room}` may not import `{target}`", file.display());
            }
        }
    }
    assert!(arrows > 50, "only {arrows} imports found: the reader has lost its eyes");
}

#[test]
fn an_import_is_found_wherever_it_stands() {
    let code = "use crate::context::Ids;\nfn f() { crate::init::start(); } // crate::comment::is not code\n";
    let found: Vec<String> = imports(code).into_iter().collect();
    assert_eq!(found, ["context", "init"]);
}

/// The rooms that follow `crate::`; comments aside, and names at the root, which are types.
fn imports(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for line in code.lines() {
        let line = line.split("//").next().unwrap_or_default();
        for rest in line.split("crate::").skip(1) {
            let room: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            // A list of rooms in braces would hide them: one `use` for each.
            let room = if rest.starts_with('{') { "{…}".to_owned() } else { room };
            if room.starts_with(|c: char| c.is_lowercase() || c == '{') {
                found.insert(room);
            }
        }
    }
    found
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}
