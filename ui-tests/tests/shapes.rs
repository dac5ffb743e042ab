//! An annotation leaves every shape of function what it was. Compiled with the instrumentation on and off, and free of warnings.

#![deny(warnings, clippy::pedantic)]

use feagi_observability::{Level, burst_debug, burst_error, burst_info, burst_trace, burst_warn, observe};
use feagi_observability_ui_tests::block_on;
use std::fmt::{Debug, Display};
use std::future::{Future, ready};
use std::pin::Pin;

/// Takes every argument of the annotation.
#[observe("named", level = "debug", target = "t", fields(a, %b, q = ?b, k = a + 1, dotted.key = 1.5, d = %b), profile)]
fn every_argument(a: u64, b: &str) -> usize {
    if a == 0 {
        return 0;
    }
    b.len()
}

#[observe(level = Level::Trace, metric, help = "helps")]
fn nothing() {}

#[observe(level = 4, metric = false)]
fn diverges() -> ! {
    std::panic::resume_unwind(Box::new(7))
}

#[rustfmt::skip]
#[observe]
fn on_one_line(n: u32) -> u32 { n + 1 }

#[rustfmt::skip]
#[observe]
fn result_on_one_line(n: u32) -> Result<u32, String> { n.checked_add(1).ok_or_else(String::new) }

#[rustfmt::skip]
#[observe]
fn reassigned_on_one_line(mut n: &mut i32) -> Result<&mut i32, String> { n = n.is_positive().then_some(n).ok_or("0")?; Ok(n) }

#[rustfmt::skip]
#[observe]
async fn later_on_one_line(n: u32) -> u32 { ready(n).await }

#[test]
fn values_and_early_returns_come_through() {
    assert_eq!(every_argument(2, "xyz"), 3);
    assert_eq!(every_argument(0, "xyz"), 0);
    nothing();
    assert_eq!(on_one_line(1) + result_on_one_line(2).unwrap() + block_on(later_on_one_line(3)), 8);
    assert_eq!(reassigned_on_one_line(&mut 1), Ok(&mut 1));
    assert!(std::panic::catch_unwind(|| diverges()).is_err());
}

#[observe(metric = "parse", err, fields(text))]
fn parse(text: &str) -> Result<u32, std::num::ParseIntError> {
    let n: u32 = text.parse()?;
    if n == 13 {
        return Ok(12);
    }
    Ok(n)
}

#[observe(err)]
async fn parse_later(text: String) -> Result<u32, Box<dyn std::error::Error>> {
    if text.is_empty() {
        return Err("empty".into());
    }
    ready(()).await;
    let n: u32 = text.parse()?;
    Ok(n)
}

#[test]
fn question_marks_and_errors_come_through() {
    assert_eq!(parse("7"), Ok(7));
    assert_eq!(parse("13"), Ok(12));
    assert!(parse("x").is_err());
    assert_eq!(block_on(parse_later("7".into())).unwrap(), 7);
    assert_eq!(block_on(parse_later(String::new())).unwrap_err().to_string(), "empty");
    assert!(block_on(parse_later("x".into())).is_err());
}

/// An error that can be shown to nobody.
struct Silent;

type Outcome<T> = Result<T, Silent>;

#[observe]
fn silent(fails: bool) -> Result<(), Silent> {
    if fails { Err(Silent) } else { Ok(()) }
}

#[observe(err)]
fn aliased(fails: bool) -> Outcome<()> {
    silent(fails)
}

struct QueryResult(u8);

#[observe]
fn looks_like_one() -> QueryResult {
    QueryResult(3)
}

#[observe]
fn generic_error<T, E>(value: T, error: Option<E>) -> Result<T, E> {
    error.map_or(Ok(value), Err)
}

