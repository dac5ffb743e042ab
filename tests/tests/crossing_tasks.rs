//! A context that goes with a future: over threads and tasks, also where it is cancelled, panics or holds guards over an await.

use feagi_observability::{
    CapturedContext, InContext, InCurrentContext, Spawn, Spawner, TaskContexts, current_context, observe,
    with_request_id,
};
use feagi_observability_tests::shared::{Place, Shared, assert_child, called_by, caller, ids, place};
use std::collections::HashSet;
use std::future::Future;
use std::mem::forget;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Barrier, Mutex, OnceLock};
use std::task::{Context, Poll, Waker};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::{JoinHandle, yield_now};

const NOWHERE: Place = (None, None);

fn running() -> &'static Shared {
    static RUNNING: OnceLock<Shared> = OnceLock::new();
    RUNNING.get_or_init(|| Shared::start(env!("CARGO_TARGET_TMPDIR"), "crossing-tasks"))
}

fn from(number: u64) -> CapturedContext {
    CapturedContext::from(caller(number)).with_request_id(&format!("r-{number}"))
}

fn called(number: u64) -> Place {
    called_by(number, Some(&format!("r-{number}")))
}

fn workers() -> Runtime {
    Builder::new_multi_thread().worker_threads(4).build().unwrap()
}

fn poll<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[observe(name = "step of a task")]
fn step(_task: u64) {}

/// Sees the same place at every step.
async fn walks(task: u64, expected: Place) {
    for _ in 0..20 {
        assert_eq!(place(), expected);
        step(task);
        yield_now().await;
    }
}

#[test]
fn many_tasks_on_a_few_workers_each_keep_the_context_that_they_were_spawned_in() {
    #[observe(name = "request", fields(number))]
    async fn request(number: u64, meet: Arc<Barrier>) {
        if number < 2 {
            // These two are on different workers now.
            meet.wait();
            step(number);
        }
        let here = ids(current_context());
        let id = format!("r-{number}");
        let task = tokio::spawn(walks(number, (here, Some(id.clone()))).with_request_id(&id));
        let inner = tokio::spawn(async move { walks(number, (here, None)).await }.in_current_context());
        task.await.unwrap();
        inner.await.unwrap();
        assert_eq!((ids(current_context()), place().1), (here, None));
    }
    let running = running();
    let runtime = workers();
    let meet = Arc::new(Barrier::new(2));
    let requests: Vec<_> = (0..50).map(|number| runtime.spawn(request(number, Arc::clone(&meet)))).collect();
    requests.into_iter().for_each(|request| runtime.block_on(request).unwrap());
    let handle = runtime.handle().clone();
    // What a worker is in between two tasks.
    runtime.block_on(async move { handle.spawn(async { assert_eq!(place(), NOWHERE) }).await.unwrap() });

    let (requests, steps) = (running.lines("request"), running.lines("step of a task"));
    assert_eq!(requests.len(), 50);
    for request in &requests {
        let own: Vec<_> = steps.iter().filter(|step| step["trace_id"] == request["trace_id"]).collect();
        let number = request["fields"]["number"].as_u64().unwrap();
        assert_eq!(own.len(), if number < 2 { 41 } else { 40 });
        own.iter().for_each(|step| assert_child(step, request));
        let id = format!("r-{number}");
        assert_eq!(own.iter().filter(|step| step["request_id"] == id.as_str()).count(), 20);
    }
    let of_requests =
        steps.iter().filter(|step| requests.iter().any(|of| of["trace_id"] == step["trace_id"]));
    let threads: HashSet<_> = of_requests.map(|step| step["thread_id"].as_u64()).collect();
    assert!(threads.len() > 1, "the steps were made on several workers");
}

#[test]
fn a_future_that_is_handed_from_thread_to_thread_keeps_its_context_and_leaves_theirs() {
    running();
    let mut future = Box::pin(from(1).scope(walks(1, called(1))));
    for round in 0..20 {
        let guard_number = 100 + round;
        future = std::thread::spawn(move || {
            let _guard = from(guard_number).attach();
            assert!(poll(future.as_mut()).is_pending());
            assert_eq!(place(), called(guard_number));
            future
        })
        .join()
        .unwrap();
    }
    assert!(poll(future.as_mut()).is_ready());
    assert_eq!(place(), NOWHERE);
}

/// Says where it was dropped.
struct Dropped(Arc<Mutex<Option<Place>>>);

impl Drop for Dropped {
    fn drop(&mut self) {
        *self.0.lock().unwrap() = Some(place());
    }
}

#[test]
fn a_future_that_is_cancelled_is_dropped_in_its_context_wherever_that_is() {
    running();
    let seen = Arc::new(Mutex::new(None));
    let held = Dropped(Arc::clone(&seen));
    let mut future = Box::pin(from(2).scope(async move {
        let _held = held;
        std::future::pending::<()>().await;
    }));
    assert!(poll(future.as_mut()).is_pending());
    let after = std::thread::spawn(move || {
        let _guard = from(3).attach();
        drop(future);
        place()
    });
    assert_eq!(after.join().unwrap(), called(3));
    assert_eq!(seen.lock().unwrap().take(), Some(called(2)));

    let held = Dropped(Arc::clone(&seen));
    let runtime = workers();
    let task = runtime.spawn(with_request_id("r-aborted", || {
        async move {
            let _held = held;
            std::future::pending::<()>().await;
        }
        .in_current_context()
    }));
    task.abort();
    assert!(runtime.block_on(task).unwrap_err().is_cancelled());
    assert_eq!(seen.lock().unwrap().take(), Some((None, Some("r-aborted".to_owned()))));
}

