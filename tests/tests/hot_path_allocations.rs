//! After its first call on a thread an instrumented call neither allocates nor frees, whatever it carries and whatever is on.

use feagi_observability::{
    CapturedContext, Carrying, Counter, Event, Gauge, Histogram, Labels, LogFormat, LogOutput, LoggingConfig,
    Metrics, ObservabilityConfig, ProfilingConfig, TelemetryConfig, burst_info, init_observability,
    instrument, observe, with_request_id,
};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::fmt;
use std::future::Future;
use std::hint::black_box;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// Counts what each thread asks of it.
struct Counting;

thread_local! {
    /// Allocations and frees. Without a destructor, so that it can be counted at any time.
    static COUNTS: Cell<[u64; 2]> = const { Cell::new([0; 2]) };
}

fn add(allocations: u64, frees: u64) {
    let [a, f] = COUNTS.get();
    COUNTS.set([a + allocations, f + frees]);
}

// SAFETY: the system's allocator does the work.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        add(1, 0);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        add(0, 1);
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        add(1, 1);
        // SAFETY: the caller's promise.
        unsafe { System.realloc(place, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Allocations and frees of this thread while `work` runs.
fn counted(work: impl FnOnce()) -> [u64; 2] {
    let before = COUNTS.get();
    work();
    let after = COUNTS.get();
    [after[0] - before[0], after[1] - before[1]]
}

#[derive(Debug)]
struct Area(u64);

impl fmt::Display for Area {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "area {}", self.0)
    }
}

#[observe(metric = "allocations_plain")]
fn plain(n: u64) {
    black_box(n);
}

#[observe(metric = "allocations_fields", profile, fields(n, text, half = n as f64 / 2.0, %area, shape = ?area))]
fn with_fields(n: u64, text: &str, area: Area) {
    black_box((n, text, area.0));
}

#[observe(metric = "allocations_result", err, fields(n))]
fn fallible(n: u64) -> Result<u64, Area> {
    if n.is_multiple_of(2) { Ok(n) } else { Err(Area(n)) }
}

#[observe(metric = "allocations_future", fields(n))]
async fn polled_thrice(n: u64) -> Result<u64, Area> {
    Suspend(2).await;
    fallible(n)
}

/// Pending so many times.
struct Suspend(u32);

impl Future for Suspend {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        match self.0.checked_sub(1) {
            Some(left) => {
                self.0 = left;
                Poll::Pending
            }
            None => Poll::Ready(()),
        }
    }
}

fn run_future(n: u64) {
    let mut future = pin!(polled_thrice(n));
    let mut context = Context::from_waker(Waker::noop());
    let mut polls = 1;
    while future.as_mut().poll(&mut context).is_pending() {
        polls += 1;
    }
    assert_eq!(polls, 3);
}

fn drop_future(n: u64) {
    let mut future = pin!(polled_thrice(n));
    assert!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
}

fn foreign(n: u64) {
    let area = Area(n);
    tracing::info!(
        n,
        rate = 30.5,
        first = true,
        name = "power",
        signed = -1,
        %area,
        ?area,
        "burst {} of {n}",
        n + 1
    );
}

#[derive(Labels)]
struct Parity {
    even: bool,
}

#[derive(Metrics)]
#[metrics(prefix = "allocations_handles")]
struct Handles {
    plain: Counter,
    by_parity: Counter<Parity>,
    level: Gauge<Parity>,
    sizes: Histogram,
}

fn handles(n: u64) {
    let (handles, parity) = (Handles::register(), Parity { even: n.is_multiple_of(2) });
    handles.plain.increment(1);
    handles.by_parity.with(&parity).increment(n);
    handles.level.with(&parity).add(1.0);
    handles.sizes.record(n as f64);
    handles.sizes.record(f64::NAN);
}

fn foreign_span(n: u64) {
    let span = tracing::info_span!("step", n, area = ?Area(n), late = tracing::field::Empty);
    let _entered = span.enter();
    span.record("late", "a text");
    let inner = tracing::info_span!(parent: &span, "inner").entered();
    inner.follows_from(&span);
    plain(n);
}

#[instrument(metric = "allocations_instrumented", err, ret(level = "debug"), fields(late))]
fn instrumented(n: u64, area: Area) -> Result<u64, Area> {
    tracing::Span::current().record("late", n);
    fallible(n)
}

#[instrument(metric = "allocations_instrumented_future")]
async fn instrumented_future(n: u64) {
    Suspend(1).await;
}

fn run_instrumented_future(n: u64) {
    let mut future = pin!(instrumented_future(n));
    let mut context = Context::from_waker(Waker::noop());
    assert!(future.as_mut().poll(&mut context).is_pending());
    assert!(future.as_mut().poll(&mut context).is_ready());
}

