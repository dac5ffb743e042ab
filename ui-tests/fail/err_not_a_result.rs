//! `err` needs a `Result`.

#![allow(unused)]

use feagi_observability::observe;

#[observe(err)]
fn number() -> u32 {
    1
}

#[observe(err)]
async fn option() -> Option<u32> {
    None
}

#[observe(err)]
fn nothing() {}

#[observe(err)]
fn never() -> ! {
    loop {}
}

#[observe(err)]
#[track_caller]
fn caller() -> Result<(), String> {
    Ok(())
}

fn main() {}
