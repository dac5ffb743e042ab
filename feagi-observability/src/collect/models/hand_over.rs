//! Threads that end, and others that go on with what they had, while the collector reads.

use super::super::collector::Batch;
use crate::instrument::clock::WallClock;
use crate::instrument::models::Writer;
use crate::instrument::registry;
use crate::sync::{check, thread};

/// Threads' names with the lines that they wrote, as the collector puts them together.
fn read(into: &mut Vec<(String, u64)>) {
    let mut batch = Batch::default();
    batch.read(&WallClock::new());
    for record in &batch.records {
        into.push((batch.threads[record.thread].name.clone(), record.header.start));
    }
}

/// A thread that writes these lines and ends.
fn writer(name: &str, numbers: std::ops::Range<u64>) -> thread::JoinHandle<()> {
    let write = move || {
        let writer = Writer::attach();
        assert!(numbers.into_iter().all(|number| writer.write(number)));
    };
    thread::Builder::new().name(name.to_owned()).spawn(write).unwrap()
}

/// What was read, by thread.
fn of(read: &[(String, u64)], name: &str) -> Vec<u64> {
    read.iter().filter(|(thread, _)| thread == name).map(|(_, number)| *number).collect()
}

#[test]
fn no_record_of_an_ended_thread_is_lost_doubled_or_given_to_the_next() {
    check(3, || {
        let mut seen = Vec::new();
        let a = writer("a", 0..2);
        read(&mut seen);
        let b = writer("b", 10..11);
        read(&mut seen);
        a.join().unwrap();
        b.join().unwrap();
        read(&mut seen);
        assert_eq!((of(&seen, "a"), of(&seen, "b")), (vec![0, 1], vec![10]));
        assert_eq!(seen.len(), 3);
    });
}

#[test]
fn a_thread_that_comes_after_another_has_been_read_goes_on_with_its_ring() {
    check(3, || {
        let mut seen = Vec::new();
        let a = writer("a", 0..1);
        a.join().unwrap();
        read(&mut seen);
        let b = writer("b", 10..12);
        read(&mut seen);
        b.join().unwrap();
        read(&mut seen);
        assert_eq!((of(&seen, "a"), of(&seen, "b")), (vec![0], vec![10, 11]));
        assert_eq!(registry::all_threads().len(), 1, "the state was handed on");
    });
}