/// An event with a label, every kind of metric, and a value that is not to be seen.
#[derive(Event)]
#[event(name = "allocations_job", macros)]
struct Job {
    #[event(label)]
    even: bool,
    #[event(gauge, counter, histogram = "allocations_job_sizes")]
    size: u64,
    #[event(redact)]
    owner: u64,
}

type Call = (&'static str, fn(u64));

/// What a host may do in its innermost loop.
const CALLS: [Call; 14] = [
    ("a call", |n| plain(n)),
    ("a call with fields", |n| with_fields(n, "some text", Area(n))),
    ("a call that returns Ok", |n| drop(black_box(fallible(2 * n)))),
    ("a call that returns an error", |n| drop(black_box(fallible(2 * n + 1)))),
    ("a future that is polled three times", run_future),
    ("a future that is dropped", drop_future),
    ("an event", |n| {
        burst_info!(burst_id = n, neurons_fired = 98, synapses_activated = n, "burst {n} of {}", n + 1);
    }),
    ("a derived event", |n| Job { even: n.is_multiple_of(2), size: n, owner: n }.emit()),
    ("an event through its macro", |n| {
        allocations_job_warn!(
            even = n.is_multiple_of(2),
            size = n,
            owner = n,
            histogram.wait = 0.5,
            "job {n}"
        );
    }),
    ("a foreign event", foreign),
    ("metrics through handles", handles),
    ("two foreign spans", foreign_span),
    ("an instrumented call", |n| drop(black_box(instrumented(n, Area(n))))),
    ("an instrumented future", run_instrumented_future),
];

/// Enough to go round a ring many times: its end, its being full and the collector's waking are on the way.
const TIMES: u64 = 5_000;

fn check(when: &str) {
    for (name, call) in CALLS {
        call(1);
        let counts = counted(|| (0..TIMES).for_each(call));
        assert_eq!(counts, [0, 0], "allocations and frees of {TIMES} times {name}, {when}");
    }
}

/// Captured contexts, entered again and again.
fn check_crossing() {
    let captured = CapturedContext::capture().with_request_id("r-7");
    let enter = |n: u64| {
        let _guard = captured.attach();
        captured.run(|| drop(black_box(fallible(2 * n))));
        let mut future = pin!(captured.scope(Suspend(1)));
        let mut context = Context::from_waker(Waker::noop());
        assert!(future.as_mut().poll(&mut context).is_pending());
        assert!(future.as_mut().poll(&mut context).is_ready());
        Carrying::from((n, captured.clone())).receive(|n| drop(black_box(fallible(2 * n))));
    };
    enter(1);
    assert_eq!(counted(|| (0..TIMES).for_each(enter)), [0, 0], "a captured context, entered in every way");
}

#[test]
fn the_counter_sees_what_a_thread_allocates_and_frees() {
    assert_eq!(counted(|| drop(black_box(Box::new(1)))), [1, 1]);
    assert_eq!(counted(|| std::mem::forget(black_box(vec![1u8; 10]))), [1, 0]);
    let mut grows = Vec::with_capacity(1);
    assert_eq!(counted(|| grows.extend_from_slice(black_box(&[1u8; 100]))), [1, 1]);
}

#[test]
fn a_call_allocates_nothing_on_its_thread_on_and_off() {
    check("before init");

    let folder = std::env::temp_dir().join(format!("feagi-observability-allocations-{}", std::process::id()));
    let config = ObservabilityConfig {
        logging: LoggingConfig {
            format: LogFormat::Json,
            output: LogOutput::File(folder.join("log.jsonl").to_string_lossy().into_owned()),
            ..Default::default()
        },
        telemetry: TelemetryConfig { tracing_enabled: true, ..Default::default() },
        profiling: ProfilingConfig { chrome_tracing: true, output_dir: folder.clone(), ..Default::default() },
    };
    let observability = init_observability(&config).unwrap();
    check("with all signals on");
    std::thread::spawn(|| check("on a second thread")).join().unwrap();
    with_request_id("r-7", || check("under a request id"));
    check_crossing();

    assert!(observability.flush(Duration::from_secs(60)));
    let stats = observability.stats();
    assert!(stats.lines.emitted > 0 && stats.spans.emitted > 0, "signals were on: {stats:?}");
    let page = observability.telemetry().export_metrics();
    // Each of the two threads and under the request id, directly and in a foreign span.
    let calls = 3 * 2 * (TIMES + 1);
    assert!(page.contains(&format!("allocations_plain_calls_total{{outcome=\"ok\"}} {calls}")), "{page}");

    observability.shutdown(Duration::from_secs(10));
    check("after shutdown");
    std::fs::remove_dir_all(folder).unwrap();
}
