//! Other items are refused by what they are.

#![allow(unused)]

use feagi_observability::observe;

#[observe]
struct Struct;

#[observe]
enum Enum {}

#[observe]
const CONSTANT: u32 = 1;

#[observe]
static STATIC: u32 = CONSTANT;

#[observe]
type Alias = Struct;

#[observe]
use std::fmt;

#[observe(levle = "info")]
union Union {
    a: u32,
}

fn main() {}
