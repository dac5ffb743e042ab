//! A program that has its heap profiled, and knows what the profile has to say.
//!
//! usage: heap_profile use | calls | storm | fork FOLDER
//!
//! Leaves `heap.pb.gz`, `heap.svg` where something is in use, and `truth.json`. Ends with an error if the library refuses something.

use feagi_observability::{
    FeagiAlloc, InCurrentContext, LogFormat, LogOutput, LoggingConfig, MemoryProfiler, ObservabilityConfig,
    ProfilingConfig, current_context, init_observability, observe, with_request_id,
};
use serde_json::{Value, json};
use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

#[global_allocator]
static ALLOC: FeagiAlloc = FeagiAlloc::new();

type Answer = Result<Value, Box<dyn Error>>;

fn profiling(folder: &Path, heap_sample_bytes: u64) -> ProfilingConfig {
    ProfilingConfig {
        memory_profiling: true,
        output_dir: folder.to_owned(),
        heap_sample_bytes,
        ..Default::default()
    }
}

fn started(folder: &Path, heap_sample_bytes: u64) -> Result<MemoryProfiler, Box<dyn Error>> {
    let profiler = MemoryProfiler::with_config(&profiling(folder, heap_sample_bytes))?;
    profiler.start()?;
    Ok(profiler)
}

/// Numbers that look like chance and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % limit) as usize
    }
}

#[inline(never)]
fn weave_dendrites(size: usize) -> Vec<u8> {
    black_box(Vec::with_capacity(size))
}

/// Grows in steps, so that it moves.
#[inline(never)]
fn grow_axons(size: usize) -> Vec<u8> {
    let mut block = Vec::new();
    for part in [size / 4, size / 2, size] {
        block.reserve_exact(part);
    }
    black_box(block)
}

/// Small ones, middle ones, and now and then a large one.
fn size(dice: &mut Dice) -> usize {
    match dice.below(1000) {
        0 => 100_000 + dice.below(900_000),
        1..300 => 500 + dice.below(8000),
        _ => 8 + dice.below(500),
    }
}

/// Two thirds of all are freed, half of those by another thread; more than 100 MiB stay.
fn in_use(folder: &Path) -> Answer {
    let profiler = started(folder, 8 << 10)?;
    let (sender, receiver) = mpsc::sync_channel::<Vec<Vec<u8>>>(16);
    let other = thread::spawn(move || receiver.into_iter().for_each(drop));
    let mut dice = Dice(7);
    let (mut kept, mut allocated) = (Vec::new(), 0_u64);
    let mut live = 0_u64;
    while live < 120 << 20 {
        let mut blocks: Vec<_> = (0..60)
            .map(|i| if i % 4 == 0 { grow_axons(size(&mut dice)) } else { weave_dendrites(size(&mut dice)) })
            .collect();
        allocated += blocks.iter().map(|block| block.capacity() as u64).sum::<u64>();
        sender.send(blocks.drain(..20).collect())?;
        drop(blocks.drain(..20));
        live += blocks.iter().map(|block| block.capacity() as u64).sum::<u64>();
        kept.extend(blocks);
    }
    drop(sender);
    other.join().map_err(|_| "the other thread has panicked")?;
    let axons = kept
        .chunks(20)
        .flat_map(|chunk| chunk.iter().step_by(4))
        .map(|block| block.capacity())
        .sum::<usize>();
    profiler.stop()?;
    Ok(json!({ "bytes": live, "blocks": kept.len(), "allocated": allocated, "axons": axons }))
}

/// What each call says of itself, to be compared with the labels of what it has allocated.
static TRUTH: Mutex<Vec<Value>> = Mutex::new(Vec::new());

fn tell(observe: &str, request: &str) {
    let Some(context) = current_context() else { return };
    let truth = json!({
        "observe": observe,
        "thread": thread::current().name(),
        "request_id": request,
        "trace_id": context.trace_id().to_string(),
        "span_id": context.span_id().to_string(),
    });
    TRUTH.lock().expect("nobody panics").push(truth);
}

/// Only ever called by `cortex`, and so on: the stack says which call it must be.
#[inline(never)]
fn cortex_blocks() -> Vec<Vec<u8>> {
    black_box((0..20).map(|i| Vec::with_capacity(500 + i)).collect())
}

#[inline(never)]
fn thalamus_blocks() -> Vec<Vec<u8>> {
    black_box((0..20).map(|i| vec![1; 300 + i]).collect())
}

#[inline(never)]
fn wandering_blocks() -> Vec<Vec<u8>> {
    black_box((0..5).map(|i| Vec::with_capacity(700 + i)).collect())
}

#[inline(never)]
fn outside_blocks() -> Vec<Vec<u8>> {
    black_box((0..20).map(|i| Vec::with_capacity(400 + i)).collect())
}

#[observe(name = "cortex", log(on = "never"))]
fn cortex(request: &str) -> Vec<Vec<u8>> {
    tell("cortex", request);
    let mut blocks = cortex_blocks();
    blocks.extend(thalamus(request));
    blocks.extend(cortex_blocks());
    blocks
}

#[observe(name = "thalamus", log(on = "never"))]
fn thalamus(request: &str) -> Vec<Vec<u8>> {
    tell("thalamus", request);
    thalamus_blocks()
}

/// Goes on on another thread after each wait.
#[observe(name = "wandering", log(on = "never"))]
async fn wandering(request: String) -> Vec<Vec<u8>> {
    let mut blocks = Vec::new();
    for _ in 0..4 {
        tell("wandering", &request);
        blocks.extend(wandering_blocks());
        tokio::task::yield_now().await;
    }
    blocks
}

