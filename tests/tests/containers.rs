//! Functions of annotated containers, and futures made by hand, stand in every signal under their names, with their outcomes.

use async_trait::async_trait;
use feagi_observability::observe;
use feagi_observability_tests::captured::{Capture, Captured};
use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

struct Npu {
    bursts: u64,
}

#[observe(level = "debug", target = "npu", err)]
impl Npu {
    const fn new() -> Self {
        Npu { bursts: 0 }
    }

    fn burst(&mut self, stimulus: &[u32]) -> Result<u64, String> {
        self.bursts += 1;
        if stimulus.is_empty() {
            return Err("no stimulus".to_owned());
        }
        self.inject(stimulus);
        Ok(self.bursts())
    }

    fn inject(&self, stimulus: &[u32]) {
        assert!(stimulus[0] != 13, "unlucky");
    }

    #[inline(always)]
    fn bursts(&self) -> u64 {
        self.bursts
    }

    #[observe(name = "reset", level = "warn", metric = "npu_reset")]
    fn reset(&mut self) {
        self.bursts = 0;
    }

    #[observe(skip)]
    fn skipped(&self) {}
}

#[observe(metric = false)]
mod phases {
    pub(super) fn run() -> u8 {
        inner::Phase.twice()
    }

    mod inner {
        pub(in super::super) struct Phase;

        pub(in super::super) trait Twice {
            fn once(&self) -> u8;
            fn twice(&self) -> u8 {
                self.once() * 2
            }
        }

        impl Twice for Phase {
            fn once(&self) -> u8 {
                1
            }
        }
    }

    use inner::Twice as _;
}

#[async_trait]
trait Genome {
    async fn load(&mut self, path: &str) -> Result<usize, String>;
}

struct Above;
struct Below;

#[observe]
#[async_trait]
impl Genome for Above {
    async fn load(&mut self, path: &str) -> Result<usize, String> {
        loaded(path).await
    }
}

#[async_trait]
#[observe]
impl Genome for Below {
    #[observe(fields(path, len = path.len()))]
    async fn load(&mut self, path: &str) -> Result<usize, String> {
        loaded(path).await
    }
}

#[observe]
fn loaded(path: &str) -> Pin<Box<dyn Future<Output = Result<usize, String>> + Send + '_>> {
    tracing::info!("made");
    Box::pin(async move {
        yield_once().await;
        tracing::info!("after the await");
        match path {
            "" => Err("no path".to_owned()),
            "panic" => panic!("on purpose"),
            _ => Ok(path.len()),
        }
    })
}

#[allow(clippy::manual_async_fn, reason = "what is written by hand is what is tested")]
#[observe(name = "opaque", fields(n))]
fn opaque(n: u32) -> impl Future<Output = u32> {
    async move { n + 1 }
}

fn yield_once() -> impl Future<Output = ()> + Send {
    let mut first = true;
    std::future::poll_fn(move |_| if std::mem::take(&mut first) { Poll::Pending } else { Poll::Ready(()) })
}

fn poll_once<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = poll_once(future.as_mut()) {
            return output;
        }
    }
}

fn panics<T>(call: impl FnOnce() -> T) -> bool {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(call)).is_err()
}

#[test]
fn what_is_annotated_as_a_whole_is_observed_one_by_one() {
    let capture = Capture::start("containers", "trace");
    let mut npu = Npu::new();
    assert_eq!(npu.burst(&[1]), Ok(1));
    assert!(npu.burst(&[]).is_err());
    assert!(panics(|| npu.burst(&[13])));
    npu.reset();
    npu.skipped();
    assert_eq!(phases::run(), 2);

    assert_eq!(block_on(Above.load("abc")), Ok(3));
    assert!(block_on(Above.load("")).is_err());
    assert!(panics(|| block_on(Below.load("panic"))));
    assert!(poll_once(pin!(Below.load("cancelled")).as_mut()).is_pending());
    drop(loaded("never polled"));
    assert_eq!(block_on(opaque(1)), 2);

    let captured = capture.finish();
    check_npu(&captured);
    check_phases(&captured);
    check_futures(&captured);
}

