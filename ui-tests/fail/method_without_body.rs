//! A trait's method needs a body.

#![allow(unused)]

use feagi_observability::observe;

trait Shape {
    #[observe]
    fn sides(&self) -> u32;
}

struct Line;

impl Shape for Line {
    fn sides(&self) -> u32 {
        1
    }
}

fn main() {}
