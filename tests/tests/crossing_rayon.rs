//! A context that goes into rayon's pool: exact on every thread, whoever takes whose work.

use feagi_observability::{
    CapturedContext, ParallelInCurrentContext, carry, current_context, observe, with_request_id,
};
use feagi_observability_tests::shared::{Place, Shared, assert_child, called_by, caller, ids, place};
use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, IntoParallelRefIterator, ParallelIterator};
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Barrier, Mutex, OnceLock};

const NOWHERE: Place = (None, None);

fn running() -> &'static Shared {
    static RUNNING: OnceLock<Shared> = OnceLock::new();
    RUNNING.get_or_init(|| Shared::start(env!("CARGO_TARGET_TMPDIR"), "crossing-rayon"))
}

fn from(number: u64) -> CapturedContext {
    CapturedContext::from(caller(number)).with_request_id(&format!("r-{number}"))
}

fn called(number: u64) -> Place {
    called_by(number, Some(&format!("r-{number}")))
}

fn pool(threads: usize) -> ThreadPool {
    ThreadPoolBuilder::new().num_threads(threads).build().unwrap()
}

#[observe(name = "neuron")]
fn neuron(_n: u64) {}

#[test]
fn every_item_is_a_child_of_the_call_that_runs_the_iterator() {
    #[observe(name = "burst on the pool")]
    fn burst(pool: &ThreadPool) {
        // As many pieces as threads, of which each waits for all others: no thread does another's.
        let meet = Barrier::new(4);
        with_request_id("r-burst", || {
            pool.install(carry(|| {
                (0..400).into_par_iter().in_current_context().for_each(neuron);
                let met = (0..4_u32).into_par_iter().with_max_len(1).in_current_context();
                met.for_each(|n| {
                    meet.wait();
                    neuron(n.into());
                });
            }));
        });
    }
    let running = running();
    burst(&pool(4));
    let (burst, neurons) = (running.line("burst on the pool"), running.lines("neuron"));
    let own: Vec<_> = neurons.iter().filter(|line| line["trace_id"] == burst["trace_id"]).collect();
    assert_eq!(own.len(), 404);
    for line in &own {
        assert_child(line, &burst);
        assert_eq!(line["request_id"], "r-burst");
    }
    let threads: HashSet<_> = own.iter().map(|line| line["thread_id"].as_u64()).collect();
    assert_eq!(threads.len(), 4);
}

#[test]
fn what_a_thread_takes_while_it_waits_runs_in_its_own_context_and_it_is_back_after() {
    running();
    // One thread: whatever waits takes the work of all others.
    let pool = pool(1);
    let check = |number: u64| assert_eq!(place(), called(number));
    pool.install(|| {
        rayon::scope(|scope| {
            for number in 1..=20 {
                let work = from(number).run(|| {
                    carry(move || {
                        check(number);
                        rayon::join(carry(|| check(number)), carry(|| check(number)));
                        check(number);
                        (0..10).into_par_iter().in_current_context().for_each(|_| {
                            check(number);
                            // Meanwhile other numbers' work may be taken.
                            rayon::yield_now();
                            check(number);
                        });
                        check(number);
                    })
                });
                scope.spawn(|_| work());
            }
        });
        assert_eq!(place(), NOWHERE);
    });
}

#[test]
fn what_is_stolen_by_a_thread_that_waits_within_another_context_is_not_seen_in_that_one() {
    running();
    let pool = pool(2);
    let here = CapturedContext::capture();
    let (tasks, wrong) = (200_u64, Mutex::new(Vec::new()));
    let check = |expected: Place| {
        let seen = place();
        if seen != expected {
            wrong.lock().unwrap().push((seen, expected));
        }
    };
    pool.scope(|scope| {
        for number in 1..=tasks {
            let (captured, expected) = match number % 3 {
                0 => (here.clone(), NOWHERE),
                _ => (from(number), called(number)),
            };
            scope.spawn(move |_| {
                captured.run(|| {
                    check(expected.clone());
                    let sum: u32 = (0..100_u32)
                        .into_par_iter()
                        .with_max_len(1)
                        .in_current_context()
                        .map(|n| {
                            check(expected.clone());
                            n
                        })
                        .sum();
                    assert_eq!(sum, 4950);
                    check(expected.clone());
                });
            });
        }
    });
    assert_eq!(*wrong.lock().unwrap(), []);
    pool.broadcast(|_| assert_eq!(place(), NOWHERE));
}

