//! No trace is kept, but what went wrong in them.

mod sampling_support;

use feagi_observability::TelemetryConfig;
use sampling_support::{check_everything_else, check_parents, run, spans};

#[test]
fn parents_are_there_and_nothing_that_went_wrong_is_missing() {
    let captured = run("sampling-none", TelemetryConfig { sample_ratio: 0.0, ..Default::default() });
    check_parents(&captured);
    check_everything_else(&captured);
    let roots = captured.spans_of("sampling_support::root").len() as u64;
    assert_eq!(roots, 0);
    // Of each trace what failed and what was slow, and nothing around it.
    let partial = spans(&captured).values().filter(|span| span["args"]["obs.partial"] == true).count();
    assert_eq!(partial, spans(&captured).len());
}
