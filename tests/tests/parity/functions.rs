// Included twice, below a `use … as instrument` of each macro. Every case is one line of `CASES`.
// Longer than other files: the two copies must be one text, and a case is read beside its neighbours.

use super::{block_on, drop_after_one_poll, yield_once};
use std::fmt;
use std::future::Future;
use std::num::{NonZeroU8, Wrapping};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use tracing::{Level, Span, field, info, info_span};

const NAME: &str = "a constant name";
const TARGET: &str = "a::constant::target";
const KEY: &str = "a constant key";
const LEVEL: Level = Level::WARN;

pub(crate) const CASES: &[(&str, fn())] = &[
    ("bare", || bare()),
    ("positional name", || positional()),
    ("name and target", || named()),
    ("constants", || constants()),
    ("levels", || {
        level_word();
        level_upper();
        level_number();
        level_path();
    }),
    ("values", || {
        values(true, 1, -2, 0.5, "text", &String::from("owned"), NonZeroU8::MIN, Wrapping(7), u128::MAX);
    }),
    ("debug arguments", || debug_arguments(Some(1), &[1, 2], Point { x: 1, y: 2 }, ())),
    ("patterns", || patterns(Point { x: 1, y: 2 }, (3, (4, 5)), &6, Wrapped(7), [8, 9])),
    ("skipped", || skipped(1, NoDebug, 3)),
    ("all skipped", || all_skipped(1, NoDebug)),
    ("fields", || fields(1, &Point { x: 1, y: 2 }, 3)),
    ("a field in place of an argument", || replaced(1, 2)),
    ("a constant key", || constant_key()),
    ("keywords", || keywords(1)),
    ("recorded late", || recorded_late()),
    ("methods", || {
        let mut point = Point { x: 1, y: 2 };
        assert_eq!(point.by_reference(3), 4);
        *point.by_mutable_reference() = 9;
        assert_eq!(point.by_value(), 9);
        assert_eq!(Point::associated(2).y, 2);
    }),
    ("generics", || {
        assert_eq!(generic::<_, 2>(["a", "b"], |text: &str| text.len()), 2);
        assert_eq!(opaque(3).count(), 3);
    }),
    ("errors", || {
        let _ = (error(0), error(1), error_debug(1), error_level(1), error_both(1), error_alias(1));
    }),
    ("values returned", || {
        assert_eq!(returned(1), 2);
        returned_unit();
        let _ = (returned_display(1), returned_level(1), returned_result(0), returned_result(1));
    }),
    ("errors and values", || {
        let _ = (both(0), both(1), both_options(0), both_options(1));
    }),
    ("a parent", || {
        let parent = info_span!("the parent");
        let _around = info_span!("around").entered();
        with_parent(&parent);
        with_parent_id(parent.id());
        as_root();
    }),
    ("causes", || {
        let causes = [info_span!("first"), info_span!("second")];
        follows(causes.iter().map(Span::id).collect());
        follows_one(&causes[0]);
    }),
    ("early returns", || {
        assert_eq!(early(0), Ok(0));
        assert!(early(1).is_err());
    }),
    ("nested", || {
        outer(2);
    }),
    ("a panic", || {
        assert!(catch_unwind(AssertUnwindSafe(|| panics(1))).is_err());
    }),
    ("drop order", || {
        let _ = drops(Dropped("first"), Dropped("second"), Dropped("third"));
        block_on(drops_later(Dropped("first"), Dropped("second")));
    }),
    ("async functions", || {
        assert_eq!(block_on(later(1)), 1);
        let _ = (block_on(later_error(0)), block_on(later_error(1)));
        let _ = (block_on(later_both(0)), block_on(later_both(1)));
        assert_eq!(block_on(later_returned(3)), 3);
    }),
    ("an async method", || {
        let mut point = Point { x: 1, y: 2 };
        assert_eq!(block_on(point.later("key")), Ok(3));
    }),
    ("async with causes", || {
        let cause = info_span!("cause");
        block_on(later_follows(vec![cause.id()], &cause));
    }),
    ("a future given up", || {
        drop_after_one_poll(later(1));
        drop(later(2));
    }),
    ("boxed futures", || {
        assert_eq!(block_on(boxed(1)), 2);
        assert_eq!(block_on(blocked(1)), 2);
        let _ = (block_on(boxed_error(0)), block_on(boxed_error(1)));
        let _ = block_on(boxed_alias(1));
        assert_eq!(block_on(Point { x: 1, y: 2 }.dispatched(4)), Ok(5));
    }),
    ("not quite boxed futures", || {
        let _ = (block_on(ready_made(1)), block_on(boxed_elsewhere(1)));
    }),
    ("odd commas", || odd_commas(1, 2)),
    ("many fields", || many(1)),
];

#[derive(Debug, Clone, Copy)]
struct Point {
    x: i32,
    y: i32,
}

#[derive(Debug)]
struct Wrapped(u8);