fn calls(folder: &Path) -> Answer {
    let log = folder.join("log.jsonl").to_string_lossy().into_owned();
    let observability = init_observability(&ObservabilityConfig {
        logging: LoggingConfig {
            format: LogFormat::Json,
            output: LogOutput::File(log),
            ..Default::default()
        },
        profiling: profiling(folder, 4 << 10),
        ..Default::default()
    })?;
    let profiler = observability.memory_profiler.as_ref().ok_or("no memory profiler")?;
    profiler.start()?;
    let mut kept = Vec::new();
    let thread = |number: usize| {
        let work = move || {
            let mut kept = Vec::new();
            for round in 0..100 {
                let request = format!("request-{number}-{round}");
                kept.extend(with_request_id(&request, || cortex(&request)));
                kept.extend(outside_blocks());
            }
            kept
        };
        thread::Builder::new().name(format!("worker-{number}")).spawn(work)
    };
    let threads: Vec<_> = (0..4).map(thread).collect::<Result<_, _>>()?;
    for thread in threads {
        kept.extend(thread.join().map_err(|_| "a thread has panicked")?);
    }
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(3).thread_name("tokio").build()?;
    let tasks: Vec<_> = (0..300)
        .map(|number| {
            let request = format!("task-{number}");
            runtime.spawn(with_request_id(request.clone(), || wandering(request).in_current_context()))
        })
        .collect();
    for task in tasks {
        kept.extend(runtime.block_on(task)?);
    }
    profiler.stop()?;
    drop(kept);
    drop(runtime);
    let truth = std::mem::take(&mut *TRUTH.lock().map_err(|_| "poisoned")?);
    Ok(Value::from(truth))
}

/// Every block is sampled, by threads that come and go, while the profile is written and started anew; in the end nothing is in use.
fn storm(folder: &Path) -> Answer {
    let profiler = started(folder, 1)?;
    let ends = AtomicBool::new(false);
    thread::scope(|scope| -> Result<(), Box<dyn Error>> {
        let churning = scope.spawn(|| {
            let mut threads = 0;
            while !ends.load(SeqCst) {
                let few: Vec<_> = (0..4).map(|i| thread::spawn(move || churn(i))).collect();
                threads += few.len();
                few.into_iter().for_each(|thread| drop(thread.join()));
            }
            threads
        });
        profiler.write()?;
        profiler.sample();
        profiler.stop()?;
        profiler.start()?;
        ends.store(true, SeqCst);
        churning.join().map_err(|_| "a thread has panicked")?;
        Ok(())
    })?;
    // A last run, to whose end nothing is left of what began in it.
    profiler.stop()?;
    profiler.start()?;
    for _ in 0..10 {
        let few: Vec<_> = (0..4).map(|i| thread::spawn(move || churn(i))).collect();
        few.into_iter().for_each(|thread| drop(thread.join()));
    }
    profiler.stop()?;
    let report = profiler.generate_report();
    let heap = report.heap_profile.ok_or("no profile")?;
    Ok(json!({ "lost": heap.lost, "untracked": heap.untracked }))
}

#[inline(never)]
fn churn(seed: u64) {
    let mut dice = Dice(seed);
    let blocks: Vec<_> = (0..50).map(|_| grow_axons(dice.below(4000) + 1)).collect();
    // The payload of a panic, and what unwinding frees.
    let caught = std::panic::catch_unwind(|| {
        let _held = weave_dendrites(100);
        std::panic::resume_unwind(Box::new(seed));
    });
    drop((blocks, caught));
}

/// The child of a profiled program goes on, and may write a profile of its own.
fn fork(folder: &Path) -> Answer {
    let profiler = started(folder, 512)?;
    let ends = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !ends.load(SeqCst) {
                churn(1);
            }
        });
        let mut answers = Vec::new();
        for round in 0..4 {
            // SAFETY: the child allocates, which glibc allows after a fork of a program with threads, and ends without destructors.
            let child = unsafe { libc::fork() };
            if child == 0 {
                (0..20).for_each(churn);
                let kept = weave_dendrites(1 << 20);
                let written = round % 2 == 1 || profiler.stop().is_ok();
                drop(kept);
                // SAFETY: ends the process.
                unsafe { libc::_exit(i32::from(!written)) };
            }
            answers.push(ended(child));
        }
        ends.store(true, SeqCst);
        profiler.stop()?;
        Ok(Value::from(answers))
    })
}

/// How a child has ended; one that hangs is killed.
fn ended(child: libc::pid_t) -> i32 {
    for _ in 0..3000 {
        let mut status = 0;
        // SAFETY: a child of ours, and a place for its status.
        if unsafe { libc::waitpid(child, &mut status, libc::WNOHANG) } == child {
            return status;
        }
        thread::sleep(Duration::from_millis(10));
    }
    // SAFETY: a child of ours that was not waited for.
    unsafe { libc::kill(child, libc::SIGKILL) };
    -1
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [mode, folder] = &arguments[..] else {
        eprintln!("usage: heap_profile use | calls | storm | fork FOLDER");
        return ExitCode::from(2);
    };
    let folder = Path::new(folder);
    let answer = match mode.as_str() {
        "use" => in_use(folder),
        "calls" => calls(folder),
        "storm" => storm(folder),
        "fork" => fork(folder),
        _ => Err("there is no such mode".into()),
    };
    let written = answer.and_then(|truth| Ok(fs::write(folder.join("truth.json"), truth.to_string())?));
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("heap_profile {mode}: {error}");
            ExitCode::FAILURE
        }
    }
}
