//! What `#[event(…)]` takes on a field.

#![allow(unused)]

use feagi_observability::Event;

#[derive(Event)]
struct Fields {
    #[event]
    bare: u8,
    #[event(guage, name = "x", 5)]
    unknown: u8,
    #[event(counter = 5, gauge = , histogram = name)]
    metric_form: u8,
    #[event(label = true, redact("x"), display = "x", debug = 1)]
    flag_form: bool,
    #[event(gauge, gauge = "x", unit = "seconds", unit = "bytes")]
    twice: u8,
    #[event(rename = 5, unit = seconds, buckets)]
    text_form: u8,
}

#[derive(Event)]
struct Keys {
    a: u8,
    #[event(rename = "a")]
    b: u8,
    #[event(rename = "")]
    c: u8,
    #[event(positional)]
    d: u8,
}

#[derive(Event)]
#[event(macros)]
struct Conflicts {
    #[event(label, counter)]
    a: bool,
    #[event(redact, gauge)]
    b: u8,
    #[event(label, redact)]
    c: bool,
    #[event(display, debug)]
    d: u8,
    #[event(debug, histogram)]
    e: u8,
    #[event(label, display)]
    f: bool,
    #[event(redact, debug)]
    g: u8,
}

fn main() {
    Fields { bare: 1, unknown: 1, metric_form: 1, flag_form: true, twice: 1, text_form: 1 }.emit();
    conflicts_info!(a = 1);
}