struct NoDebug;

#[instrument]
fn bare() {
    info!("within");
}

#[instrument("positional")]
fn positional() {}

#[instrument(name = "keyed", target = "my::target")]
fn named() {
    info!("within");
}

#[instrument(name = NAME, target = TARGET, level = LEVEL)]
fn constants() {}

#[instrument(level = "trace")]
fn level_word() {}

#[instrument(level = "DEBUG")]
fn level_upper() {}

#[instrument(level = 4)]
fn level_number() {}

#[instrument(level = Level::ERROR)]
fn level_path() {}

#[instrument]
#[allow(clippy::too_many_arguments)]
fn values(
    truth: bool,
    small: u8,
    signed: i64,
    ratio: f64,
    text: &str,
    owned: &String,
    never_zero: NonZeroU8,
    wrapping: Wrapping<u32>,
    huge: u128,
) {
    let _ = (truth, small, signed, ratio, text, owned, never_zero, wrapping, huge);
}

#[instrument]
fn debug_arguments(option: Option<u8>, slice: &[u8], point: Point, unit: ()) {
    let _ = (option, slice, point, unit);
}

#[instrument]
fn patterns(
    Point { x, y: renamed }: Point,
    (a, (b, _)): (u8, (u8, u8)),
    &reference: &u8,
    Wrapped(inner): Wrapped,
    [first, second]: [u8; 2],
) {
    let _ = (x, renamed, a, b, reference, inner, first, second);
}

#[instrument(skip(secret, third))]
fn skipped(shown: u8, secret: NoDebug, third: u8) {
    let _ = (shown, secret, third);
}

#[instrument(skip_all, fields(kept = shown))]
fn all_skipped(shown: u8, secret: NoDebug) {
    let _ = (shown, secret);
}

#[instrument(fields(empty, %n, ?point.x, sum = n + 1, text = "t", shown = %n, debugged = ?point, dotted.key = point.y, last = field::Empty))]
fn fields(n: u8, point: &Point, other: u8) {
    let _ = (n, point, other);
}

#[instrument(fields(a = a * 10, b))]
fn replaced(a: u8, b: u8) {
    let _ = (a, b);
    Span::current().record("b", 7);
}

#[instrument(fields({ KEY } = 1, { "literal key" } = ?Some(2)))]
fn constant_key() {}

#[instrument(fields(type = "t", r#fn = 2))]
fn keywords(r#match: u8) {
    let _ = r#match;
}

#[instrument(fields(late = field::Empty, later = field::Empty))]
fn recorded_late() {
    Span::current().record("late", "came").record("later", 2);
}

impl Point {
    #[instrument]
    fn by_reference(&self, add: i32) -> i32 {
        self.x + add
    }

    #[instrument(skip(self), fields(x = self.x))]
    fn by_mutable_reference(&mut self) -> &mut i32 {
        &mut self.x
    }

    #[instrument(level = "debug")]
    fn by_value(self) -> i32 {
        self.x
    }

    #[instrument]
    fn associated(y: i32) -> Self {
        Point { x: 0, y }
    }

    #[instrument(skip(self), err)]
    async fn later(&mut self, key: &str) -> Result<usize, fmt::Error> {
        self.x += 1;
        yield_once().await;
        Ok(key.len())
    }
}

trait Dispatched {
    fn dispatched<'a>(&'a self, n: u8) -> Pin<Box<dyn Future<Output = Result<u8, String>> + Send + 'a>>;
}

impl Dispatched for Point {
    #[instrument(ret, err)]
    fn dispatched<'a>(&'a self, n: u8) -> Pin<Box<dyn Future<Output = Result<u8, String>> + Send + 'a>> {
        let unused = n;
        Box::pin(async move {
            yield_once().await;
            if self.x == 0 {
                return Err("zero".to_owned());
            }
            let _ = unused;
            Ok(n + 1)
        })
    }
}

#[instrument(skip(with))]
fn generic<T, const N: usize>(items: [T; N], with: impl Fn(T) -> usize) -> usize
where
    T: fmt::Debug + Copy,
{
    items.iter().map(|item| with(*item)).sum()
}

#[instrument]
fn opaque(n: u8) -> impl Iterator<Item = u8> {
    0..n
}

#[instrument(err)]
fn error(n: u8) -> Result<u8, String> {
    if n == 0 { Ok(n) } else { Err(format!("no {n}")) }
}

#[instrument(err(Debug))]
fn error_debug(n: u8) -> Result<u8, Point> {
    Err(Point { x: n.into(), y: 0 })
}

#[instrument(err(level = "info"), target = "errors")]
fn error_level(n: u8) -> Result<u8, String> {
    Err(n.to_string())
}

#[instrument(err(level = Level::DEBUG, Debug))]
fn error_both(n: u8) -> Result<u8, String> {
    Err(n.to_string())
}

