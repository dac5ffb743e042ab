//! What the arguments of `#[observe]` measure of a call, read back from the metrics page, the log and the health checks.

use feagi_observability::{HealthStatus, LabelValue, observe};
use feagi_observability_tests::captured::{Capture, Captured, sample};
use serde_json::Value;
use std::future::Future;
use std::pin::pin;
use std::sync::Mutex;
use std::sync::mpsc::channel;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

fn busy(duration: Duration) {
    let start = Instant::now();
    while start.elapsed() < duration {
        std::hint::spin_loop();
    }
}

/// Bounds of its own.
#[observe(metric = "bucketed", buckets = ["1ms", 0.5, 3600], help = "Given.")]
fn bucketed(duration: Duration) {
    busy(duration);
}

#[observe(metric = "gated", in_flight)]
fn gated(gate: &Mutex<()>) {
    drop(gate.lock());
}

#[observe(in_flight)]
async fn gated_later() {
    pending_once().await;
}

#[observe(metric = "budgeted", budget = "2ms", log(on = "error"))]
fn budgeted(duration: Duration) -> Result<(), String> {
    busy(duration);
    if duration.is_zero() { Err("no time".to_owned()) } else { Ok(()) }
}

#[observe(metric = "slowed", slow = "1ms", level = "debug")]
async fn slowed(duration: Duration) {
    pending_once().await;
    busy(duration);
}

#[observe(metric = "silent", log(on = "never"))]
fn silent() -> Result<(), String> {
    Err("nobody hears it".to_owned())
}

#[observe(metric = "failing_only", log(on = "error"))]
fn failing_only(fails: bool) -> Result<(), String> {
    if fails { Err("failed".to_owned()) } else { Ok(()) }
}

#[observe(metric = "limited", log(rate = "2/h"))]
fn limited() {}

#[observe(metric = "sampled", sample = 1/4)]
fn sampled(n: u64) -> Option<u64> {
    n.checked_mul(31)
}

#[observe(metric = "sampled_parts", sample = 1/8, labels(even = n.is_multiple_of(2)), in_flight, error_if = |n| *n == 6)]
fn sampled_parts(n: u32) -> u32 {
    assert!(n != 7, "unlucky");
    n
}

#[observe(metric = "sampled_later", sample = 1/2)]
async fn sampled_later() {
    pending_once().await;
}

#[observe(metric = "beating", heartbeat = "20ms")]
fn beating() {}

#[derive(Clone, Copy, LabelValue)]
enum Backend {
    Cpu,
    Gpu,
}

trait Burst {
    fn burst(&self) -> Backend;
}

struct Engine<const GPU: bool>;

impl<const GPU: bool> Burst for Engine<GPU> {
    /// The backend is the label.
    #[observe(metric = "backend_burst", labels(backend = if GPU { Backend::Gpu } else { Backend::Cpu }))]
    fn burst(&self) -> Backend {
        if GPU { Backend::Gpu } else { Backend::Cpu }
    }
}

/// One site for all types: labels of another type than the first have no series of their own.
#[observe(metric = "of_any_label", labels(label))]
fn of_any_label<L: LabelValue>(label: &L) {
    let _ = label.index();
}

#[observe(metric = "tenant_work", dynamic(tenant, cap = 1), in_flight, budget = "1h", heartbeat = "1h")]
fn tenant_work(tenant: &str) {
    let _ = tenant.len();
}

fn pending_once() -> impl Future<Output = ()> {
    let mut first = true;
    std::future::poll_fn(move |_| if std::mem::take(&mut first) { Poll::Pending } else { Poll::Ready(()) })
}

fn poll<F: Future>(future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = poll(future.as_mut()) {
            return output;
        }
    }
}

