//! Each site leaves a few spans a second; the rest is thinned, and counted exactly.

mod sampling_support;

use feagi_observability::TelemetryConfig;
use sampling_support::{TRACES, check_everything_else, check_parents, run};

#[test]
fn spans_beyond_the_limit_are_counted_and_nobodys_parents() {
    let captured = run("sampling-limit", TelemetryConfig { spans_per_second: 50, ..Default::default() });
    check_parents(&captured);
    check_everything_else(&captured);
    let count = |series: &str| captured.sample(series).unwrap_or_default() as u64;
    let thinned = count("obs_discarded_total{reason=\"spans_per_second\",signal=\"trace\"}");
    let emitted = count("obs_emitted_total{signal=\"trace\"}");
    assert!(thinned > 0 && emitted > 0, "{}", captured.page);
    // Four calls and an event of each trace, and the foreign span, which has no limit; what failed or was slow may have been thinned and
    // kept all the same.
    let all = 6 * TRACES;
    let kept_at_their_end = TRACES / 20 + count("sampling_slow_over_budget_total");
    assert!((all..=all + kept_at_their_end).contains(&(emitted + thinned)), "{emitted} + {thinned}");
}
