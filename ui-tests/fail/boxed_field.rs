//! What fields name must be in scope outside of the future's block, or before it.

#![allow(unused)]

use async_trait::async_trait;
use feagi_observability::observe;
use std::future::Future;
use std::pin::Pin;

#[observe(fields(later, n))]
fn of_the_block(n: u32) -> Pin<Box<dyn Future<Output = u32> + Send>> {
    Box::pin(async move {
        let later = n;
        later
    })
}

struct Store;

#[async_trait]
trait Sum {
    async fn sum(&self, pair: (u8, u8)) -> u8;
}

#[async_trait]
impl Sum for Store {
    #[observe(fields(a))]
    async fn sum(&self, (a, b): (u8, u8)) -> u8 {
        a + b
    }
}

#[observe(err)]
fn err_of_no_result(n: u32) -> Pin<Box<dyn Future<Output = u32>>> {
    Box::pin(async move { n })
}

fn main() {}
