//! A call whose family is that of an event: an error at init.

use feagi_observability::{ObservabilityConfig, ObservabilityError, burst_info, init_observability, observe};

/// Makes `feagi_burst_calls_total`, which is fine, and `feagi_burst_duration_seconds`.
#[allow(dead_code, reason = "that is what it is for")]
#[observe(metric = "feagi_burst")]
fn fine() {}

mod own {
    use feagi_observability::{Counter, Metrics};

    #[derive(Metrics)]
    pub(super) struct Own {
        /// The gauge of the event has this name.
        #[metric(name = "feagi_neurons_fired")]
        pub(super) fired: Counter,
    }
}

#[allow(dead_code, reason = "that is what it is for")]
fn event() {
    burst_info!(burst_id = 1, neurons_fired = 2, synapses_activated = 3);
}

#[test]
fn an_event_and_a_handle_of_one_name_are_an_error_at_init() {
    own::Own::register().fired.increment(1);
    let error = init_observability(&ObservabilityConfig::default()).unwrap_err();
    let ObservabilityError::MetricClash { name, first, second, .. } = &error else { panic!("{error}") };
    assert_eq!(name, "feagi_neurons_fired_total");
    let place = "the gauge `feagi_neurons_fired` of event `burst` at tests/tests/catalog_clash_event.rs:23";
    assert_eq!(first, place);
    assert!(second.ends_with("of `catalog_clash_event::own::Own`"), "{second}");
    assert!(error.to_string().ends_with("; rename one of the two"), "{error}");
}
