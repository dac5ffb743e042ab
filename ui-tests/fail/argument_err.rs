//! `err` takes options and a function that returns a `Result`.

#![allow(unused)]

use feagi_observability::observe;

#[observe(err)]
fn nothing() {}

#[observe(err = true)]
fn value() -> Result<(), String> {
    Ok(())
}

#[observe(err(Dbug, 5, level))]
fn options() -> Result<(), String> {
    Ok(())
}

#[observe(err(Debug, Display))]
fn both() -> Result<(), String> {
    Ok(())
}

#[observe(err(level = "loud"))]
fn level() -> Result<(), String> {
    Ok(())
}

#[observe(err)]
#[track_caller]
fn of_caller() -> Result<(), String> {
    Ok(())
}

fn main() {}