fn check_npu(captured: &Captured) {
    assert_eq!(captured.outcomes("Npu::burst"), ["ok", "error", "panic"]);
    assert_eq!(captured.outcomes("Npu::inject"), ["ok", "panic"]);
    let (burst, inject) = (captured.lines_of("Npu::burst"), captured.lines_of("Npu::inject"));
    assert_eq!((&burst[0]["level"], &burst[0]["target"]), (&"DEBUG".into(), &"npu".into()));
    assert_eq!(burst[1]["error"], "no stimulus");
    for (burst, inject) in [(burst[0], inject[0]), (burst[2], inject[1])] {
        assert_eq!((&inject["trace_id"], &inject["parent_id"]), (&burst["trace_id"], &burst["span_id"]));
    }
    assert_eq!(captured.line("reset")["level"], "WARN");
    for left_out in ["Npu::bursts", "Npu::skipped", "Npu::new"] {
        assert!(captured.lines_of(left_out).is_empty() && !captured.page.contains(left_out), "{left_out}");
    }
    let calls = |outcome| format!("observed_calls_total{{outcome=\"{outcome}\",site=\"Npu::burst\"}}");
    for outcome in ["ok", "error", "panic"] {
        assert_eq!(captured.series(&calls(outcome)), Some("1"), "{outcome} in {}", captured.page);
    }
    assert_eq!(captured.series("npu_reset_calls_total{outcome=\"ok\"}"), Some("1"));
}

fn check_phases(captured: &Captured) {
    let run = captured.line("phases::run");
    let (twice, once) = (captured.line("Twice::twice"), captured.line("Phase::once"));
    assert_eq!(twice["parent_id"], run["span_id"]);
    assert_eq!(once["parent_id"], twice["span_id"]);
    assert!(!captured.page.contains("phases::run"), "without metrics");
}

fn check_futures(captured: &Captured) {
    assert_eq!(captured.outcomes("Above::load"), ["ok", "error"]);
    assert_eq!(captured.outcomes("Below::load"), ["panic", "cancelled"]);
    let loads = [captured.lines_of("Above::load"), captured.lines_of("Below::load")].concat();
    let below = &loads[2]["fields"];
    assert_eq!((&below["path"], &below["len"]), (&"panic".into(), &5.into()));

    // One that is never polled makes nothing but its own line from its making.
    assert_eq!(captured.outcomes("containers::loaded"), ["ok", "error", "panic", "cancelled"]);
    assert_eq!(captured.lines_of("made").len(), 5);
    let loaded = captured.lines_of("containers::loaded");
    for (load, loaded) in loads.iter().zip(&loaded) {
        assert_eq!((&loaded["trace_id"], &loaded["parent_id"]), (&load["trace_id"], &load["span_id"]));
    }
    assert_eq!(loaded[1]["error"], "no path");
    let after = captured.lines_of("after the await");
    assert_eq!(after.len(), 3, "the cancelled one did not come so far");
    assert_eq!(after[0]["span_id"], loaded[0]["span_id"]);
    // Made while the caller's span was the innermost one.
    assert_eq!(captured.lines_of("made")[0]["span_id"], loads[0]["span_id"]);

    let opaque = captured.line("opaque");
    assert_eq!((&opaque["fields"]["n"], &opaque["outcome"]), (&1.into(), &"ok".into()));
    let spans = |name: &str| captured.spans_of(name).len();
    assert!(spans("Above::load") >= 1 && spans("Phase::once") == 1, "{:?}", captured.trace);
    let cancelled = "observed_calls_total{outcome=\"cancelled\",site=\"Below::load\"}";
    assert_eq!(captured.series(cancelled), Some("1"), "{}", captured.page);
}
