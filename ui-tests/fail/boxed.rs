//! Futures made by hand: mistakes are the user's own, at their places.

#![allow(unused)]

use feagi_observability::observe;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

#[observe(err)]
fn err_of_nothing() -> Pin<Box<dyn Future<Output = ()>>> {
    Box::pin(async move {})
}

#[observe]
fn mismatched() -> impl Future<Output = u32> {
    async move { "text" }
}

#[observe]
fn mismatched_result(n: u32) -> Pin<Box<dyn Future<Output = Result<u32, String>>>> {
    Box::pin(async move {
        if n == 1 {
            return Ok("text");
        }
        Ok(n)
    })
}

#[observe]
fn not_send(n: Rc<u32>) -> Boxed<'static, u32> {
    Box::pin(async move {
        std::future::ready(()).await;
        *n
    })
}

#[observe]
fn borrows(text: &str) -> Boxed<'static, usize> {
    Box::pin(async move { text.len() })
}

fn main() {}
