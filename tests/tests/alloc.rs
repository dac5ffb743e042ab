//! With the counting allocator installed, a call of a site with `profile(alloc)` knows what it has allocated, and others do not.

use feagi_observability::{FeagiAlloc, LabelValue, catalog, observe};
use feagi_observability_tests::captured::{Capture, Captured};
use serde_json::Value;
use std::future::{Future, poll_fn};
use std::hint::black_box;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

#[global_allocator]
static ALLOC: FeagiAlloc = FeagiAlloc::new();

fn take(bytes: usize) -> Vec<u8> {
    black_box(Vec::with_capacity(bytes))
}

/// One block.
#[observe(metric = "alloc_one", profile(alloc), fields(bytes))]
fn one(bytes: usize) -> Vec<u8> {
    take(bytes)
}

/// 100 and 28 bytes of its own, and what the call inside has taken.
#[observe(metric = "alloc_nested", profile(alloc))]
fn nested() {
    drop(take(100));
    drop(one(1000));
    drop(take(28));
}

/// Grows by 200 bytes, shrinks, and takes zeroed ones.
#[observe(metric = "alloc_grown", profile(alloc))]
fn grown() {
    let mut block = take(100);
    block.reserve_exact(300);
    block.push(1);
    block.shrink_to_fit();
    black_box(&block);
    black_box(vec![0_u8; black_box(50)]);
}

#[observe(metric = "alloc_nothing", profile(alloc))]
fn nothing() {}

/// The text of its error, and its returned value, are written where no allocation is charged.
#[observe(metric = "alloc_failing", profile(cpu, alloc), err, ret, level = "debug")]
fn failing(fails: bool) -> Result<Loud, Loud> {
    if fails { Err(Loud(Box::new(7))) } else { Ok(Loud(Box::new(8))) }
}

/// Allocates whenever it is shown.
struct Loud(Box<u64>);

impl std::fmt::Debug for Loud {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&black_box(self.0.to_string()))
    }
}

#[observe(metric = "alloc_panicking", profile(alloc))]
fn panicking() {
    let _block = take(64);
    std::panic::resume_unwind(Box::new(5_u32));
}

/// 10 bytes before it waits, 20 after, 40 when it is dropped.
#[observe(metric = "alloc_later", profile(alloc))]
async fn later(waits: bool) {
    let _when_dropped = TakesWhenDropped(40);
    drop(take(10));
    let mut pending = waits;
    poll_fn(|_| if std::mem::take(&mut pending) { Poll::Pending } else { Poll::Ready(()) }).await;
    drop(take(20));
}

struct TakesWhenDropped(usize);

impl Drop for TakesWhenDropped {
    fn drop(&mut self) {
        drop(take(self.0));
    }
}

#[derive(Clone, Copy, LabelValue)]
enum Size {
    Small,
    Large,
}

#[observe(metric = "alloc_labelled", profile(alloc), labels(size = if bytes < 100 { Size::Small } else { Size::Large }), in_flight)]
fn labelled(bytes: usize) {
    drop(take(bytes));
}

#[observe(metric = "alloc_sampled", profile(alloc), sample = 1/4)]
fn sampled() {
    drop(take(8));
}

#[observe(metric = "alloc_uncounted", profile)]
fn uncounted() {
    drop(take(100));
}

/// Calls, for the first time on its thread, what has something of its own to set up.
#[observe(metric = "alloc_outer", profile(alloc))]
fn outer() {
    first_within();
    drop(take(3));
}

#[observe(metric = "alloc_first_within")]
fn first_within() {}

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn calls_know_what_they_have_allocated() {
    let capture = Capture::start("alloc", "debug");
    drop(one(4096));
    nested();
    grown();
    nothing();
    drop((failing(true).err(), failing(false).ok()));
    assert!(std::panic::catch_unwind(panicking).is_err());
    polls();
    [10, 200, 20].into_iter().for_each(labelled);
    (0..5).for_each(|_| sampled());
    uncounted();
    outer();
    let planned = catalog().into_iter().find(|entry| entry.name == "alloc::one").unwrap();
    let names: Vec<_> = planned.metrics.iter().map(|metric| metric.name.to_string()).collect();
    assert!(names.contains(&"alloc_one_allocated_bytes_total".to_owned()), "{names:?}");
    let captured = capture.finish();
    check_calls(&captured);
    check_futures(&captured);
    check_page(&captured);
}

