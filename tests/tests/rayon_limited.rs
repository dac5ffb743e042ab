//! `#[observe(rayon)]` where its call has no span: what the pool does stands below the nearest call around it that has one.

use feagi_observability::{TelemetryConfig, observe};
use feagi_observability_tests::captured::Capture;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::collections::HashSet;

const ROUNDS: usize = 20;

#[observe(name = "run")]
fn run(pool: &ThreadPool) {
    for _ in 0..ROUNDS {
        round(pool);
    }
}

#[observe(name = "round", rayon)]
fn round(pool: &ThreadPool) {
    pool.install(|| tracing::info_span!("step").in_scope(|| tracing::info!("stepped")));
}

#[test]
fn below_a_call_that_was_thinned_the_pool_has_the_nearest_span_as_its_parent() {
    let telemetry = TelemetryConfig { spans_per_second: 1, ..Default::default() };
    let capture = Capture::start_with("rayon-limited", "info", telemetry);
    let pool = ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    run(&pool);
    let captured = capture.finish();
    let run = captured.spans_of("run")[0];
    let rounds: HashSet<_> =
        captured.spans_of("round").iter().map(|span| span["args"]["span_id"].clone()).collect();
    let steps = captured.spans_of("step");
    assert_eq!(steps.len(), ROUNDS);
    assert!(!rounds.is_empty() && rounds.len() < ROUNDS, "{} rounds have a span", rounds.len());
    let mut below = [0, 0];
    for step in steps {
        let args = &step["args"];
        assert_eq!((&args["trace_id"], &args["obs.context"]), (&run["args"]["trace_id"], &"inferred".into()));
        let is_below_run = args["parent_id"] == run["args"]["span_id"];
        assert!(is_below_run || rounds.contains(&args["parent_id"]), "an orphan: {step}");
        below[usize::from(is_below_run)] += 1;
    }
    assert_eq!(below, [rounds.len(), ROUNDS - rounds.len()]);
}
