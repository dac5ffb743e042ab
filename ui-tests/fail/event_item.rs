//! Events are structs with named fields, and of one type each. The item stays, and so do `emit` and the macros.

#![allow(unused)]

use feagi_observability::Event;

#[derive(Event)]
struct Tuple(u64, u64);

#[derive(Event)]
struct EmptyTuple();

#[derive(Event)]
enum Enum {
    A,
}

#[derive(Event)]
union Union {
    a: u8,
    b: u16,
}

#[derive(Event)]
struct Generic<'a, T, const N: usize> {
    a: &'a [T; N],
}

#[derive(Event)]
#[event(macros)]
struct Broken(u64);

fn main() {
    Tuple(1, 2).emit();
    Enum::A.emit();
    Generic { a: &[1] }.emit();
    Broken(1).emit();
    broken_info!(a = 1);
}
