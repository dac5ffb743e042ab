//! Ground truth: each trace has a function of its own, so that the stack of a sample tells which labels it has to have.

#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

mod profiling_support;

use std::collections::{BTreeMap, BTreeSet};
use std::hint::black_box;
use std::sync::Mutex;
use std::time::Duration;

use feagi_observability::{
    CapturedContext, Context, CpuProfile, CpuProfiler, CpuSample, InContext, InCurrentContext,
    ObservabilityConfig, ObservabilityManager, ParallelInCurrentContext, ProfilingConfig, SpanId, TraceId,
    current_context, init_observability, observe,
};
use profiling_support::{Folder, Pprof, process_cpu, thread_cpu};
use rayon::iter::{IntoParallelIterator, ParallelIterator};

/// Spans that each trace had, to be compared with those of its samples.
static SPANS: Mutex<BTreeMap<usize, BTreeSet<String>>> = Mutex::new(BTreeMap::new());

/// How many traces, functions and sites there are.
const TRACES: usize = 6;
/// What each of the three kinds of work uses of the processor, in milliseconds; more where the variable says so.
const BUDGET: u64 = 6500;
const LONGER: &str = "PROFILING_LABELS_MILLIS";
const PIECE: Duration = Duration::from_millis(3);

fn trace_id(number: usize) -> TraceId {
    // As random as a real one in those bits that decide what is labelled.
    let low = (number as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    TraceId::from_hex(&format!("7a3c5e9f1b2d4680{low:016x}")).expect("valid")
}

fn caller(number: usize) -> CapturedContext {
    let span = SpanId::from_hex("00f067aa0ba902b7").expect("valid");
    let context = Context::remote(trace_id(number), span, true).expect("valid");
    CapturedContext::from(context).with_request_id(&format!("request-{number}"))
}

/// The CPU time of the process at which a kind of work ends that begins now.
fn end() -> Duration {
    let longer = std::env::var(LONGER).ok().map(|millis| millis.parse().expect("milliseconds"));
    process_cpu() + Duration::from_millis(longer.unwrap_or(BUDGET))
}

fn spin(budget: Duration) -> u64 {
    let end = thread_cpu() + budget;
    let mut state = 1_u64;
    while thread_cpu() < end {
        for _ in 0..2000 {
            state = black_box(state.wrapping_mul(6_364_136_223_846_793_005).rotate_left(17));
        }
    }
    state
}

/// Called within the observed call alone, so that all of its samples belong to it.
fn note(number: usize) {
    let span = current_context().expect("within a call").span_id().to_string();
    SPANS.lock().expect("no panic").entry(number).or_default().insert(span);
}

/// For each trace a function that only it calls, and a site of each kind.
macro_rules! traces {
    ($($number:literal $marker:ident $call:ident $task:ident $site:literal $task_site:literal),*) => {
        $(
            #[inline(never)]
            fn $marker(budget: Duration) -> u64 {
                black_box(spin(black_box(budget)))
            }

            #[observe(name = $site)]
            fn $call(parallel: bool) {
                note($number);
                if parallel {
                    (0..8).into_par_iter().in_current_context().for_each(|_| {
                        black_box($marker(PIECE));
                    });
                } else {
                    $marker(PIECE);
                }
            }

            #[observe(name = $task_site)]
            async fn $task(pieces: u32) {
                note($number);
                for _ in 0..pieces {
                    $marker(PIECE);
                    // The next piece may be done on another thread.
                    tokio::task::yield_now().await;
                }
            }
        )*
        const MARKERS: [&str; TRACES] = [$(stringify!($marker)),*];
        const SITES: [[&str; 2]; TRACES] = [$([$site, $task_site]),*];
        fn call(number: usize, parallel: bool) {
            match number { $($number => $call(parallel),)* _ => unreachable!() }
        }
        async fn task(number: usize, pieces: u32) {
            match number { $($number => $task(pieces).await,)* _ => unreachable!() }
        }
    };
}

traces! {
    0 marker_red call_red task_red "red" "red task",
    1 marker_green call_green task_green "green" "green task",
    2 marker_blue call_blue task_blue "blue" "blue task",
    3 marker_white call_white task_white "white" "white task",
    4 marker_black call_black task_black "black" "black task",
    5 marker_grey call_grey task_grey "grey" "grey task"
}

/// Threads that work for one trace after another.
fn threads() {
    let end = end();
    std::thread::scope(|scope| {
        for first in 0..3 {
            let work = move || {
                for number in (0..TRACES).cycle().skip(first).take_while(|_| process_cpu() < end) {
                    caller(number).run(|| call(number, false));
                }
            };
            std::thread::Builder::new()
                .name(format!("worker-{first}"))
                .spawn_scoped(scope, work)
                .expect("spawned");
        }
    });
}

/// Tasks that hop between workers at each of their pieces.
fn tasks() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(3).build().expect("a runtime");
    let end = end();
    while process_cpu() < end {
        let tasks: Vec<_> = (0..2 * TRACES).map(|number| runtime.spawn(scoped(number % TRACES))).collect();
        tasks.into_iter().for_each(|task| runtime.block_on(task).expect("no panic"));
    }
}

