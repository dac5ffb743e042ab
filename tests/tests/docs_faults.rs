//! The page about faults names tests that are there.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Of all functions in the Rust files below a folder.
fn functions(folder: &Path, names: &mut BTreeSet<String>) {
    let entries = fs::read_dir(folder).expect("a folder of the workspace");
    let paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    for path in paths {
        if path.is_dir() {
            functions(&path, names);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("UTF-8");
            let after = text.lines().filter_map(|line| line.trim_start().strip_prefix("fn "));
            names.extend(after.filter_map(|rest| rest.split_once('(')).map(|(name, _)| name.to_owned()));
        }
    }
}

#[test]
fn each_fault_has_a_test_and_each_test_that_is_named_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut there = BTreeSet::new();
    ["tests/tests", "feagi-observability/src"]
        .iter()
        .for_each(|folder| functions(&root.join(folder), &mut there));
    let page = fs::read_to_string(root.join("feagi-observability/docs/faults.md")).expect("the page");
    let rows = page.lines().filter(|line| line.starts_with("| ") && !line.contains("| fault |"));
    let mut faults = 0;
    for row in rows {
        let cell = row.trim_end_matches(" |").rsplit('|').next().unwrap_or_default();
        let names: Vec<&str> = cell.split('`').skip(1).step_by(2).collect();
        assert!(!names.is_empty(), "no test in {row}");
        names.iter().for_each(|name| assert!(there.contains(*name), "`{name}` is not there"));
        faults += 1;
    }
    assert!(faults >= 17, "{faults} rows");
}
