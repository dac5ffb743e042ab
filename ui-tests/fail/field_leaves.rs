//! A field's value cannot leave the function: it may not be evaluated at all.

#![allow(unused)]

use feagi_observability::observe;

#[observe(fields(n = text.parse::<u32>()?))]
fn question_mark(text: &str) -> Result<(), std::num::ParseIntError> {
    Ok(())
}

#[observe(fields(n = later().await, m = return, fine = (|| Some(Some(1)?))().is_some()))]
async fn suspended() {}

async fn later() -> u32 {
    1
}

fn main() {}
