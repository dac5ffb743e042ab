//! A block begins with its arguments, one of which is its name.

#![allow(unused)]

use feagi_observability::observe_block;

fn main() {
    observe_block! { metric, profile; 1 };

    observe_block! {
        let x = 1;
        x + 1
    };

    observe_block!("burst", { 1 });

    observe_block! {};

    observe_block! { ; 1 };

    observe_block! { name = ""; 1 };

    observe_block! { name = "a", skip; 1 };

    // The block keeps its type, so that this is no second error.
    let sum: u32 = observe_block! { 1 + 1; 2 };
}