#[test]
fn arguments_measure_what_they_say() {
    let capture = Capture::start("arguments-measured", "debug");
    for millis in [0, 2, 2] {
        bucketed(Duration::from_millis(millis));
    }
    in_flight(&capture);
    assert!(budgeted(Duration::from_micros(1)).is_ok());
    assert!(budgeted(Duration::from_millis(3)).is_ok());
    assert!(budgeted(Duration::ZERO).is_err());
    block_on(slowed(Duration::ZERO));
    block_on(slowed(Duration::from_millis(2)));
    assert!(silent().is_err());
    assert!(failing_only(false).is_ok() && failing_only(true).is_err());
    (0..5).for_each(|_| limited());
    let answers = (0..103).filter_map(sampled).count();
    assert_eq!(answers, 103);
    assert!(std::panic::catch_unwind(|| (0..=7).map(sampled_parts).sum::<u32>()).is_err());
    (0..5).for_each(|_| block_on(sampled_later()));
    {
        let mut dropped = pin!(sampled_later());
        assert!(poll(dropped.as_mut()).is_pending());
    }
    heartbeat(&capture);
    let engines: [&dyn Burst; 3] = [&Engine::<true>, &Engine::<false>, &Engine::<true>];
    assert_eq!(engines.map(|engine| engine.burst().index()), [1, 0, 1]);
    of_any_label(&true);
    of_any_label(&Backend::Gpu);
    of_any_label(&false);
    ["a", "b", "c"].iter().for_each(|tenant| tenant_work(tenant));
    let captured = capture.finish();
    check_shared_sites(&captured);
    check_buckets(&captured);
    check_budgets(&captured);
    check_log(&captured);
    check_samples(&captured);
    let backend = |name: &str| {
        captured.sample(&format!("backend_burst_calls_total{{backend=\"{name}\",outcome=\"ok\"}}"))
    };
    assert_eq!([backend("cpu"), backend("gpu")], [Some(1.0), Some(2.0)], "{}", captured.page);
}

fn check_shared_sites(captured: &Captured) {
    let of = |label: &str| {
        captured.sample(&format!("of_any_label_calls_total{{label=\"{label}\",outcome=\"ok\"}}"))
    };
    assert_eq!([of("true"), of("false"), of("_overflow")], [Some(1.0); 3], "{}", captured.page);
    let of = |tenant: &str| {
        captured.sample(&format!("tenant_work_calls_total{{outcome=\"ok\",tenant=\"{tenant}\"}}"))
    };
    assert_eq!([of("a"), of("_overflow")], [Some(1.0), Some(2.0)], "{}", captured.page);
    assert_eq!(captured.sample("tenant_work_in_flight"), Some(0.0), "what the facade counts ends here, too");
    assert_eq!(captured.sample("tenant_work_over_budget_total"), Some(0.0));
    assert_eq!(captured.sample("tenant_work_calls_total{outcome=\"ok\"}"), None, "counted once");
}

/// A call that another thread is held in, and a future that has begun, are in flight; what has ended is not.
fn in_flight(capture: &Capture) {
    let gate = Mutex::new(());
    gated(&gate);
    let (entered, wait) = channel();
    let held = gate.lock();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            entered.send(()).expect("somebody waits");
            gated(&gate);
        });
        wait.recv().expect("the thread has started");
        let waiting = || sample(&capture.page(), "gated_in_flight");
        let deadline = Instant::now() + Duration::from_secs(60);
        while waiting() != Some(1.0) {
            assert!(Instant::now() < deadline, "the call is never in flight: {:?}", waiting());
            std::thread::yield_now();
        }
        drop(held);
    });
    assert_eq!(sample(&capture.page(), "gated_in_flight"), Some(0.0));
    let later = || sample(&capture.page(), "observed_in_flight{site=\"arguments_measured::gated_later\"}");
    let mut future = Box::pin(gated_later());
    assert!(poll(future.as_mut()).is_pending());
    assert_eq!(later(), Some(1.0));
    drop(future);
    assert_eq!(later(), Some(0.0), "a cancelled call has ended");
}

/// Not called for longer than it promises, the check degrades; called again, it is well.
fn heartbeat(capture: &Capture) {
    let check = || {
        let HealthStatus { status, checks, .. } = capture.manager.telemetry().get_health();
        let check = checks.into_iter().find(|check| check.name == "beating")?;
        Some((status, check.status, check.message))
    };
    let deadline = Instant::now() + Duration::from_secs(60);
    let until = |wanted: &str, again: bool| loop {
        if again {
            beating();
        }
        if let Some((status, state, message)) = check()
            && state == wanted
        {
            assert_eq!(status, wanted);
            return message;
        }
        assert!(Instant::now() < deadline, "never {wanted}: {:?}", check());
        std::thread::yield_now();
    };
    until("healthy", true);
    let message = until("degraded", false);
    assert!(
        message.starts_with("not called for ") && message.ends_with("; expected every 20ms"),
        "{message}"
    );
    until("healthy", true);
}

