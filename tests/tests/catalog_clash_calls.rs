//! One metric name at two places, with nothing to tell them apart: init refuses it though nobody has called either, and again after
//! that.

use feagi_observability::{ObservabilityConfig, ObservabilityError, init_observability, observe};

#[allow(dead_code, reason = "that is what it is for")]
#[observe(metric = "clash_twice")]
fn first() {}

#[allow(dead_code, reason = "that is what it is for")]
#[observe(metric = "clash_twice", labels(urgent = true))]
fn second() {}

#[test]
fn a_name_used_twice_is_an_error_at_init_that_names_both_places() {
    for _ in 0..2 {
        let error = init_observability(&ObservabilityConfig::default()).unwrap_err();
        let ObservabilityError::MetricClash { name, first, second, remedy } = &error else {
            panic!("{error}")
        };
        assert_eq!(name, "clash_twice");
        assert!(
            first.contains("`catalog_clash_calls::first` at tests/tests/catalog_clash_calls.rs:7"),
            "{first}"
        );
        assert!(
            second.contains("`catalog_clash_calls::second` at tests/tests/catalog_clash_calls.rs:11"),
            "{second}"
        );
        assert!(second.ends_with("(labels urgent, the common buckets)"), "{second}");
        assert!(remedy.contains("the same `labels`"), "{remedy}");
    }
}
