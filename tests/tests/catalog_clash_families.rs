//! What OpenMetrics makes of a call's name is taken, also for the name of another call's family.

use feagi_observability::{
    Gauge, Metrics, ObservabilityConfig, ObservabilityError, init_observability, observe,
};

#[allow(dead_code, reason = "that is what it is for")]
#[observe(metric = "clash_family", budget = "1s")]
fn call() {}

#[derive(Metrics)]
struct Own {
    /// On the page the counter's family is called like this.
    #[metric(name = "clash_family_over_budget")]
    depth: Gauge,
}

#[test]
fn a_gauge_that_is_called_as_a_calls_family_is_an_error_at_init() {
    Own::register().depth.set(1.0);
    let error = init_observability(&ObservabilityConfig::default()).unwrap_err();
    let ObservabilityError::MetricClash { name, first, second, .. } = &error else { panic!("{error}") };
    assert_eq!(name, "clash_family_over_budget");
    assert!(first.starts_with("the counter `clash_family_over_budget_total` of `"), "{first}");
    assert!(first.contains("catalog_clash_families.rs:8"), "{first}");
    assert!(second.starts_with("the gauge `clash_family_over_budget` without labels of `"), "{second}");
}
