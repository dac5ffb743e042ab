//! A block cannot be suspended.

#![allow(unused)]

use feagi_observability::{observe_block, profile};
use std::future::ready;

async fn later(values: Vec<u8>) -> u8 {
    observe_block! { name = "burst";
        for value in values {
            if value > 1 {
                print(ready(value).await);
            }
        }
    };
    let made = observe_block! { name = "made"; async { ready(1).await } };
    profile!("sum", { ready(1).await + made.await })
}

fn print(_: u8) {}

fn main() {}
