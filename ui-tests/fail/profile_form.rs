//! `profile!` takes a name, if need be arguments, and a block.

#![allow(unused)]

use feagi_observability::profile;

fn main() {
    profile!();

    profile!("sum");

    profile!("sum", 1 + 1);

    profile!("sum" { 1 });

    profile!({ 1 });

    profile!(sum, { 1 });

    profile!("", { 1 });

    profile!("sum", profile, { 1 });

    profile!("sum", err, { Ok::<u8, u8>(1) });

    profile!("sum", "total", { 1 });

    // The block keeps its type, so that this is no second error.
    let sum: u32 = profile!("sum", metric = "a b", { 2 });
}
