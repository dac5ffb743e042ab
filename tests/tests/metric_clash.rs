//! Metrics that get into each other's way: an error where init can see it, left out of the page and counted where it cannot.

use feagi_observability::{
    Counter, Gauge, Histogram, Labels, Metrics, ObservabilityConfig, ObservabilityError, TelemetryCollector,
    TelemetryConfig, init_observability,
};

mod first {
    use super::{Counter, Histogram, Metrics};

    #[derive(Metrics)]
    #[metrics(prefix = "clash")]
    pub(super) struct First {
        pub(super) jobs: Counter,
        #[metric(buckets = [1, 2])]
        pub(super) wait: Histogram,
    }
}

#[derive(Labels)]
struct Retried {
    retried: bool,
}

#[derive(Metrics)]
#[metrics(prefix = "clash")]
struct Second {
    /// The same name with other labels.
    jobs: Counter<Retried>,
    /// The same name with other buckets.
    #[metric(buckets = [1, 3])]
    wait: Histogram,
    fine: Counter,
}

#[derive(Metrics)]
struct Third {
    /// On the page the counter's family is called like this.
    #[metric(name = "clash_jobs")]
    depth: Gauge,
}

#[test]
fn a_later_metric_of_a_taken_name_is_refused() {
    let first = first::First::register();
    first.jobs.increment(1);
    first.wait.record(1.0);
    let alone = page();
    let second = Second::register();
    second.jobs.with(&Retried { retried: true }).increment(5);
    second.wait.record(1.0);
    second.fine.increment(2);
    Third::register().depth.set(7.0);

    let of = |page: &str, name: &str| -> Vec<String> {
        page.lines().filter(|line| line.contains(name)).map(str::to_owned).collect()
    };
    let page = page();
    for name in ["clash_jobs", "clash_wait"] {
        assert_eq!(of(&page, name), of(&alone, name), "the first of a name stands as it stood");
        assert!(!of(&page, name).is_empty());
    }
    assert!(page.contains("\nclash_fine_total 2\n"));

    let error = init_observability(&ObservabilityConfig::default()).unwrap_err();
    let ObservabilityError::MetricClash { name, first, second, .. } = &error else { panic!("{error}") };
    assert_eq!(name, "clash_jobs_total");
    assert_eq!(first, "the counter `clash_jobs_total` without labels of `metric_clash::first::First`");
    assert_eq!(second, "the counter `clash_jobs_total` by retried of `metric_clash::Second`");
    assert!(error.to_string().contains("rename one of the two"), "{error}");
}

fn page() -> String {
    TelemetryCollector::new(&TelemetryConfig::default()).unwrap().export_metrics()
}
