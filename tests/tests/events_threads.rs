//! What events count is exact, whichever threads report them, also while these end.

use feagi_observability::{
    Event, LabelValue, LogOutput, LoggingConfig, ObservabilityConfig, init_observability,
};
use std::cell::RefCell;
use std::time::Duration;

const THREADS: u64 = 8;
const EVENTS: u64 = 5_000;

#[derive(LabelValue, Clone, Copy)]
enum Side {
    Left,
    Right,
}

#[derive(Event)]
#[event(name = "threads_job", level = "trace", macros(trace))]
struct Job {
    #[event(label)]
    side: Side,
    #[event(label)]
    last: bool,
    #[event(counter)]
    units: u64,
    #[event(histogram, buckets = [0, 1, 2])]
    size: u64,
}

/// Reports when its thread ends, after the thread's own cells have been given back or before.
struct AtEnd;

impl Drop for AtEnd {
    fn drop(&mut self) {
        Job { side: Side::Right, last: true, units: 5, size: 3 }.emit();
    }
}

thread_local! {
    static AT_END: RefCell<Option<AtEnd>> = const { RefCell::new(None) };
}

fn work() {
    AT_END.set(Some(AtEnd));
    for n in 0..EVENTS {
        let side = if n % 2 == 0 { Side::Left } else { Side::Right };
        Job { side, last: false, units: n % 4, size: n % 4 }.emit();
        threads_job_trace!(side = side, last = false, units = 1, gauge.depth = 7);
    }
}

#[test]
fn nothing_that_is_counted_is_lost() {
    let config = ObservabilityConfig {
        // Lines and spans are off: a count needs neither.
        logging: LoggingConfig { level: "off".to_owned(), output: LogOutput::Stderr, ..Default::default() },
        ..Default::default()
    };
    let observability = init_observability(&config).unwrap();
    for _ in 0..2 {
        // Threads of the second round go on with the cells of the first.
        let threads: Vec<_> = (0..THREADS).map(|_| std::thread::spawn(work)).collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    }
    let page = observability.telemetry().export_metrics();
    observability.shutdown(Duration::from_secs(10));

    let all = 2 * THREADS * EVENTS;
    let (left, right) = ("side=\"left\",last=\"false\"", "side=\"right\",last=\"false\"");
    let ended = 2 * THREADS;
    for (sample, value) in [
        (format!("threads_job_total{{{left}}}"), all),
        (format!("threads_job_total{{{right}}}"), all),
        ("threads_job_total{side=\"right\",last=\"true\"}".to_owned(), ended),
        // Half of all are 0 or 2, and one each by the macro.
        (format!("threads_job_units_total{{{left}}}"), all / 2 + all / 2),
        (format!("threads_job_units_total{{{right}}}"), all + all / 2),
        ("threads_job_units_total{side=\"right\",last=\"true\"}".to_owned(), 5 * ended),
        (format!("threads_job_last_depth{{{left}}}"), 7),
        (format!("threads_job_size_sum{{{left}}}"), all / 2),
        (format!("threads_job_size_count{{{right}}}"), all / 2),
        ("threads_job_size_sum{side=\"right\",last=\"true\"}".to_owned(), 3 * ended),
    ] {
        check(&page, &sample, value);
    }
    let buckets: Vec<&str> = page
        .lines()
        .filter(|line| {
            line.starts_with("threads_job_size_bucket") && line.contains("right") && line.contains("false")
        })
        .filter_map(|line| line.rsplit(' ').next())
        .collect();
    let quarter = (all / 4).to_string();
    let half = (all / 2).to_string();
    assert_eq!(buckets, ["0", &quarter, &quarter, &half]);
    assert!(!page.contains("side=\"left\",last=\"true\"") && !page.contains("last=\"true\",side=\"left\""));
}

/// Labels stand in the order of their names on the page.
#[track_caller]
fn check(page: &str, sample: &str, value: u64) {
    let (name, labels) = sample.split_once('{').unwrap();
    let mut labels: Vec<&str> = labels.trim_end_matches('}').split(',').collect();
    labels.sort_unstable();
    let expected = format!("{name}{{{}}} {value}", labels.join(","));
    assert!(page.lines().any(|line| line == expected), "{expected} in {page}");
}
