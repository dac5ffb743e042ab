//! A level's path is resolved where it was written, once.

#![allow(unused)]

use feagi_observability::observe;

#[observe(level = Level::Info)]
mod without_the_import {
    fn first() {}
    fn second() {}
}

fn main() {}
