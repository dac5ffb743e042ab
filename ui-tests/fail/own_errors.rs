//! The user's own mistakes are reported where they are, as without the annotation.

#![allow(unused)]

use feagi_observability::observe;

use std::fmt::Display;

#[observe(fields(a))]
fn mismatched(a: u32) -> u32 {
    "text"
}

#[observe]
fn mismatched_result(a: u32) -> Result<u32, String> {
    Ok("text")
}

#[observe]
async fn mismatched_later(a: u32) -> Result<u32, String> {
    if a == 1 {
        return Ok("text");
    }
    Ok(1)
}

#[observe]
fn no_tail() -> u32 {
    1;
}

#[observe]
fn no_tail_result() -> Result<u32, String> {
    Ok::<u32, String>(1);
}

#[observe]
fn moved(text: String) -> Result<usize, String> {
    drop(text);
    Ok(text.len())
}

#[observe]
fn dangling() -> Result<&'static str, String> {
    let text = String::new();
    Ok(&text)
}

#[observe]
fn conversion() -> Result<(), String> {
    "1".parse::<u32>()?;
    Ok(())
}

#[observe]
fn not_displayed<T>(value: T) -> Result<String, String> {
    Ok(shown(value))
}

fn shown(value: impl Display) -> String {
    value.to_string()
}

fn main() {}
