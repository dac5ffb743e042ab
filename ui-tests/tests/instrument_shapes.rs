//! `#[instrument]` leaves every shape of function what it was. Compiled with the instrumentation on and off, and free of warnings.
//!
//! Longer than other files: it is a list of shapes, each a few lines.

#![deny(warnings, clippy::pedantic)]

use feagi_observability::instrument;
use feagi_observability_ui_tests::block_on;
use std::fmt::{Debug, Display};
use std::future::{Future, ready};
use std::pin::Pin;
use std::rc::Rc;
use tracing::{Level, Span, field};

const NAME: &str = "constant";
const LEVEL: Level = Level::DEBUG;

/// Takes every argument of the annotation.
#[instrument(
    "named",
    level = LEVEL,
    target = "t",
    parent = Span::none(),
    follows_from = [Span::current()],
    skip(secret),
    fields(empty, %b, ?c, q = ?b, k = a + 1, dotted.key = 1.5, "text" = %b, { NAME } = 1, late = field::Empty),
    err(Debug, level = "warn"),
    ret(level = 1),
    log(on = "error"),
    metric = "every",
    profile
)]
fn every_argument(a: u64, b: &str, c: Option<u8>, secret: &Secret) -> Result<usize, String> {
    if a == 0 {
        return Err(format!("{:?}", secret.0));
    }
    Ok(b.len() + c.map_or(0, usize::from))
}

/// Without `Debug`.
struct Secret(u8);

#[instrument(name = NAME, target = NAME, level = 4, metric = false, log(on = "never"))]
fn nothing() {}

#[instrument(level = "info", ret)]
fn diverges() -> ! {
    std::panic::resume_unwind(Box::new(7))
}

#[rustfmt::skip]
#[instrument]
fn on_one_line(n: u32) -> u32 { n + 1 }

#[rustfmt::skip]
#[instrument(ret, err)]
fn result_on_one_line(n: u32) -> Result<u32, String> { n.checked_add(1).ok_or_else(String::new) }

#[rustfmt::skip]
#[instrument(err)]
fn reassigned_on_one_line(mut n: &mut i32) -> Result<&mut i32, String> { n = n.is_positive().then_some(n).ok_or("0")?; Ok(n) }

#[rustfmt::skip]
#[instrument(ret)]
async fn later_on_one_line(n: u32) -> u32 { ready(n).await }

#[test]
fn values_and_early_returns_come_through() {
    assert_eq!(every_argument(2, "xyz", Some(1), &Secret(3)), Ok(4));
    assert_eq!(every_argument(0, "xyz", None, &Secret(3)), Err("3".into()));
    nothing();
    assert_eq!(on_one_line(1) + result_on_one_line(2).unwrap() + block_on(later_on_one_line(3)), 8);
    assert_eq!(reassigned_on_one_line(&mut 1), Ok(&mut 1));
    assert!(std::panic::catch_unwind(|| diverges()).is_err());
}

#[instrument(err)]
fn parse(text: &str) -> Result<u32, std::num::ParseIntError> {
    let n: u32 = text.parse()?;
    if n == 13 {
        return Ok(12);
    }
    Ok(n)
}

#[instrument(err, ret)]
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
    assert_eq!((parse("7"), parse("13")), (Ok(7), Ok(12)));
    assert!(parse("x").is_err());
    assert_eq!(block_on(parse_later("7".into())).unwrap(), 7);
    assert_eq!(block_on(parse_later(String::new())).unwrap_err().to_string(), "empty");
    assert!(block_on(parse_later("x".into())).is_err());
}

/// An error that can be shown to nobody.
struct Silent;

type Outcome<T> = Result<T, String>;

#[instrument]
fn silent(fails: bool) -> Result<(), Silent> {
    if fails { Err(Silent) } else { Ok(()) }
}

#[instrument(err)]
fn aliased(fails: bool) -> Outcome<()> {
    silent(fails).map_err(|Silent| "silent".to_owned())
}

struct QueryResult(u8);

#[instrument]
fn looks_like_one() -> QueryResult {
    QueryResult(3)
}

#[instrument(skip_all)]
fn generic_error<T, E>(value: T, error: Option<E>) -> Result<T, E> {
    error.map_or(Ok(value), Err)
}

