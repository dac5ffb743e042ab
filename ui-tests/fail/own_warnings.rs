//! The user's own warnings stay.

#![deny(warnings)]

use feagi_observability::observe;

#[observe]
fn unused_parameter(unused: u32) {}

#[observe]
fn unused_in_a_result(unused: u32) -> Result<(), String> {
    let local = 1;
    Ok(())
}

#[observe]
async fn unused_later(unused: u32, used: u32) -> u32 {
    let mut never_changed = 1;
    used + never_changed
}

#[observe]
fn unreachable() -> Result<(), String> {
    return Ok(());
    println!("never");
}

#[observe]
fn must_use() {
    Ok::<u32, String>(1);
}

pub fn all() {
    unused_parameter(1);
    let _ = unused_in_a_result(1);
    let _ = unused_later(1, 2);
    let _ = unreachable();
    must_use();
}

fn main() {}
