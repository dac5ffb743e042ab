//! A clash that comes after init is left out of the page and counted there.

use feagi_observability::{
    Counter, Gauge, LogOutput, LoggingConfig, Metrics, ObservabilityConfig, init_observability,
};
use std::time::Duration;

#[derive(Metrics)]
struct First {
    #[metric(name = "later_jobs")]
    jobs: Counter,
}

#[derive(Metrics)]
struct Second {
    #[metric(name = "later_jobs")]
    depth: Gauge,
}

#[test]
fn a_clash_after_init_is_counted_on_the_page() {
    First::register().jobs.increment(1);
    let config = ObservabilityConfig {
        logging: LoggingConfig { level: "error".to_owned(), output: LogOutput::Stderr, ..Default::default() },
        ..Default::default()
    };
    let observability = init_observability(&config).unwrap();
    let left_out = |page: &str| page.contains("obs_page_left_out{what=\"families\"} 1\n");
    let telemetry = observability.telemetry();
    assert!(!left_out(&telemetry.export_metrics()) && !left_out(&telemetry.export_metrics()));
    Second::register().depth.set(7.0);
    let page = telemetry.export_metrics();
    assert!(page.contains("\nlater_jobs_total 1\n") && !page.contains("\nlater_jobs 7"), "{page}");
    assert!(left_out(&telemetry.export_metrics()), "each page says what the one before has left out");
    observability.shutdown(Duration::from_secs(10));
}