#[test]
fn any_error_type_will_do() {
    assert!(silent(true).is_err() && silent(false).is_ok());
    assert!(aliased(true).is_err() && aliased(false).is_ok());
    assert_eq!(looks_like_one().0, 3);
    assert!(generic_error(1, Some(Silent)).is_err());
}

struct Chain {
    next: Option<Box<Chain>>,
    value: u32,
}

impl Chain {
    fn of(values: &[u32]) -> Self {
        let mut values = values.iter().rev();
        let last = Chain { next: None, value: *values.next().unwrap() };
        values.fold(last, |next, value| Chain { next: Some(Box::new(next)), value: *value })
    }

    #[observe(fields(self.value))]
    fn value(&mut self) -> Result<&mut u32, String> {
        if self.value == 0 { Err("zero".into()) } else { Ok(&mut self.value) }
    }

    /// Changes its parameter and returns what it then refers to.
    #[observe]
    fn last(mut node: &mut Chain) -> Result<&mut Chain, String> {
        while node.next.is_some() {
            node = node.next.as_mut().ok_or("no next")?;
        }
        Ok(node)
    }

    #[observe]
    fn shortened<'a>(mut text: &'a str, by: &str) -> Result<&'a str, String> {
        text = text.strip_prefix(by).ok_or_else(|| format!("no {by}"))?;
        Ok(text)
    }

    #[observe]
    fn next(&self) -> Option<&Chain> {
        self.next.as_deref()
    }

    #[observe]
    async fn value_later(&mut self) -> Result<&mut u32, String> {
        ready(()).await;
        self.value()
    }

    #[observe(fields(self.value))]
    fn into_next(self) -> Result<Chain, String> {
        self.next.map(|next| *next).ok_or_else(|| "no next".to_owned())
    }

    #[observe]
    fn boxed(self: Box<Self>) -> Box<Self> {
        self
    }

    #[observe]
    async fn pinned(mut self: Pin<&mut Self>) -> Result<u32, String> {
        self.value += ready(1).await;
        if self.value == 0 { Err("zero".into()) } else { Ok(self.value) }
    }
}

#[test]
fn every_kind_of_self_and_returned_references_borrow_as_before() {
    let mut chain = Chain::of(&[1, 2, 3]);
    *chain.value().unwrap() += 1;
    *block_on(chain.value_later()).unwrap() += 1;
    assert_eq!(chain.value, 3);
    Chain::last(&mut chain).unwrap().value = 9;
    assert_eq!(chain.next().and_then(Chain::next).unwrap().value, 9);
    assert_eq!(block_on(Pin::new(&mut chain).pinned()), Ok(4));
    assert_eq!(Box::new(chain.into_next().unwrap()).boxed().value, 2);
    assert_eq!(Chain::shortened("abc", "ab"), Ok("c"));
}

trait Shape {
    fn sides(&self) -> u32;

    #[observe(fields(sides = self.sides()))]
    fn describe(&self) -> String {
        format!("{} sides", self.sides())
    }

    #[observe]
    fn try_describe(&self) -> Result<Self, String>
    where
        Self: Sized + Clone,
    {
        Ok(self.clone())
    }
}

#[derive(Clone)]
struct Polygon<const N: u32>;

impl<const N: u32> Shape for Polygon<N> {
    #[observe(fields(n = N))]
    fn sides(&self) -> u32 {
        N
    }
}

#[test]
fn traits_and_their_implementations_can_be_observed() {
    assert_eq!(Polygon::<3>.describe(), "3 sides");
    assert!(Polygon::<4>.try_describe().is_ok());
}

#[observe(fields(len = values.len(), ?values))]
fn generic<T: Debug, const N: usize>(values: [T; N], show: impl Display) -> impl Iterator<Item = String> {
    values.into_iter().map(move |value| format!("{value:?}{show}"))
}

#[observe]
fn opaque_result(text: &str) -> Result<impl Iterator<Item = char> + use<'_>, String> {
    if text.is_empty() {
        return Err("empty".into());
    }
    Ok(text.chars())
}

