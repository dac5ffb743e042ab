//! `skip` leaves one item out of an annotated container, and says nothing else.

#![allow(unused)]

use feagi_observability::observe;

#[observe(skip)]
fn free() {}

struct Npu;

impl Npu {
    #[observe(skip)]
    fn method(&self) {}
}

#[observe(skip)]
impl Npu {}

#[observe]
impl Npu {
    #[observe(skip, level = "info")]
    fn more(&self) {}

    #[observe(skip = true)]
    fn set(&self) {}

    #[observe(skpi)]
    fn misspelt(&self) {}

    #[observe(skip())]
    const LIST: u8 = 1;
}

fn main() {
    free();
    Npu.method();
}
