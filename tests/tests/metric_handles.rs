//! Handles of `#[derive(Metrics)]` on the metrics page: what they count, when they are shown, and that nothing of it is lost.

use feagi_observability::{
    Counter, Gauge, Histogram, LabelValue, Labels, LogOutput, LoggingConfig, Metrics, ObservabilityConfig,
    TelemetryCollector, TelemetryConfig, init_observability,
};
use std::thread;
use std::time::Duration;

const THREADS: u64 = 4;
const ROUNDS: u64 = 50_000;

#[derive(LabelValue, Clone, Copy)]
enum Phase {
    Inject,
    InFlight,
    #[label(rename = "a \"quoted\\text\"")]
    Odd,
}

#[derive(Labels, Clone, Copy)]
struct StepLabels {
    phase: Phase,
    #[label(rename = "again")]
    retried: bool,
}

fn page() -> String {
    let all = TelemetryCollector::new(&TelemetryConfig::default()).unwrap();
    all.export_openmetrics()
}

/// The samples of a family, in the order of the page.
fn samples(name: &str) -> Vec<String> {
    page().lines().filter(|line| line.starts_with(name)).map(str::to_owned).collect()
}

#[derive(Metrics)]
#[metrics(prefix = "shown")]
struct Shown {
    /// Steps taken.
    ///
    /// More of it.
    steps: Counter<StepLabels>,
    plain: Counter,
    #[metric(unit = "celsius", help = "How warm it is.")]
    heat: Gauge<StepLabels>,
    level: Gauge,
    #[metric(name = "size", unit = "bytes", buckets = [1, 2.5, 1e6])]
    sizes: Histogram<StepLabels>,
    #[metric(unit = "seconds")]
    wait: Histogram,
}

#[test]
fn what_has_no_labels_is_shown_at_once_and_what_has_once_it_is_used() {
    let shown = Shown::register();
    // All else is only looked at on the page.
    let untouched = format!("{:?} {:?} {:?}", shown.plain, shown.level, shown.wait);
    assert!(!untouched.contains("shown"), "{untouched}");
    let described = page();
    assert_eq!(samples("shown_plain"), ["shown_plain_total 0"]);
    assert_eq!(samples("shown_level"), ["shown_level 0"]);
    assert_eq!(samples("shown_wait_seconds_count"), ["shown_wait_seconds_count 0"]);
    assert_eq!(samples("shown_wait_seconds_bucket").len(), 23, "1, 2.5, 5 of each decade, and the rest");
    assert!(!described.contains("shown_steps") && !described.contains("shown_size"), "{described}");

    let labels = |phase, retried| StepLabels { phase, retried };
    shown.steps.with(&labels(Phase::InFlight, true)).increment(3);
    shown.steps.with(&labels(Phase::Odd, false)).increment(0);
    shown.heat.with(&labels(Phase::Inject, false)).set(-0.5);
    shown.heat.with(&labels(Phase::Inject, true)).add(0.0);
    for size in [1.0, 1.5, 2e6, f64::NAN] {
        shown.sizes.with(&labels(Phase::Inject, false)).record(size);
    }
    assert_eq!(
        samples("shown_steps"),
        [
            r#"shown_steps_total{again="false",phase="a \"quoted\\text\""} 0"#,
            r#"shown_steps_total{again="true",phase="in_flight"} 3"#,
        ]
    );
    assert_eq!(
        samples("shown_heat"),
        [
            r#"shown_heat_celsius{again="false",phase="inject"} -0.5"#,
            r#"shown_heat_celsius{again="true",phase="inject"} 0"#,
        ]
    );
    assert_eq!(
        samples("shown_size"),
        [
            r#"shown_size_bytes_bucket{again="false",phase="inject",le="1.0"} 1"#,
            r#"shown_size_bytes_bucket{again="false",phase="inject",le="2.5"} 2"#,
            r#"shown_size_bytes_bucket{again="false",phase="inject",le="1e+06"} 2"#,
            r#"shown_size_bytes_bucket{again="false",phase="inject",le="+Inf"} 3"#,
            r#"shown_size_bytes_sum{again="false",phase="inject"} 2000002.5"#,
            r#"shown_size_bytes_count{again="false",phase="inject"} 3"#,
        ]
    );
    assert_eq!(samples("obs_refused_values_total"), ["obs_refused_values_total 1"]);
    let page = page();
    for line in [
        "# HELP shown_steps Steps taken.\n# TYPE shown_steps counter\n",
        "# HELP shown_heat_celsius How warm it is.\n# TYPE shown_heat_celsius gauge\n# UNIT shown_heat_celsius celsius\n",
        "# HELP shown_size_bytes Not documented.\n# TYPE shown_size_bytes histogram\n# UNIT shown_size_bytes bytes\n",
    ] {
        assert!(page.contains(line), "{line} in {page}");
    }
}

#[derive(Metrics)]
#[metrics(prefix = "threads")]
struct Threads {
    plain: Counter,
    steps: Counter<StepLabels>,
    depth: Gauge,
    #[metric(buckets = [10, 20])]
    values: Histogram,
}

