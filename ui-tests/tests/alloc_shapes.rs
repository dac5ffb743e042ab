//! `profile(alloc)` on shapes of functions that make it hard: what runs under its guard is still the function's own body.

#![deny(warnings, clippy::pedantic)]

use feagi_observability::{FeagiAlloc, observe, observe_block};
use feagi_observability_ui_tests::block_on;
use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};

#[global_allocator]
static ALLOC: FeagiAlloc = FeagiAlloc::new();

/// What it returns is borrowed through a guard in its last expression.
#[observe(profile(alloc))]
fn last(list: &Mutex<Vec<u32>>) -> u32 {
    *list.lock().unwrap_or_else(PoisonError::into_inner).last().unwrap_or(&0)
}

#[observe(profile(alloc), fields(text), ret)]
fn part<'t>(text: &'t str, out: &mut Vec<&'t str>) -> Option<&'t str> {
    let (first, _) = text.split_once(',')?;
    out.push(first);
    Some(first)
}

#[observe(profile(alloc), err)]
fn parse(mut text: &str) -> Result<u64, std::num::ParseIntError> {
    text = text.trim();
    if text.is_empty() {
        return Ok(0);
    }
    Ok(text.parse::<u64>()? + 1)
}

#[observe(profile(alloc), sample = 1/2)]
async fn wait(list: &mut Vec<u32>) -> Option<u32> {
    list.push(ready(3).await);
    let popped = list.pop()?;
    Some(popped + u32::try_from(list.len()).ok()?)
}

#[observe(profile(alloc))]
fn boxed(n: u32) -> Pin<Box<dyn Future<Output = u32> + Send>> {
    Box::pin(async move { ready(n).await + 1 })
}

#[observe(profile(cpu, alloc))]
fn opaque(n: u32) -> impl Iterator<Item = u32> {
    0..n
}

struct Store(Vec<u32>);

#[observe(profile(alloc))]
impl Store {
    fn first_mut(&mut self) -> Option<&mut u32> {
        self.0.first_mut()
    }

    async fn sum(&self) -> u32 {
        ready(self.0.iter().sum()).await
    }
}

fn is_send<T: Send>(value: T) -> T {
    value
}

#[test]
fn functions_return_what_they_did() {
    assert_eq!(last(&Mutex::new(vec![1, 2])), 2);
    let mut out = Vec::new();
    assert_eq!(part("a,b", &mut out), Some("a"));
    assert_eq!(part("b", &mut out), None);
    assert_eq!(out, ["a"]);
    assert_eq!((parse(" 4 "), parse(" ").ok(), parse("x").ok()), (Ok(5), Some(0), None));
    assert_eq!(opaque(3).count(), 3);
    let total = observe_block! { name = "alloc_shapes::block", profile(alloc); vec![1, 2].len() };
    assert_eq!(total, 2);
}

#[test]
fn futures_return_what_they_did_and_can_be_sent() {
    let mut list = vec![1];
    assert_eq!(block_on(is_send(wait(&mut list))), Some(4));
    assert_eq!(block_on(is_send(boxed(1))), 2);
    let mut store = Store(vec![2, 3]);
    store.first_mut().into_iter().for_each(|first| *first += 1);
    assert_eq!(block_on(is_send(store.sum())), 6);
}