/// What others allocate between two polls is not the future's; which thread polls makes no difference.
fn polls() {
    let mut moved = Box::pin(later(true));
    assert!(poll(moved.as_mut()).is_pending());
    drop(take(5000));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            drop(take(6000));
            assert!(poll(moved.as_mut()).is_ready());
            drop(take(7000));
        });
    });
    let mut cancelled = Box::pin(later(true));
    assert!(poll(cancelled.as_mut()).is_pending());
    drop(take(5000));
    drop(cancelled);
}

/// Bytes and allocations of each call of `name`, as its lines and its spans have them; both the same.
fn allocated(captured: &Captured, name: &str) -> Vec<[Option<u64>; 2]> {
    let read = |fields: &Value| ["alloc.bytes", "alloc.count"].map(|key| fields["fields"][key].as_u64());
    let lines: Vec<_> = captured.lines_of(name).into_iter().map(read).collect();
    let spans: Vec<_> = captured.spans_of(name).into_iter().map(|span| read(&span["args"])).collect();
    assert_eq!(lines, spans, "{name}");
    lines
}

fn check_calls(captured: &Captured) {
    let of = |name: &str| allocated(captured, name);
    assert_eq!(of("alloc::one"), [[Some(4096), Some(1)], [Some(1000), Some(1)]]);
    assert_eq!(of("alloc::nested"), [[Some(1128), Some(3)]]);
    assert_eq!(of("alloc::grown"), [[Some(350), Some(3)]]);
    assert_eq!(of("alloc::nothing"), [[Some(0), Some(0)]]);
    assert_eq!(of("alloc::failing"), [[Some(8), Some(1)]; 2]);
    assert_eq!(captured.outcomes("alloc::panicking"), ["panic"]);
    let [[bytes, count]] = of("alloc::panicking")[..] else { panic!("one call") };
    assert!(bytes >= Some(68) && count >= Some(2), "the block and the payload: {bytes:?}, {count:?}");
    assert_eq!(of("alloc::uncounted"), [[None, None]]);
    assert_eq!(of("alloc::outer"), [[Some(3), Some(1)]], "the runtime's own is not charged");
    let first = captured.lines_of("alloc::one")[0];
    assert_eq!(first["fields"]["bytes"], 4096, "other fields stand behind: {first}");
}

fn check_futures(captured: &Captured) {
    assert_eq!(captured.outcomes("alloc::later"), ["ok", "cancelled"]);
    assert_eq!(allocated(captured, "alloc::later"), [[Some(70), Some(3)], [Some(50), Some(2)]]);
}

fn check_page(captured: &Captured) {
    let of = |stem: &str, labels: &str| {
        ["allocated_bytes", "allocations"]
            .map(|what| captured.sample(&format!("{stem}_{what}_total{labels}")))
    };
    assert_eq!(of("alloc_one", ""), [Some(5096.0), Some(2.0)], "{}", captured.page);
    assert_eq!(of("alloc_nested", ""), [Some(1128.0), Some(3.0)]);
    assert_eq!(of("alloc_later", ""), [Some(120.0), Some(5.0)]);
    assert_eq!(of("alloc_nothing", ""), [Some(0.0), Some(0.0)]);
    assert_eq!(of("alloc_labelled", "{size=\"small\"}"), [Some(30.0), Some(2.0)]);
    assert_eq!(of("alloc_labelled", "{size=\"large\"}"), [Some(200.0), Some(1.0)]);
    let timed = captured.sample("alloc_sampled_duration_seconds_count");
    assert_eq!(of("alloc_sampled", ""), [timed.map(|calls| 8.0 * calls), timed], "of those that are timed");
    assert_eq!(of("alloc_uncounted", ""), [None, None]);
    let heap = |what: &str| captured.sample(&format!("process_heap_{what}")).unwrap_or_default();
    assert!(heap("bytes") > 0.0 && heap("peak_bytes") >= heap("bytes"), "{}", captured.page);
    assert!(heap("allocated_bytes_total") > heap("bytes"));
    assert!(heap("allocations_total") > heap("deallocations_total") && heap("deallocations_total") > 0.0);
    assert!(captured.page.contains("# UNIT alloc_one_allocated_bytes bytes\n"), "{}", captured.page);
}
