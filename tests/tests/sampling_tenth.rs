//! A tenth of all traces is kept, and what went wrong in the others.

mod sampling_support;

use feagi_observability::TelemetryConfig;
use sampling_support::{TRACES, check_everything_else, check_parents, run};

#[test]
fn parents_are_there_and_nothing_that_went_wrong_is_missing() {
    let captured = run("sampling-tenth", TelemetryConfig { sample_ratio: 0.1, ..Default::default() });
    check_parents(&captured);
    check_everything_else(&captured);
    let roots = captured.spans_of("sampling_support::root").len() as u64;
    // Five standard deviations of so many throws.
    assert!(roots.abs_diff(TRACES / 10) < 68, "{roots}");
}