#[test]
fn all_that_the_user_gives_an_iterator_is_called_in_the_context() {
    running();
    let pool = pool(3);
    let at_home = |_: &u64| assert_eq!(place(), called(30));
    let sums = from(30).run(|| {
        pool.install(carry(|| {
            let numbers: Vec<u64> = (0..1000).collect();
            numbers
                .par_iter()
                .enumerate()
                .map(|(index, n)| {
                    at_home(n);
                    index as u64 + n
                })
                .in_current_context()
                .inspect(at_home)
                .map_init(|| at_home(&0), |(), n| n)
                .fold(
                    || {
                        at_home(&0);
                        0
                    },
                    |sum, n| sum + n,
                )
                .reduce(
                    || 0,
                    |a, b| {
                        at_home(&a);
                        a + b
                    },
                )
        }))
    });
    assert_eq!(sums, 2 * 499_500);
}

#[test]
fn length_order_and_early_ends_are_those_of_the_iterator() {
    running();
    let pool = pool(3);
    let collected: Vec<u64> =
        pool.install(|| (0..10_000_u64).into_par_iter().in_current_context().map(|n| n * 2).collect());
    assert!(collected.iter().enumerate().all(|(index, n)| *n == 2 * index as u64));
    assert_eq!((0..77).into_par_iter().in_current_context().opt_len(), Some(77));
    let found = pool.install(|| (0..10_000).into_par_iter().in_current_context().find_first(|n| *n > 99));
    assert_eq!(found, Some(100));
    let flat: Vec<u64> = pool.install(|| {
        (0..10_u64).into_par_iter().in_current_context().flat_map(|n| (0..n).into_par_iter()).collect()
    });
    assert_eq!(flat, (0..10).flat_map(|n| 0..n).collect::<Vec<u64>>());
}

#[test]
fn a_panic_in_the_pool_leaves_its_threads_in_no_context() {
    running();
    let pool = pool(2);
    let unwound = catch_unwind(AssertUnwindSafe(|| {
        from(40).run(|| {
            pool.install(carry(|| {
                (0..100).into_par_iter().in_current_context().for_each(|n| assert_ne!(n, 50, "on purpose"));
            }));
        });
    }));
    assert!(unwound.is_err());
    assert_eq!(place(), NOWHERE);
    pool.broadcast(|_| assert_eq!(place(), NOWHERE));
}

#[test]
fn without_a_context_nothing_is_inherited_from_whoever_waits() {
    running();
    let pool = pool(2);
    let ids: Vec<_> = pool
        .install(|| (0..100).into_par_iter().in_current_context().map(|_| ids(current_context())).collect());
    assert!(ids.iter().all(Option::is_none));
}

#[test]
fn before_what_counts_or_pairs_items_it_is_as_behind_it() {
    running();
    let pool = pool(3);
    let at_home = || assert_eq!(place(), called(50));
    let sums: Vec<usize> = from(50).run(|| {
        pool.install(carry(|| {
            let other = (0..500_usize).into_par_iter().map(|n| {
                at_home();
                n
            });
            let chunks =
                (0..1000_usize).into_par_iter().in_current_context().zip(other).chunks(7).enumerate();
            assert_eq!(chunks.len(), 72);
            chunks
                .map(|(index, chunk)| {
                    at_home();
                    assert_eq!(chunk[0], (7 * index, 7 * index));
                    chunk.len()
                })
                .fold(
                    || {
                        at_home();
                        Vec::new()
                    },
                    |mut all, one| {
                        all.push(one);
                        all
                    },
                )
                .reduce(Vec::new, |mut left, right| {
                    at_home();
                    left.extend(right);
                    left
                })
        }))
    });
    assert_eq!((sums.len(), sums.iter().sum::<usize>(), sums[71]), (72, 500, 3));
    let numbers = || (0..100).into_par_iter().in_current_context();
    let last: Vec<i32> = pool.install(|| numbers().rev().skip(10).step_by(30).take(2).collect());
    assert_eq!(last, [89, 59]);
    let pieces = |n: i32| {
        assert_ne!(rayon::current_thread_index(), None);
        n
    };
    let sum: i32 = pool.install(|| numbers().with_min_len(10).with_max_len(20).map(pieces).sum());
    assert_eq!(sum, 4950);
    pool.broadcast(|_| assert_eq!(place(), NOWHERE));
}
