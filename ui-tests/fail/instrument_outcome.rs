//! `err` and `ret` take a format and a level, and `err` needs a `Result`.

#![allow(unused)]

use feagi_observability::instrument;

#[instrument(err = "x")]
fn err_with_value() -> Result<(), String> {
    Ok(())
}

#[instrument(err(Dbug))]
fn err_slip() -> Result<(), String> {
    Ok(())
}

#[instrument(ret(format = Debug))]
fn ret_stranger() -> u8 {
    1
}

#[instrument(err(Debug, Display))]
fn two_formats() -> Result<(), String> {
    Ok(())
}

#[instrument(ret(level = 1, level = 2))]
fn two_levels() -> u8 {
    1
}

#[instrument(err(level = "loud"))]
fn err_level() -> Result<(), String> {
    Ok(())
}

#[instrument(err)]
fn nothing() {}

#[instrument(err)]
fn number() -> u32 {
    1
}

#[instrument(err)]
async fn option() -> Option<u32> {
    None
}

fn main() {}
