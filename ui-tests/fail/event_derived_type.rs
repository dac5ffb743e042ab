//! A field whose type cannot be what the attribute says is pointed at.

#![allow(unused)]

use feagi_observability::Event;

struct Opaque;

#[derive(Event)]
#[event(macros)]
struct Types {
    plain: Opaque,
    #[event(display)]
    shown: Opaque,
    #[event(debug)]
    debugged: Opaque,
    #[event(counter)]
    counted: String,
    #[event(gauge)]
    set: Option<u8>,
    #[event(histogram)]
    sorted: Vec<u8>,
}

fn main() {}