fn check_buckets(captured: &Captured) {
    let bucket = |le: &str| captured.sample(&format!("bucketed_duration_seconds_bucket{{le=\"{le}\"}}"));
    assert_eq!([bucket("0.001"), bucket("3600.0"), bucket("+Inf")], [Some(1.0), Some(3.0), Some(3.0)]);
    assert!(bucket("0.5") >= Some(1.0) && bucket("0.0025").is_none(), "{}", captured.page);
    assert!(captured.page.contains("# HELP bucketed_duration_seconds Duration of a call: Given."));
}

fn check_budgets(captured: &Captured) {
    assert_eq!(captured.sample("budgeted_over_budget_total"), Some(1.0), "{}", captured.page);
    let lines = captured.lines_of("arguments_measured::budgeted");
    let shown = |line: &Value| [line["level"].clone(), line["outcome"].clone(), line["over_budget"].clone()];
    assert_eq!(shown(lines[0]), ["WARN".into(), "ok".into(), Value::Bool(true)]);
    assert_eq!(shown(lines[1]), ["ERROR".into(), "error".into(), Value::Null]);
    assert_eq!(lines.len(), 2, "a call within its budget writes no line here");
    let slow = captured.lines_of("arguments_measured::slowed");
    assert_eq!((&slow[0]["level"], &slow[1]["level"]), (&"DEBUG".into(), &"WARN".into()));
    let trace_id = lines[0]["trace_id"].as_str().unwrap();
    let pinned =
        |line: &&str| line.starts_with("budgeted_duration_seconds_bucket") && line.contains(trace_id);
    assert!(captured.page.lines().any(|line| pinned(&line)), "its exemplar: {}", captured.page);
    assert_eq!(captured.spans_of("arguments_measured::budgeted")[1]["args"]["over_budget"], true);
}

fn check_log(captured: &Captured) {
    assert_eq!(captured.lines_of("arguments_measured::silent").len(), 0);
    assert_eq!(captured.sample("silent_calls_total{outcome=\"error\"}"), Some(1.0));
    assert_eq!(captured.spans_of("arguments_measured::silent").len(), 1, "a span all the same");
    assert_eq!(captured.outcomes("arguments_measured::failing_only"), ["error"]);
    assert_eq!(captured.sample("failing_only_calls_total{outcome=\"ok\"}"), Some(1.0));
    assert_eq!(captured.lines_of("arguments_measured::limited").len(), 2);
    assert_eq!(captured.spans_of("arguments_measured::limited").len(), 5);
}

/// All are counted, by outcome and label; one of so many is timed.
fn check_samples(captured: &Captured) {
    assert_eq!(captured.sample("sampled_calls_total{outcome=\"ok\"}"), Some(103.0));
    // The first of each four.
    assert_eq!(captured.sample("sampled_duration_seconds_count"), Some(26.0), "{}", captured.page);
    assert_eq!(captured.spans_of("arguments_measured::sampled").len(), 26);
    let parts = |even: bool, outcome: &str| {
        captured.sample(&format!("sampled_parts_calls_total{{even=\"{even}\",outcome=\"{outcome}\"}}"))
    };
    assert_eq!([parts(true, "ok"), parts(true, "error")], [Some(3.0), Some(1.0)], "{}", captured.page);
    assert_eq!([parts(false, "ok"), parts(false, "panic")], [Some(3.0), Some(1.0)]);
    assert_eq!(captured.sample("sampled_parts_in_flight{even=\"false\"}"), Some(0.0));
    assert_eq!(captured.sample("sampled_later_calls_total{outcome=\"ok\"}"), Some(5.0));
    assert_eq!(captured.sample("sampled_later_calls_total{outcome=\"cancelled\"}"), Some(1.0));
}
