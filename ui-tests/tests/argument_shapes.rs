//! Every argument of `#[observe]` on shapes of functions that make it hard. Compiled with the instrumentation on and off, and free of
//! warnings.

#![deny(warnings, clippy::pedantic)]
#![allow(clippy::cast_precision_loss, clippy::trivially_copy_pass_by_ref, reason = "the shapes' own")]

use feagi_observability::{Context, LabelValue, Level, current_context, observe};
use feagi_observability_ui_tests::block_on;
use std::cell::RefCell;
use std::fmt::Debug;
use std::future::ready;
use std::sync::{Mutex, MutexGuard, PoisonError};

#[derive(Clone, Copy, Debug, PartialEq, LabelValue)]
enum Phase {
    Inject,
    Propagate,
}

impl Phase {
    fn of(n: u32) -> Self {
        if n.is_multiple_of(2) { Phase::Inject } else { Phase::Propagate }
    }
}

/// Everything at once, where nothing contradicts.
#[observe(
    "all",
    level = "debug",
    target = "t",
    parent = origin,
    follows_from = origin.iter(),
    fields(a, k = a + 1, ret.half = ret / 2),
    args(text, list),
    labels(phase = Phase::of(a), even = a.is_multiple_of(2)),
    metric = "all",
    buckets = [0.001, "10ms", 1],
    in_flight,
    help = "helps",
    err(Debug, level = "warn"),
    ret(Display, level = Level::Trace),
    ok_if = Result::is_ok,
    log(on = "error", rate = "10/m"),
    profile(cpu, alloc),
    budget = "33ms",
    heartbeat = "1s",
    slo(latency = "250ms", p = 99.9, success = 99)
)]
fn everything(a: u32, text: &str, list: &[u8], origin: Option<Context>) -> Result<u32, String> {
    u32::try_from(text.len() + list.len()).map(|n| n + a).map_err(|error| error.to_string())
}

/// The same of a future.
#[observe(
    parent = origin,
    follows_from = origin,
    fields(ret.len = ret.len()),
    args(all),
    labels(phase),
    in_flight,
    ret,
    error_if = String::is_empty,
    slow = "1s",
    buckets = [1, 2]
)]
async fn everything_later(origin: Option<Context>, phase: Phase, text: String) -> String {
    ready(()).await;
    format!("{text}{phase:?}")
}

#[test]
fn all_arguments_leave_values_as_they_are() {
    assert_eq!(everything(1, "ab", &[3], None), Ok(4));
    assert_eq!(block_on(everything_later(current_context(), Phase::Inject, "x".into())), "xInject");
}

#[observe(args(all))]
fn patterns(
    (a, mut b): (u8, u8),
    [first, .., _]: [char; 3],
    &c: &bool,
    _ignored: u8,
    Wrapped(d): Wrapped,
) -> u8 {
    b += a;
    if c && first == 'x' { b + d } else { b }
}

struct Wrapped(u8);

#[observe(args(all), sample = 1/8)]
#[allow(clippy::too_many_arguments, clippy::many_single_char_names, reason = "that is the shape")]
fn eleven(a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8, h: u8, i: u8, j: u8, k: u8) -> u8 {
    a + b + c + d + e + f + g + h + i + j + k
}

#[observe(args(raw, r#type), fields(r#match = raw), labels(r#in = raw > 1))]
fn raw_names(raw: u8, r#type: u8) -> u8 {
    raw + r#type
}

#[test]
fn arguments_of_any_pattern_and_number_can_be_recorded() {
    assert_eq!(patterns((1, 2), ['x', 'y', 'z'], &true, 9, Wrapped(4)), 7);
    assert_eq!((0..20).map(|_| u32::from(eleven(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11))).sum::<u32>(), 20 * 66);
    assert_eq!(raw_names(1, 2), 3);
}

struct Engine<T, const N: usize> {
    cells: [T; N],
    lock: Mutex<Vec<T>>,
}

