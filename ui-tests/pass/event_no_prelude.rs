//! Events assume nothing of the standard prelude, and what shadows its names is not met.

#![no_implicit_prelude]
#![allow(dead_code, non_camel_case_types, unused_macros)]

mod core {}
mod std {}
mod feagi {}
struct Option;
struct Some;
struct str;
struct usize;
struct f64;
struct Event;
macro_rules! format_args { () => {}; }
macro_rules! module_path { () => {}; }
macro_rules! event { () => {}; }

#[derive(::feagi_observability::LabelValue)]
enum Phase {
    Inject,
}

#[derive(::feagi_observability::Event)]
#[event(name = "job", macros)]
struct Job<'a> {
    #[event(gauge, counter)]
    units: ::core::primitive::u64,
    #[event(histogram, unit = "seconds", buckets = [0.5])]
    wait: ::core::time::Duration,
    #[event(label)]
    phase: Phase,
    #[event(redact)]
    owner: &'a ::core::primitive::str,
    #[event(positional, display)]
    kind: ::core::primitive::char,
}

fn main() {
    let wait = ::core::time::Duration::from_millis(1);
    Job { units: 1, wait, phase: Phase::Inject, owner: "o", kind: 'k' }.emit();
    job_info!('k', units = 2, wait = 0.5, phase = Phase::Inject, owner = "o", counter.x = 1, "message {}", 3);
    ::feagi_observability::api_warn!("GET", "/p", status = 404, duration = wait; "gone");
    ::feagi_observability::feagi_error!(code = 7; "lost");
    ::feagi_observability::genome_info!(neurons = 1, gauge.y = 2, histogram.z = 3);
}
