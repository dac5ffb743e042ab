//! Exemplars of handles: the trace on the page is that of the call in which the number was changed, and none where no trace is kept.

use feagi_observability::{
    CapturedContext, Context, Counter, Histogram, LabelValue, Labels, Metrics, SpanId, TelemetryConfig,
    TraceId, observe, with_request_id,
};
use feagi_observability_tests::captured::Capture;
use serde_json::Value;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::time::{Duration, Instant};

/// Counts what each thread asks of it.
struct Counting;

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

// SAFETY: the system's allocator does the work.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.set(COUNT.get() + 1);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        COUNT.set(COUNT.get() + 1);
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(place, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[derive(Clone, Copy, LabelValue)]
enum Side {
    In,
    Out,
}

#[derive(Labels)]
struct Sides {
    side: Side,
}

#[derive(Metrics)]
#[metrics(prefix = "shown")]
struct Shown {
    jobs: Counter,
    sided: Counter<Sides>,
    #[metric(buckets = [1, 2])]
    sizes: Histogram,
}

#[derive(Metrics)]
#[metrics(prefix = "hidden")]
struct Hidden {
    outside: Counter,
    unsampled: Counter,
    #[metric(buckets = [1, 2])]
    sizes: Histogram,
}

/// A job, which says in its line that it is the one.
#[observe(name = "job", fields(n))]
fn job(n: u64) {
    let (shown, before) = (Shown::register(), COUNT.get());
    shown.jobs.increment(3);
    // Adds nothing, so it is no example.
    shown.jobs.increment(0);
    shown.sided.with(&Sides { side: Side::Out }).increment(1);
    shown.sizes.record(1.5);
    assert_eq!(COUNT.get(), before, "an example or not: nothing is allocated or freed");
    tracing::info!(n, "in the job");
}

/// What callers that are not kept do here.
#[observe(name = "unsampled job")]
fn unsampled() {
    Hidden::register().unsampled.increment(1);
    Hidden::register().sizes.record(0.5);
}

/// Within a call whose trace is not kept, as its caller does not keep it; and outside of any call.
fn of_no_kept_trace() {
    let trace_id = TraceId::from_hex("4bf92f3577b34da6a3ce929d0e0e4736").unwrap();
    let caller = Context::remote(trace_id, SpanId::from_hex("00f067aa0ba902b7").unwrap(), false);
    CapturedContext::from(caller).run(unsampled);
    Hidden::register().outside.increment(1);
    Hidden::register().sizes.record(1.5);
}

/// What stands behind `#` in the line of this sample.
fn exemplar<'a>(page: &'a str, sample: &str) -> Option<&'a str> {
    let line = page.lines().find(|line| line.strip_prefix(sample).is_some_and(|rest| rest.starts_with(' ')));
    line.unwrap_or_else(|| panic!("no `{sample}` in {page}")).split_once(" # ").map(|(_, exemplar)| exemplar)
}

fn label<'a>(exemplar: &'a str, key: &str) -> &'a str {
    exemplar.split_once(&format!("{key}=\"")).and_then(|(_, rest)| rest.split('"').next()).unwrap_or_default()
}

const SAMPLES: [(&str, &str); 3] = [
    ("shown_jobs_total", "3"),
    (r#"shown_sided_total{side="out"}"#, "1"),
    (r#"shown_sizes_bucket{le="2.0"}"#, "1.5"),
];

#[test]
fn the_trace_of_an_exemplar_is_that_of_the_line_written_in_the_same_call() {
    let before = (Shown::register(), Hidden::register());
    before.0.sided.with(&Sides { side: Side::In }).increment(1);
    let capture = Capture::start_with("handle-exemplars", "info", TelemetryConfig::default());
    let deadline = Instant::now() + Duration::from_secs(30);
    let mut jobs = 0;
    // The collector asks at its first look already; the first job after it answers.
    loop {
        jobs += 1;
        with_request_id(format!("r-{jobs}"), || job(jobs));
        of_no_kept_trace();
        let page = capture.page();
        if SAMPLES.iter().all(|(sample, _)| exemplar(&page, sample).is_some()) {
            break;
        }
        assert!(Instant::now() < deadline, "no exemplars on {page}");
    }
    let first = exemplar(&capture.page(), SAMPLES[0].0).unwrap().to_owned();
    // A second later there is another.
    while exemplar(&capture.page(), SAMPLES[0].0) == Some(&first) {
        jobs += 1;
        with_request_id(format!("r-{jobs}"), || job(jobs));
        of_no_kept_trace();
        assert!(Instant::now() < deadline, "the first exemplar stays");
    }
    let latest = exemplar(&capture.page(), SAMPLES[0].0).unwrap().to_owned();
    let trace = capture.manager.trace(TraceId::from_hex(label(&latest, "trace_id")).unwrap());
    assert!(trace.records.iter().any(|record| record.name == "job"), "the exemplar leads to its call");
    assert!(trace.exemplars.iter().any(|found| found.series == SAMPLES[0].0), "and the call to it");
    let captured = capture.finish();
    for (sample, value) in SAMPLES {
        let exemplar = exemplar(&captured.page, sample).unwrap();
        let of_span = captured.lines.iter().filter(|line| line["span_id"] == *label(exemplar, "span_id"));
        let [line, call] = of_span.collect::<Vec<_>>()[..] else { panic!("a line and its call: {exemplar}") };
        assert_eq!((&line["message"], &call["message"]), (&"in the job".into(), &"job".into()));
        assert_eq!(line["trace_id"], *label(exemplar, "trace_id"), "{exemplar}");
        assert_eq!(line["request_id"], *label(exemplar, "request_id"), "{exemplar}");
        let mut numbers = exemplar.rsplit_once("} ").unwrap().1.split(' ');
        assert_eq!(numbers.next(), Some(value), "{exemplar}");
        check_time(numbers.next().unwrap(), call);
    }
    let none = [
        r#"shown_sided_total{side="in"}"#,
        r#"shown_sizes_bucket{le="1.0"}"#,
        "hidden_outside_total",
        "hidden_unsampled_total",
        r#"hidden_sizes_bucket{le="1.0"}"#,
        r#"hidden_sizes_bucket{le="2.0"}"#,
    ];
    for sample in none {
        assert_eq!(exemplar(&captured.page, sample), None, "{sample}");
    }
    let count = |sample: &str| captured.sample(sample).map(|count| count as u64);
    assert_eq!((count("shown_jobs_total"), count("hidden_outside_total")), (Some(3 * jobs), Some(jobs)));
}

/// The number was changed while the call ran. Wall clock and ticks may be a little apart.
fn check_time(seconds: &str, call: &Value) {
    let end = chrono::DateTime::parse_from_rfc3339(call["timestamp"].as_str().unwrap()).unwrap();
    let end = end.timestamp_micros() as f64 / 1e6;
    let start = end - call["duration_ns"].as_f64().unwrap() / 1e9;
    let changed: f64 = seconds.parse().unwrap();
    assert!(start - 0.1 < changed && changed < end + 0.1, "{changed} in {call}");
}
