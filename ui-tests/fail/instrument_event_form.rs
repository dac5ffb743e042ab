//! The function-like `instrument!` takes a name and fields.

#![allow(unused)]

use feagi_observability::macros::instrument;

struct Opaque;

fn main() {
    let (a, opaque) = (1, Opaque);

    instrument!();

    instrument!(name = "grown");

    instrument!("grown" a);

    instrument!("grown", "message {a}");

    instrument!("", a);

    instrument!("grown", a, a, %a = 1, f(a));

    instrument!("grown", level: "info", a);

    instrument!(target: "", "grown");

    instrument!(lavel: "t", "grown");

    instrument!("grown", counter.areas = 1);

    instrument!("grown", opaque);
}