#[observe]
async fn opaque_later(text: &str) -> Result<impl Iterator<Item = char>, String> {
    ready(()).await;
    Ok(text.chars())
}

#[observe]
fn dynamic(left: bool) -> Box<dyn Display> {
    if left {
        return Box::new(1);
    }
    Box::new("two")
}

#[observe]
async fn dynamic_later(left: bool) -> Box<dyn Display> {
    ready(()).await;
    if left {
        return Box::new(1);
    }
    Box::new("two")
}

#[observe]
fn future(n: u32) -> impl Future<Output = u32> {
    ready(n)
}

#[test]
fn opaque_and_dynamic_types_stay() {
    assert_eq!(generic([1, 2], '!').collect::<Vec<_>>(), ["1!", "2!"]);
    assert_eq!(opaque_result("ab").unwrap().count(), 2);
    assert_eq!(block_on(opaque_later("ab")).unwrap().count(), 2);
    assert_eq!(dynamic(true).to_string() + &dynamic(false).to_string(), "1two");
    assert_eq!(block_on(dynamic_later(false)).to_string(), "two");
    assert_eq!(block_on(future(3)), 3);
}

#[observe(fields(x, y))]
async fn destructured(
    (x, y): (u8, u8),
    Polygon::<3>: Polygon<3>,
    [first, ..]: [u8; 3],
    _: u8,
    _kept: u8,
) -> u8 {
    ready(x + y + first).await
}

#[observe]
fn raw(r#type: &str, #[allow(unused_variables)] unused: u8) -> usize {
    #![allow(clippy::needless_return)]
    return r#type.len();
}

#[observe(fields(name))]
async fn named_only_in_a_message(name: String, _quiet: u8) -> String {
    ready(format!("{name}!")).await
}

#[observe]
unsafe fn first(pointer: *const u8) -> u8 {
    // SAFETY: the caller's promise.
    unsafe { *pointer }
}

#[observe]
extern "C" fn doubled(n: i32) -> i32 {
    n * 2
}

#[observe]
async unsafe fn first_later(pointer: *const u8) -> Result<u8, String> {
    // SAFETY: the caller's promise.
    ready(Ok(unsafe { *pointer })).await
}

#[observe]
#[track_caller]
fn line(fails: bool) -> Result<u32, String> {
    if fails { Err(String::new()) } else { Ok(std::panic::Location::caller().line()) }
}

#[test]
fn parameters_of_every_form_are_bound_as_before() {
    assert_eq!(block_on(destructured((1, 2), Polygon, [3, 4, 5], 6, 7)), 6);
    assert_eq!(raw("abc", 1), 3);
    assert_eq!(block_on(named_only_in_a_message("a".into(), 1)), "a!");
    let byte = 5;
    // SAFETY: both read a byte that lives.
    assert_eq!(unsafe { first(&raw const byte) + block_on(first_later(&raw const byte)).unwrap() }, 10);
    assert_eq!(doubled(4), 8);
    assert_eq!(line(false), Ok(line!()));
}

struct Reading {
    fired: u64,
}

/// Counts how often it is asked.
fn next(count: &mut u32) -> u32 {
    *count += 1;
    *count
}

#[test]
fn events_take_each_value_at_most_once_and_leave_it() {
    let (mut count, name, reading) = (0, String::from("n"), Reading { fired: 7 });
    burst_info!(
        burst_id = next(&mut count),
        neurons_fired = reading.fired,
        synapses_activated = &reading.fired
    );
    burst_trace!(target: "t", name, title = %name.to_uppercase(), "message {name} {}", reading.fired);
    burst_debug!(neurons_fired = next(&mut count) as usize, area.name = %name, "key" = ?name, "in {name:>5}");
    burst_warn!("only a message");
    burst_error!();
    let _: () = burst_info!(name,);
    assert!(count <= 2);
    drop(name);
}
