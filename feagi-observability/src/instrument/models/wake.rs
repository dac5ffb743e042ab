//! The collector's sleep. Its time-out never comes here: what nobody wakes sleeps for ever, and that ends the model.

use super::super::{registry, wake};
use super::Writer;
use crate::sync::{AtomicU64, check, thread};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

/// Half of the ring, the record that goes beyond it, and one more by which that one can be seen.
const PAST_HALF: u64 = 6;

#[test]
fn a_writer_that_goes_on_beyond_half_wakes_the_collector_whenever_it_went_to_sleep() {
    check(3, || {
        wake::set_collector(Some(thread::current()));
        let writer = thread::spawn(|| {
            let writer = Writer::attach();
            assert!((0..PAST_HALF).all(|number| writer.write(number)));
        });
        let mut seen = 0;
        loop {
            registry::visit_threads(|thread| thread.ring.drain(|_, _| seen += 1));
            if seen > 0 {
                break;
            }
            wake::sleep(Duration::from_millis(50), registry::is_any_past_half);
        }
        writer.join().unwrap();
        registry::visit_threads(|thread| thread.ring.drain(|_, _| seen += 1));
        assert_eq!(seen, PAST_HALF);
    });
}

#[test]
fn of_several_writers_one_wakes_the_collector_and_none_does_so_in_vain() {
    check(3, || {
        wake::set_collector(Some(thread::current()));
        let written = Arc::new(AtomicU64::new(0));
        let writers = [(); 2].map(|()| {
            let written = Arc::clone(&written);
            thread::spawn(move || {
                written.fetch_add(1, Relaxed);
                wake::wake()
            })
        });
        wake::sleep(Duration::from_millis(50), || written.load(Relaxed) == 2);
        let woken = writers.map(|writer| writer.join().unwrap()).into_iter().filter(|woke| *woke).count();
        assert!(woken <= 1, "two system calls for one sleep");
    });
}
