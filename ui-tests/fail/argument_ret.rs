//! `ret` and `ret.…` take a function that returns a value.

#![allow(unused)]

use feagi_observability::observe;

struct Opaque;

#[observe(ret)]
fn nothing() {}

#[observe(ret)]
async fn unit() -> () {}

#[observe(ret)]
fn never() -> ! {
    loop {}
}

#[observe(ret = true)]
fn value() -> u8 {
    1
}

#[observe(ret(Pretty, level = 9))]
fn options() -> u8 {
    1
}

#[observe(ret(Display, Display))]
fn twice() -> u8 {
    1
}

#[observe(ret, fields("return" = 1))]
fn key() -> u8 {
    1
}

#[observe(ret, fields(ret.x = ret))]
#[track_caller]
fn of_caller() -> u8 {
    1
}

#[observe(fields(ret.len = ret.len()))]
fn field_of_nothing() {}

#[observe(fields(ret.missing))]
fn field_of_no_field() -> u8 {
    1
}

#[observe(ret)]
fn no_debug() -> Opaque {
    Opaque
}

#[observe(ret(Display))]
fn no_display() -> Option<u8> {
    None
}

fn main() {}
