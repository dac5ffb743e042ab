//! The strict parser of Python's `prometheus_client` reads the OpenMetrics page.

use feagi_observability_tests::counterpart::{ask, python_with};
use feagi_observability_tests::run::{Run, texts_at};
use std::collections::BTreeSet;
use std::process::Command;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/counterparts/openmetrics.py");

#[test]
fn the_parser_accepts_the_page_and_its_exemplars_lead_to_log_and_trace() {
    let Some(python) = python_with("prometheus_client", 4) else { return };
    let run = Run::of(env!("CARGO_BIN_EXE_emit"), "openmetrics");
    let said = ask(Command::new(python).arg(SCRIPT).arg(run.path("metrics.openmetrics.txt")));
    assert_eq!((said.code, &*said.err), (Some(0), ""), "{}", run.text("metrics.openmetrics.txt"));
    let ids: BTreeSet<String> = said.out.lines().filter_map(exemplar).collect();
    assert!(!ids.is_empty(), "{}", said.out);
    let (log, trace) = (texts_at(&run.log(), "/trace_id"), texts_at(&run.trace(), "/args/trace_id"));
    assert!(ids.is_subset(&log), "{ids:?} in the log: {log:?}");
    assert!(ids.is_subset(&trace), "{ids:?} in the trace: {trace:?}");
}

/// `exemplar NAME trace_id=…`
fn exemplar(line: &str) -> Option<String> {
    let (_, id) = line.strip_prefix("exemplar ")?.split_once(" trace_id=")?;
    Some(id.to_owned())
}