#[test]
fn threads_lose_nothing() {
    let workers: Vec<_> = (0..THREADS)
        .map(|worker| {
            thread::spawn(move || {
                let threads = Threads::register();
                let phase = if worker % 2 == 0 { Phase::Inject } else { Phase::InFlight };
                let mine = threads.steps.with(&StepLabels { phase, retried: worker < 2 });
                for round in 0..ROUNDS {
                    threads.plain.increment(1);
                    threads.steps.with(&StepLabels { phase: Phase::Odd, retried: true }).increment(2);
                    mine.increment(1);
                    threads.depth.add(2.0);
                    threads.depth.sub(1.0);
                    threads.values.record((round % 3 * 10 + 1) as f64);
                }
            })
        })
        .collect();
    // A page in between sees what is there and disturbs nobody.
    assert!(samples("threads_plain").len() < 2);
    workers.into_iter().for_each(|worker| worker.join().unwrap());

    let all = THREADS * ROUNDS;
    assert_eq!(samples("threads_plain"), [format!("threads_plain_total {all}")]);
    assert_eq!(samples("threads_depth"), [format!("threads_depth {all}")]);
    let steps = |retried, phase, count| {
        format!("threads_steps_total{{again=\"{retried}\",phase=\"{phase}\"}} {count}")
    };
    assert_eq!(
        samples("threads_steps"),
        [
            steps(false, "in_flight", ROUNDS),
            steps(false, "inject", ROUNDS),
            steps(true, r#"a \"quoted\\text\""#, 2 * all),
            steps(true, "in_flight", ROUNDS),
            steps(true, "inject", ROUNDS),
        ]
    );
    let by_bucket = |bucket: u64| THREADS * (0..ROUNDS).filter(|round| round % 3 <= bucket).count() as u64;
    let sum: u64 = THREADS * (0..ROUNDS).map(|round| round % 3 * 10 + 1).sum::<u64>();
    assert_eq!(
        samples("threads_values"),
        [
            format!("threads_values_bucket{{le=\"10.0\"}} {}", by_bucket(0)),
            format!("threads_values_bucket{{le=\"20.0\"}} {}", by_bucket(1)),
            format!("threads_values_bucket{{le=\"+Inf\"}} {all}"),
            format!("threads_values_sum {sum}"),
            format!("threads_values_count {all}"),
        ]
    );
}

#[derive(Metrics)]
#[metrics(prefix = "edge")]
struct Edge {
    large: Counter,
    by_flag: Counter<FlagLabels>,
}

#[derive(Labels)]
struct FlagLabels {
    flag: bool,
}

#[test]
fn past_the_largest_count_a_counter_begins_again_and_does_not_vanish() {
    let edge = Edge::register();
    edge.large.increment(u64::MAX - 1);
    assert_eq!(samples("edge_large"), [format!("edge_large_total {}", u64::MAX - 1)]);
    edge.large.increment(3);
    assert_eq!(samples("edge_large"), ["edge_large_total 1"]);
    let flagged = edge.by_flag.with(&FlagLabels { flag: true });
    flagged.increment(u64::MAX);
    flagged.increment(1);
    assert_eq!(samples("edge_by_flag"), [r#"edge_by_flag_total{flag="true"} 0"#]);
}

mod twin {
    #[derive(feagi_observability::Metrics)]
    pub(super) struct Twin {
        #[metric(name = "twin_jobs")]
        pub(super) jobs: feagi_observability::Counter,
        #[metric(name = "twin_depth")]
        pub(super) depth: feagi_observability::Gauge,
    }
}

#[derive(Metrics)]
#[metrics(prefix = "twin")]
struct Twin {
    /// Explained by one of the two.
    jobs: Counter,
    depth: Gauge,
}

#[test]
fn two_structs_that_declare_a_metric_alike_share_it() {
    let (one, other) = (Twin::register(), twin::Twin::register());
    one.jobs.increment(1);
    other.jobs.increment(2);
    one.depth.add(1.0);
    other.depth.add(1.0);
    assert_eq!(samples("twin_jobs"), ["twin_jobs_total 3"]);
    assert_eq!(samples("twin_depth"), ["twin_depth 2"]);
}

#[derive(Metrics)]
#[metrics(prefix = "life")]
struct Life {
    counted: Counter,
}

#[test]
fn a_counter_counts_before_init_and_after_shutdown() {
    let life = Life::register();
    life.counted.increment(1);
    let config = ObservabilityConfig {
        logging: LoggingConfig { level: "error".to_owned(), output: LogOutput::Stderr, ..Default::default() },
        ..Default::default()
    };
    let observability = init_observability(&config).unwrap();
    life.counted.increment(1);
    assert!(observability.telemetry().export_metrics().contains("\nlife_counted_total 2\n"));
    let report = observability.shutdown(Duration::from_secs(10));
    assert!(!report.timed_out);
    life.counted.increment(1);
    assert_eq!(samples("life_counted"), ["life_counted_total 3"]);
}
