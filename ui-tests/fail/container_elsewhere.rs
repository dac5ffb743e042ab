//! A module in a file of its own is not seen.

#![allow(unused)]

use feagi_observability::observe;

#[observe]
mod elsewhere;

#[observe]
mod outside {
    mod deeper;
}

fn main() {}
