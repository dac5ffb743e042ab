//! Nothing of the standard prelude is assumed, and what shadows its names is not met.

#![no_implicit_prelude]
#![allow(dead_code, non_camel_case_types, unused_macros)]

mod core {}
mod std {}
struct Option;
struct Some;
struct None;
struct String;
struct str;
struct u8;
trait FnOnce {}
macro_rules! format_args { () => {}; }
macro_rules! module_path { () => {}; }

struct Failed;

#[::feagi_observability::observe("named", target = "t", fields(a, k = a), metric = "m", profile)]
fn observed(a: u32) -> u32 {
    a
}

#[::feagi_observability::observe(err)]
fn fallible(a: u32) -> ::core::result::Result<u32, Failed> {
    ::core::result::Result::Ok(a)
}

#[::feagi_observability::observe(fields(a))]
async fn later(a: u32) -> ::core::result::Result<u32, Failed> {
    ::core::result::Result::Ok(a)
}

fn main() {
    observed(1);
    let _ = (fallible(1), later(1));
    ::feagi_observability::burst_info!(burst_id = 1, neurons_fired = 2, "message {}", 3);
    ::feagi_observability::burst_debug!();
}