#[test]
fn a_future_that_panics_leaves_the_context_that_was_there() {
    running();
    let mut future = Box::pin(from(4).scope(async {
        forget(from(5).attach());
        yield_now().await;
    }));
    let _guard = from(6).attach();
    assert!(poll(future.as_mut()).is_pending());
    assert_eq!(place(), called(6), "a guard that was forgotten within a poll ends with it");
    let mut future = Box::pin(from(4).scope(async {
        forget(from(5).attach());
        panic!("on purpose");
    }));
    assert!(catch_unwind(AssertUnwindSafe(|| poll(future.as_mut()))).is_err());
    assert_eq!(place(), called(6));
}

#[test]
fn guards_that_are_held_over_an_await_do_not_leak_into_other_tasks() {
    #[observe(name = "holds a guard over an await")]
    async fn holds(number: u64) {
        let guard = from(number).attach();
        yield_now().await;
        drop(guard);
    }
    running();
    let runtime = Builder::new_current_thread().build().unwrap();
    let local = tokio::task::LocalSet::new();
    let tasks: Vec<_> = (10..20)
        .flat_map(|number| {
            [
                local.spawn_local(holds(number)),
                local.spawn_local(async { assert_eq!(place(), NOWHERE) }),
                local.spawn_local(from(number).scope(async move { assert_eq!(place(), called(number)) })),
            ]
        })
        .collect();
    runtime.block_on(local);
    tasks.into_iter().for_each(|task| runtime.block_on(task).unwrap());
    assert_eq!(place(), NOWHERE);
}

struct Tokio(Handle);

impl Spawn for Tokio {
    type Handle<T: Send + 'static> = JoinHandle<T>;

    fn spawn<F>(&self, future: InContext<F>) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.0.spawn(future)
    }
}

#[test]
fn whatever_a_spawner_spawns_runs_in_the_context_of_who_asked_for_it() {
    running();
    let runtime = workers();
    let spawner = Arc::new(Spawner::new(Tokio(runtime.handle().clone())));
    let tasks: Vec<_> = (20..40)
        .map(|number| {
            from(number).run(|| {
                let inner = Arc::clone(&spawner);
                spawner.spawn(async move {
                    walks(number, called(number)).await;
                    inner.spawn(walks(number, called(number))).await.unwrap();
                })
            })
        })
        .collect();
    tasks.into_iter().for_each(|task| runtime.block_on(task).unwrap());
}

/// With its number.
type Task = (u64, Pin<Box<dyn Future<Output = ()> + Send>>);

/// A runtime with hooks, as tokio has them under `--cfg tokio_unstable`: tasks of one number each, polled in turns on threads of their own.
#[derive(Default)]
struct Hooked {
    contexts: TaskContexts<u64>,
    last: AtomicU64,
    tasks: Mutex<Vec<Task>>,
}

impl Hooked {
    fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) {
        let task = self.last.fetch_add(1, Relaxed);
        self.contexts.spawned(task);
        self.tasks.lock().unwrap().push((task, Box::pin(future)));
    }

    fn run(&self) {
        while let Some((task, mut future)) = {
            let mut tasks = self.tasks.lock().unwrap();
            if tasks.is_empty() { None } else { Some(tasks.remove(0)) }
        } {
            let future = std::thread::scope(|scope| {
                let polled = scope.spawn(move || {
                    self.contexts.before_poll(task);
                    let polled = poll(future.as_mut());
                    self.contexts.after_poll();
                    assert_eq!(place(), NOWHERE);
                    polled.is_pending().then_some(future)
                });
                polled.join().unwrap()
            });
            match future {
                Some(future) => self.tasks.lock().unwrap().push((task, future)),
                None => self.contexts.ended(task),
            }
        }
    }
}

#[test]
fn a_runtime_that_tells_of_its_tasks_runs_each_in_the_context_of_who_spawned_it() {
    running();
    let hooked = Arc::new(Hooked::default());
    for number in 50..60 {
        let inner = Arc::clone(&hooked);
        from(number).run(|| {
            hooked.spawn(async move {
                inner.spawn(walks(number, called(number)));
                walks(number, called(number)).await;
            });
        });
        hooked.spawn(walks(number, NOWHERE));
    }
    assert_eq!(hooked.contexts.len(), 10);
    hooked.run();
    assert!(hooked.contexts.is_empty());
}

#[test]
fn polls_within_polls_come_back_to_the_outer_one() {
    running();
    let contexts = TaskContexts::new();
    from(61).run(|| contexts.spawned(1));
    contexts.before_poll(1);
    assert_eq!(place(), called(61));
    contexts.before_poll(2);
    assert_eq!(place(), NOWHERE, "a task that was spawned in no context is in none");
    contexts.after_poll();
    assert_eq!(place(), called(61));
    contexts.after_poll();
    assert_eq!(place(), NOWHERE);
}
