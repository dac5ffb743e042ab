//! All traces are kept.

mod sampling_support;

use feagi_observability::TelemetryConfig;
use sampling_support::{TRACES, check_everything_else, check_parents, run};

#[test]
fn parents_are_there_and_nothing_that_went_wrong_is_missing() {
    let captured = run("sampling-all", TelemetryConfig { sample_ratio: 1.0, ..Default::default() });
    check_parents(&captured);
    check_everything_else(&captured);
    let roots = captured.spans_of("sampling_support::root").len() as u64;
    assert_eq!(roots, TRACES);
}