#[instrument(skip_all, err, ret(Display))]
fn shown_by_bounds<T: Display, E: Display>(value: T, error: Option<E>) -> Result<T, E> {
    error.map_or(Ok(value), Err)
}

#[test]
fn any_error_type_will_do() {
    assert!(silent(true).is_err() && silent(false).is_ok());
    assert!(aliased(true).is_err() && aliased(false).is_ok());
    assert_eq!(looks_like_one().0, 3);
    assert!(generic_error(1, Some(Silent)).is_err());
    assert_eq!(shown_by_bounds(1, Some("e")), Err("e"));
}

#[derive(Debug)]
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

    #[instrument(fields(value = self.value), err, ret)]
    fn value(&mut self) -> Result<&mut u32, String> {
        if self.value == 0 { Err("zero".into()) } else { Ok(&mut self.value) }
    }

    /// Changes its parameter and returns what it then refers to.
    #[instrument(err)]
    fn last(mut node: &mut Chain) -> Result<&mut Chain, String> {
        while node.next.is_some() {
            node = node.next.as_mut().ok_or("no next")?;
        }
        Ok(node)
    }

    #[instrument(ret)]
    fn next(&self) -> Option<&Chain> {
        self.next.as_deref()
    }

    #[instrument(err)]
    async fn value_later(&mut self) -> Result<&mut u32, String> {
        ready(()).await;
        self.value()
    }

    #[instrument]
    fn into_next(self) -> Result<Chain, String> {
        self.next.map(|next| *next).ok_or_else(|| "no next".to_owned())
    }

    #[instrument(ret)]
    fn boxed(self: Box<Self>) -> Box<Self> {
        self
    }

    #[instrument(skip(self))]
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
}

trait Shape: Debug {
    fn sides(&self) -> u32;

    #[instrument(fields(sides = self.sides()))]
    fn describe(&self) -> String {
        format!("{} sides", self.sides())
    }
}

#[derive(Clone, Debug)]
struct Polygon<const N: u32>;

impl<const N: u32> Shape for Polygon<N> {
    #[instrument(fields(n = N))]
    fn sides(&self) -> u32 {
        N
    }
}

#[instrument(fields(len = values.len()), skip(show))]
fn generic<T: Debug, const N: usize>(values: [T; N], show: impl Display) -> impl Iterator<Item = String> {
    values.into_iter().map(move |value| format!("{value:?}{show}"))
}

#[instrument(err)]
fn opaque_result(text: &str) -> Result<impl Iterator<Item = char> + use<'_>, String> {
    if text.is_empty() {
        return Err("empty".into());
    }
    Ok(text.chars())
}

#[instrument(err)]
async fn opaque_later(text: &str) -> Result<impl Iterator<Item = char>, String> {
    ready(()).await;
    Ok(text.chars())
}

#[instrument(ret(Display))]
async fn dynamic_later(left: bool) -> Box<dyn Display> {
    ready(()).await;
    if left {
        return Box::new(1);
    }
    Box::new("two")
}

#[test]
fn traits_generics_and_opaque_types_stay() {
    assert_eq!(Polygon::<3>.describe(), "3 sides");
    assert_eq!(generic([1, 2], '!').collect::<Vec<_>>(), ["1!", "2!"]);
    assert_eq!(opaque_result("ab").unwrap().count(), 2);
    assert_eq!(block_on(opaque_later("ab")).unwrap().count(), 2);
    assert_eq!(block_on(dynamic_later(false)).to_string(), "two");
}

#[instrument]
async fn destructured(
    (x, y): (u8, u8),
    Polygon::<3>: Polygon<3>,
    [first, ..]: [u8; 3],
    _: u8,
    _kept: u8,
) -> u8 {
    ready(x + y + first).await
}

#[instrument]
fn raw(r#type: &str, #[allow(unused_variables)] unused: u8) -> usize {
    #![allow(clippy::needless_return)]
    return r#type.len();
}

#[instrument(skip_all, fields(name))]
async fn named_only_in_a_message(name: String, _quiet: u8) -> String {
    ready(format!("{name}!")).await
}

#[instrument]
unsafe fn first(pointer: *const u8) -> u8 {
    // SAFETY: the caller's promise.
    unsafe { *pointer }
}

#[instrument]
extern "C" fn doubled(n: i32) -> i32 {
    n * 2
}

