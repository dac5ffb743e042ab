//! Prometheus's own linter judges the classic page.

use feagi_observability_tests::counterpart::{ask, has};
use feagi_observability_tests::run::Run;
use std::fs::File;
use std::process::Command;

/// The one finding: a name of FEAGI's, which its dashboards know. It also shows that the linter does look.
const KNOWN: &str =
    "feagi_thread_count non-histogram and non-summary metrics should not have \"_count\" suffix";

#[test]
fn promtool_finds_nothing_but_the_name_that_feagi_chose() {
    if !has("promtool", &["--version"], 2) {
        return;
    }
    let run = Run::of(env!("CARGO_BIN_EXE_emit"), "promtool");
    let page = File::open(run.path("metrics.txt")).expect("the page");
    let said = ask(Command::new("promtool").args(["check", "metrics"]).stdin(page));
    let findings: Vec<&str> =
        said.err.lines().chain(said.out.lines()).filter(|line| !line.is_empty()).collect();
    assert_eq!(findings, [KNOWN], "{}", run.text("metrics.txt"));
    // 1 would be a page that cannot be read, 3 is one with findings.
    assert_eq!(said.code, Some(3));
}