fn scoped(number: usize) -> InContext<impl Future<Output = ()>> {
    caller(number).scope(async move {
        task(number, 6).await;
        // A task of its own, below.
        let inner = async move { task(number, 2).await }.in_current_context();
        tokio::spawn(inner).await.expect("no panic");
    })
}

/// Parallel iterators that are given the context of the call around them; several at once, so that threads of the pool take what is
/// another's.
fn parallel() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().expect("a pool");
    let end = end();
    std::thread::scope(|scope| {
        for first in 0..2 {
            let pool = &pool;
            scope.spawn(move || {
                for number in (first..TRACES).step_by(2).cycle().take_while(|_| process_cpu() < end) {
                    caller(number).run(|| pool.install_carrying(number));
                }
            });
        }
    });
}

trait InstallCarrying {
    fn install_carrying(&self, number: usize);
}

impl InstallCarrying for rayon::ThreadPool {
    fn install_carrying(&self, number: usize) {
        let captured = CapturedContext::capture();
        self.install(|| captured.run(|| call(number, true)));
    }
}

/// Which trace the stack of a sample belongs to.
fn truth(sample: &CpuSample<'_>) -> Option<usize> {
    let marked: BTreeSet<usize> = sample
        .functions()
        .filter_map(|function| MARKERS.iter().position(|marker| function.ends_with(marker)))
        .collect();
    // A thread of the pool that waits may take another's piece: then the innermost counts.
    let innermost =
        sample.functions().find_map(|function| MARKERS.iter().position(|marker| function.ends_with(marker)));
    innermost.filter(|_| !marked.is_empty())
}

/// Right, wrong and missing labels among the samples whose trace is known.
fn compare(profile: &CpuProfile) -> (usize, Vec<String>) {
    let spans = SPANS.lock().expect("no panic");
    let (mut right, mut wrong) = (0, Vec::new());
    for sample in profile.samples() {
        let Some(number) = truth(&sample) else { continue };
        let (id, request) = (trace_id(number), format!("request-{number}"));
        let span = sample.span_id().map(|span| span.to_string()).unwrap_or_default();
        let is_right = sample.trace_id() == Some(id)
            && sample.site().is_some_and(|site| SITES[number].contains(&site))
            && sample.request_id() == Some(&request)
            && spans[&number].contains(&span)
            && !sample.thread().is_empty();
        if is_right {
            right += 1;
        } else {
            wrong.push(format!("{number}: {sample:?}"));
        }
    }
    (right, wrong)
}

fn profiler(folder: &Folder, frequency_hz: u32, sample_rate: f64) -> CpuProfiler {
    let output_dir = folder.join("profiles");
    let config = ProfilingConfig { output_dir, frequency_hz, sample_rate, ..Default::default() };
    CpuProfiler::new(&config).expect("a valid configuration")
}

fn observability(folder: &Folder) -> ObservabilityManager {
    let mut config = ObservabilityConfig::default();
    config.logging.level = "warn".to_owned();
    config.logging.output =
        feagi_observability::LogOutput::File(folder.join("log.jsonl").to_string_lossy().into_owned());
    init_observability(&config).expect("a valid configuration")
}

