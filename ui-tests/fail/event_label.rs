//! Labels of an event.

#![allow(unused)]

use feagi_observability::{Event, LabelValue};

#[derive(Event)]
struct Names {
    #[event(label)]
    burst_id: bool,
    #[event(label)]
    le: bool,
    #[event(label)]
    __name: bool,
    #[event(label, rename = "http.status")]
    status: bool,
    #[event(label, rename = "traceId_id")]
    id: bool,
}

#[derive(Event)]
struct Unbounded {
    #[event(label)]
    name: String,
    #[event(label)]
    number: u64,
}

#[derive(LabelValue)]
enum Ten { A, B, C, D, E, F, G, H, I, J }

#[derive(Event)]
struct TooMany {
    #[event(label)]
    a: Ten,
    #[event(label)]
    b: Ten,
    #[event(label)]
    c: Ten,
    #[event(label)]
    d: bool,
}

#[derive(Event)]
#[event(name = "labelled", macros)]
struct Labelled {
    #[event(label)]
    done: bool,
    #[event(label)]
    phase: Ten,
}

fn calls(text: &str) {
    labelled_info!(done = true);
    labelled_info!("message");
    labelled_info!(%done, phase = ?Ten::A);
    labelled_info!(done = text, phase = 5);
}

fn main() {}