#[instrument]
#[track_caller]
fn line(fails: bool) -> Result<u32, String> {
    if fails { Err(String::new()) } else { Ok(std::panic::Location::caller().line()) }
}

#[instrument(skip_all, fields(many = values.count(), question = "1".parse::<u8>()?))]
fn values_may_leave(values: impl Iterator<Item = u8>) -> Result<(), std::num::ParseIntError> {
    Ok(())
}

#[test]
fn parameters_of_every_form_are_bound_as_before() {
    assert_eq!(block_on(destructured((1, 2), Polygon, [3, 4, 5], 6, 7)), 6);
    assert_eq!(raw("abc", 1), 3);
    assert_eq!(block_on(named_only_in_a_message("a".into(), 1)), "a!");
    let byte = 5;
    // SAFETY: it reads a byte that lives.
    assert_eq!(unsafe { first(&raw const byte) }, 5);
    assert_eq!(doubled(4), 8);
    assert_eq!(line(false), Ok(line!()));
    assert_eq!(values_may_leave([1].into_iter()), Ok(()));
}

type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
type BoxFuture<'a, T> = Boxed<'a, T>;

trait Stored {
    fn store<'a>(&'a mut self, key: &'a str) -> Boxed<'a, Result<usize, String>>;
}

impl Stored for Chain {
    // As `#[async_trait]` writes it.
    #[instrument(err, ret)]
    fn store<'a>(&'a mut self, key: &'a str) -> Boxed<'a, Result<usize, String>> {
        Box::pin(async move {
            if let Some(ret) = None::<Result<usize, String>> {
                return ret;
            }
            self.value = ready(1).await;
            Ok(key.len())
        })
    }
}

#[instrument(err)]
fn untyped(n: u32) -> BoxFuture<'static, Result<u32, String>> {
    let more = n + 1;
    Box::pin(async move { if more > 3 { Err("large".into()) } else { Ok(more) } })
}

#[instrument]
fn of_an_alias(n: u32) -> Boxed<'static, Result<u32, String>> {
    Box::pin(async move { Ok(n) })
}

#[instrument(skip_all)]
fn not_send(n: Rc<u8>) -> impl Future<Output = u8> {
    let m = n.clone();
    async move { *ready(m).await + *n }
}

#[instrument(ret)]
fn ready_made(n: u32) -> std::future::Ready<u32> {
    ready(n)
}

#[test]
fn futures_that_are_returned_are_instrumented_themselves() {
    assert_eq!(block_on(Chain::of(&[1]).store("key")), Ok(3));
    assert_eq!((block_on(untyped(1)), block_on(untyped(3))), (Ok(2), Err("large".into())));
    assert_eq!(block_on(of_an_alias(1)), Ok(1));
    assert_eq!(block_on(not_send(Rc::new(4))), 8);
    assert_eq!(block_on(ready_made(5)), 5);
}

#[async_trait::async_trait]
trait Remote: Debug {
    async fn call(&self, key: &str, times: u32) -> Result<String, String>;

    #[instrument(ret)]
    async fn call_twice(&mut self, key: &str) -> Result<String, String>
    where
        Self: Sync + Send,
    {
        self.call(key, 2).await
    }
}

#[async_trait::async_trait]
impl Remote for Chain {
    #[instrument(skip(self), fields(value = self.value), err)]
    async fn call(&self, key: &str, times: u32) -> Result<String, String> {
        ready(()).await;
        if key.is_empty() {
            return Err("no key".to_owned());
        }
        Ok(key.repeat(usize::try_from(times).unwrap_or(1)))
    }
}

#[test]
fn methods_of_async_traits_are_instrumented_as_futures() {
    let mut chain = Chain::of(&[1]);
    assert_eq!(block_on(chain.call_twice("ab")), Ok("abab".to_owned()));
    assert_eq!(block_on(chain.call("", 1)), Err("no key".to_owned()));
}

#[instrument(skip_all, follows_from = causes)]
async fn gives_causes_away(causes: Vec<Span>, kept: String) -> usize {
    ready(kept.len()).await
}

#[instrument(skip_all, parent = parent.id())]
fn below(parent: Span) -> Span {
    parent
}

#[test]
fn causes_and_parents_may_be_any_expression() {
    assert_eq!(block_on(gives_causes_away(vec![Span::none()], "abc".into())), 3);
    assert!(below(Span::none()).is_none());
}
