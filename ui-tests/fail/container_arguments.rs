//! A container takes what can hold for many functions; mistakes are reported once, not at each function.

#![allow(unused)]

use feagi_observability::observe;

struct Npu;

#[observe("npu", level = "inof", targte = "t", metric = "npu", fields(a), help = "helps")]
impl Npu {
    fn first(&self) {}
    fn second(&self) {}
    // No error of its own, although the container's annotation failed.
    #[observe(skip)]
    fn skipped(&self) {}
}

#[observe(name = "engine")]
trait Engine {
    fn first(&self) {}
}

#[observe(target = "", level, profile = 1, metric = false, err = 1)]
mod inside {
    pub(crate) fn first() {}
}

#[observe(level = "info", level = "warn", crate)]
impl Npu {
    fn third(&self) {}
}

fn main() {
    // The items themselves stay.
    Npu.first();
    inside::first();
}
