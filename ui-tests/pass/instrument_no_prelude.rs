//! Nothing of the standard prelude is assumed, and what shadows its names is not met.

#![no_implicit_prelude]
#![allow(dead_code, non_camel_case_types, unused_macros)]

mod core {}
mod std {}
mod tracing {}
struct Option;
struct Some;
struct None;
struct Ok;
struct Err;
struct String;
trait FnOnce {}
macro_rules! module_path { () => {}; }

#[derive(::core::fmt::Debug)]
struct Failed;

#[::feagi_observability::instrument("named", target = "t", level = "warn", fields(k = a, empty), metric = "m", profile)]
fn instrumented(a: u32) -> u32 {
    a
}

#[::feagi_observability::instrument(err(Debug), ret)]
fn fallible(a: u32) -> ::core::result::Result<u32, Failed> {
    ::core::result::Result::Ok(a)
}

#[::feagi_observability::instrument(err(Debug))]
async fn later(a: u32) -> ::core::result::Result<u32, Failed> {
    ::core::result::Result::Ok(a)
}

fn main() {
    instrumented(1);
    let _ = (fallible(1), later(1));
}
