//! Arguments of a block are checked like those of a function; some need a function.

#![allow(unused)]

use feagi_observability::observe_block;

fn main() -> Result<(), String> {
    observe_block! { name = "a", err; Ok::<u8, String>(1) };

    observe_block! { name = "a", levle = "info", metric = "a.b", "b"; 1 };

    observe_block! { name = "a", fields(a = may()?, b, b); 1 };

    observe_block! { name = "a", fields(unknown); 1 };

    observe_block! { name = "a"; let hidden = (&frame, &scope, &SITE); };

    observe_block! { name = "a", metric = false, help = "helps"; 1 };

    let mismatched: u32 = observe_block! { name = "a"; "text" };

    Ok(())
}

fn may() -> Result<u8, String> {
    Ok(1)
}