#[instrument(err(Display))]
fn error_alias(n: u8) -> fmt::Result {
    if n == 0 { Ok(()) } else { Err(fmt::Error) }
}

#[instrument(ret)]
fn returned(n: u8) -> u8 {
    n + 1
}

#[instrument(ret, level = "warn")]
fn returned_unit() {}

#[instrument(ret(Display))]
fn returned_display(n: u8) -> String {
    n.to_string()
}

#[instrument(ret(level = "debug"))]
fn returned_level(n: u8) -> String {
    n.to_string()
}

#[instrument(ret)]
fn returned_result(n: u8) -> Result<u8, String> {
    error(n)
}

#[instrument(ret, err)]
fn both(n: u8) -> Result<u8, String> {
    error(n)
}

#[instrument(err(Debug, level = "warn"), ret(Display, level = "trace"))]
fn both_options(n: u8) -> Result<u8, String> {
    error(n)
}

#[instrument(parent = parent)]
fn with_parent(parent: &Span) {
    info!("within");
}

#[instrument(skip_all, parent = parent)]
fn with_parent_id(parent: Option<tracing::span::Id>) {}

#[instrument(parent = None)]
fn as_root() {}

#[instrument(skip_all, follows_from = causes)]
fn follows(causes: Vec<Option<tracing::span::Id>>) {}

#[instrument(skip_all, follows_from = [cause])]
fn follows_one(cause: &Span) {
    let _ = cause.id();
}

#[instrument(err, ret)]
fn early(n: u8) -> Result<u8, std::num::ParseIntError> {
    if n == 0 {
        return Ok(n);
    }
    let parsed: u8 = "x".parse()?;
    Ok(parsed)
}

#[instrument]
fn outer(n: u8) {
    if n > 0 {
        outer(n - 1);
    }
    let _ = returned(n);
}

#[instrument]
fn panics(n: u8) {
    std::panic::resume_unwind(Box::new(n));
}

/// Says when it is dropped.
#[derive(Debug)]
struct Dropped(&'static str);

impl Drop for Dropped {
    fn drop(&mut self) {
        info!("dropped {}", self.0);
    }
}

#[instrument(err)]
fn drops(_first: Dropped, second: Dropped, _: Dropped) -> Result<(), fmt::Error> {
    drop(second);
    let _local = Dropped("local");
    Ok(())
}

#[instrument]
async fn drops_later(first: Dropped, second: Dropped) {
    let _local = Dropped("local");
    let _ = (&second, &first);
    yield_once().await;
}

#[instrument]
async fn later(n: u8) -> u8 {
    info!("first poll");
    yield_once().await;
    info!("second poll");
    n
}

#[instrument(err)]
async fn later_error(n: u8) -> Result<u8, String> {
    let n = error(n)?;
    yield_once().await;
    Ok(n)
}

#[instrument(err(level = "warn"), ret)]
async fn later_both(n: u8) -> Result<u8, String> {
    if n == 1 {
        return Err("early".to_owned());
    }
    yield_once().await;
    Ok(n)
}

#[instrument(ret(Display), skip_all)]
async fn later_returned(n: u8) -> u8 {
    n
}

#[instrument(skip_all, follows_from = causes)]
async fn later_follows(causes: Vec<Option<tracing::span::Id>>, cause: &Span) {
    let _ = cause.id();
    yield_once().await;
}

#[instrument]
fn boxed(n: u8) -> Pin<Box<dyn Future<Output = u8> + Send>> {
    let more = n + 1;
    info!("while it is made");
    Box::pin(async move {
        yield_once().await;
        more
    })
}

#[instrument(ret)]
fn blocked(n: u8) -> impl Future<Output = u8> {
    let more = n + 1;
    async move { more }
}

#[instrument(err)]
fn boxed_error(n: u8) -> Pin<Box<dyn Future<Output = Result<u8, String>> + Send>> {
    Box::pin(async move {
        if n == 0 {
            return Ok(n);
        }
        Err("boxed".into())
    })
}

type Boxed<T> = Pin<Box<dyn Future<Output = T>>>;

#[instrument(err)]
fn boxed_alias(n: u8) -> Boxed<Result<u8, String>> {
    Box::pin(async move { Err(n.to_string()) })
}

#[instrument]
fn ready_made(n: u8) -> std::future::Ready<u8> {
    std::future::ready(n)
}

#[instrument]
fn boxed_elsewhere(n: u8) -> Boxed<u8> {
    let future = async move { n };
    Box::pin(future)
}

#[rustfmt::skip]
#[instrument(level = "debug" skip(a),, fields(x = 1,),)]
fn odd_commas(a: u8, b: u8) {
    let _ = (a, b);
}

#[instrument(fields(a = 1, b = 2, c = 3, d = 4, e = 5, f = 6, g = 7, h = 8, i = 9, j = 10, k = 11, l = 12, m = 13, o = 14))]
fn many(n: u8) {
    let _ = n;
}
