//! One writer and one reader.

use super::super::ring::{Ring, lines_and_spans};
use super::push;
use crate::sync::{check, thread};
use std::sync::Arc;

/// What has come out, each record whole.
fn drain(ring: &Ring, into: &mut Vec<u64>) {
    ring.drain(|header, fields| {
        assert!(fields.iter().all(|byte| *byte == header.start as u8), "a record in two pieces");
        into.push(header.start);
    });
}

/// Writes so many records while the reader drains now and then, and once at the end.
fn all_that_is_accepted_is_read(records: u64, bytes: usize, drains: usize) {
    let ring = Arc::new(Ring::new());
    let writer = thread::spawn({
        let ring = Arc::clone(&ring);
        move || (0..records).filter(|number| push(&ring, *number, bytes)).collect::<Vec<_>>()
    });
    let mut read = Vec::new();
    (0..drains).for_each(|_| drain(&ring, &mut read));
    let accepted = writer.join().unwrap();
    drain(&ring, &mut read);
    assert_eq!(read, accepted, "once, in order");
    let [dropped, _] = lines_and_spans(&ring.counts.dropped);
    assert_eq!(lines_and_spans(&ring.counts.emitted), [records, 0]);
    assert_eq!(dropped, records - accepted.len() as u64);
    assert!(ring.is_empty());
}

#[test]
fn every_accepted_record_is_read_once_whole_and_in_order_and_the_others_are_counted() {
    // Four fit; none fits what is left at the end of the buffer.
    check(3, || all_that_is_accepted_is_read(6, 40, 2));
}

#[test]
fn records_that_fill_the_buffer_to_its_last_byte_wrap_without_padding() {
    check(3, || all_that_is_accepted_is_read(6, 64, 2));
}

#[test]
fn a_ring_takes_what_fills_it_to_the_last_byte_and_not_one_record_more() {
    check(3, || all_that_is_accepted_is_read(9, 0, 1));
}

#[test]
fn a_reader_that_comes_often_sees_the_buffer_go_round_more_than_once() {
    check(3, || all_that_is_accepted_is_read(7, 104, 3));
}

#[test]
fn a_ring_is_handed_from_writer_to_writer_with_all_that_it_knows() {
    check(3, || {
        let ring = Arc::new(Ring::new());
        let write = |numbers: std::ops::Range<u64>| {
            let ring = Arc::clone(&ring);
            move || numbers.filter(|number| push(&ring, *number, 104)).count()
        };
        let first = thread::spawn(write(0..2));
        let mut read = Vec::new();
        drain(&ring, &mut read);
        let mut accepted = first.join().unwrap();
        let second = thread::spawn(write(2..5));
        drain(&ring, &mut read);
        accepted += second.join().unwrap();
        drain(&ring, &mut read);
        assert!(read.is_sorted() && read.len() == accepted);
        assert_eq!(lines_and_spans(&ring.counts.emitted), [5, 0]);
    });
}