#[test]
fn every_sample_of_an_observed_call_carries_the_labels_of_its_trace_and_no_others() {
    let folder = Folder::new("labels");
    let observability = observability(&folder);
    for (kind, work) in [("threads", threads as fn()), ("tasks", tasks), ("parallel", parallel)] {
        let profiler = profiler(&folder, 997, 1.0);
        profiler.start().expect("started");
        let cpu = process_cpu();
        work();
        let cpu = process_cpu() - cpu;
        let profile = profiler.finish().expect("stopped");
        let (right, wrong) = compare(&profile);
        println!(
            "{kind}: {right} samples right, {} wrong, of {} in {cpu:?}",
            wrong.len(),
            profile.samples().len()
        );
        assert!(
            wrong.is_empty(),
            "{kind}: {right} right, {} wrong: {:#?}",
            wrong.len(),
            &wrong[..wrong.len().min(5)]
        );
        // The kernel's tick is hardly ever slower than 100 Hz; at 250 Hz it is two and a half times as many.
        assert!(right as f64 > 60.0 * cpu.as_secs_f64(), "{kind}: only {right} samples in {cpu:?}");
        let share = profile.cpu_time().as_secs_f64() / cpu.as_secs_f64();
        assert!((0.95..1.05).contains(&share), "{kind}: {share} of {cpu:?}");
        files_agree(&folder, &profile);
    }
    let page = observability.telemetry().export_metrics();
    let labelled =
        page.lines().find(|line| line.starts_with("obs_profile_samples_total{outcome=\"labelled\"}"));
    let count: f64 =
        labelled.and_then(|line| line.split(' ').nth(1)?.parse().ok()).unwrap_or_else(|| panic!("{page}"));
    assert!(count > 1000.0, "{count}");
    thinned(&folder);
}

/// What was compared is what the file says.
fn files_agree(folder: &Folder, profile: &CpuProfile) {
    let path = profile.write(&folder.join("written")).expect("written");
    let pprof = Pprof::read(&path);
    let of = |labels: &[(String, String)], key: &str| {
        labels.iter().find(|(name, _)| name == key).map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let mut written: BTreeMap<[String; 5], u64> = BTreeMap::new();
    let keys = ["thread", "observe", "trace_id", "span_id", "request_id"];
    for sample in &pprof.samples {
        *written.entry(keys.map(|key| of(&sample.labels, key))).or_default() += sample.values[1];
    }
    let mut held: BTreeMap<[String; 5], u64> = BTreeMap::new();
    for sample in profile.samples() {
        let labels = [
            sample.thread().to_owned(),
            sample.site().unwrap_or_default().to_owned(),
            sample.trace_id().map(|id| id.to_string()).unwrap_or_default(),
            sample.span_id().map(|id| id.to_string()).unwrap_or_default(),
            sample.request_id().unwrap_or_default().to_owned(),
        ];
        *held.entry(labels).or_default() += sample.cpu_time().as_nanos() as u64;
    }
    assert_eq!(written, held);
}

/// A part of the traces has no labels: the same ones whenever they are asked for.
fn thinned(folder: &Folder) {
    let of_rate = |rate| {
        let profiler = profiler(folder, 997, rate);
        profiler.start().expect("started");
        for _ in 0..5 {
            (0..TRACES).for_each(|number| caller(number).run(|| call(number, false)));
        }
        let profile = profiler.finish().expect("stopped");
        let labelled: BTreeSet<_> = profile.samples().filter_map(|sample| sample.trace_id()).collect();
        let unlabelled: BTreeSet<_> = profile
            .samples()
            .filter(|sample| sample.trace_id().is_none() && sample.site().is_none())
            .filter_map(|sample| truth(&sample))
            .map(trace_id)
            .collect();
        assert!(labelled.is_disjoint(&unlabelled), "{labelled:?} {unlabelled:?}");
        assert!(!(labelled.is_empty() && unlabelled.is_empty()), "some samples");
        labelled
    };
    assert_eq!(of_rate(0.0), BTreeSet::new());
    let (half, again) = (of_rate(0.5), of_rate(0.5));
    let kept =
        |id: &TraceId| u64::from_be_bytes(id.to_bytes()[8..].try_into().expect("8 bytes")) << 8 >= 1 << 63;
    assert!(half.iter().chain(&again).all(kept), "{half:?}");
}