impl<T: Copy + Debug + PartialOrd, const N: usize> Engine<T, N>
where
    T: Into<f64>,
{
    #[observe(args(self, at), ret, fields(cells = N))]
    fn borrowed(&self, at: usize) -> Option<&T> {
        self.cells.get(at)
    }

    #[observe(ret, fields(ret.known = true), error_if = Option::is_none)]
    fn mutable(&mut self, at: usize) -> Option<&mut T> {
        self.cells.get_mut(at)
    }

    #[observe(fields(ret.len = ret.len()), labels(large = N > 2))]
    fn guarded(&self) -> MutexGuard<'_, Vec<T>> {
        self.lock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[observe(err, ret(level = "trace"), budget = "1s")]
    fn consumed(self) -> Result<[T; N], Box<dyn std::error::Error + Send + Sync>> {
        if N == 0 {
            return Err("no cells".into());
        }
        Ok(self.cells)
    }

    #[observe(sample = 1/4, in_flight, labels(first = self.cells.first() > self.cells.last()))]
    fn sampled(&self, more: impl Fn(T) -> f64) -> f64 {
        self.cells.iter().copied().map(more).sum()
    }

    #[observe(ret, fields(ret.size = std::mem::size_of_val(ret)))]
    fn opaque(&self) -> impl Iterator<Item = T> + Debug {
        self.cells.iter().copied()
    }

    #[observe(args(value), fields(value2 = ?value), dynamic(place = at, cap = 3))]
    async fn later(&mut self, at: usize, value: T) -> Result<T, String> {
        ready(()).await;
        let cell = self.cells.get_mut(at).ok_or("out of range")?;
        Ok(std::mem::replace(cell, value))
    }
}

impl<T: Debug, const N: usize> Debug for Engine<T, N> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(&self.cells).finish()
    }
}

#[test]
fn returned_references_guards_and_opaque_types_are_seen_and_handed_on() {
    let mut engine = Engine { cells: [1_u8, 2, 3], lock: Mutex::new(vec![7]) };
    assert_eq!((engine.borrowed(1), engine.borrowed(9)), (Some(&2), None));
    *engine.mutable(0).unwrap() = 5;
    engine.guarded().push(8);
    assert_eq!(engine.guarded().len(), 2);
    assert!((engine.sampled(f64::from) - 10.0).abs() < 1e-9);
    assert_eq!(engine.opaque().count(), 3);
    assert_eq!(block_on(engine.later(2, 9)), Ok(3));
    assert!(block_on(engine.later(3, 9)).is_err());
    assert_eq!(engine.consumed().unwrap(), [5, 2, 9]);
}

trait Named {
    const NAME: &'static str;

    #[observe(args(all), ret, fields(kind = Self::NAME), labels(long = Self::NAME.len() > 3))]
    fn describe(&self, with: &dyn Debug) -> String {
        format!("{}{with:?}", Self::NAME)
    }
}

struct Short;

impl Named for Short {
    const NAME: &'static str = "s";
}

#[observe(ret(Display), ok_if = |n| *n > T::default())]
fn generic<T: Default + PartialOrd + std::fmt::Display + Copy>(n: T) -> T {
    n
}

#[test]
fn generic_functions_and_default_bodies_take_them_too() {
    assert_eq!(Short.describe(&1), "s1");
    assert_eq!(generic(3_u8) + generic(4), 7);
    assert!((generic(0.5) - 0.5_f64).abs() < 1e-9);
}

thread_local! {
    static EVALUATED: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) };
}

fn evaluated<T>(name: &'static str, value: T) -> T {
    EVALUATED.with_borrow_mut(|names| names.push(name));
    value
}

#[observe(
    fields(a = evaluated("field", 1), ret.b = evaluated("ret", *ret)),
    labels(c = evaluated("label", true)),
    parent = evaluated("parent", None::<Context>)
)]
fn watched() -> u8 {
    1
}

/// Without a runtime nobody listens. Compiled in, the first call of a site looks at its labels and its parent to know them.
#[test]
fn without_a_runtime_values_are_not_taken() {
    watched();
    EVALUATED.take();
    watched();
    assert_eq!(EVALUATED.take(), <[&str; 0]>::default());
}

macro_rules! make {
    ($name:ident, $level:expr, $key:ident = $value:expr, $budget:literal) => {
        #[observe(level = $level, fields($key = $value), budget = $budget, ret)]
        fn $name($key: u8) -> u8 {
            $key + $value
        }
    };
}

make!(made, "debug", n = 3, "1s");

#[test]
fn arguments_come_through_macros() {
    assert_eq!(made(4), 7);
}
